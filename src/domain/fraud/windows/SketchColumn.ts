import { hashKey } from "./NumberKey.ts"

const words = 8
const bits = words * 32

/** Members that so many bits stand for (linear counting, Whang et al. 1990). */
const estimates = Float64Array.from({ length: bits + 1 }, (_, set) =>
  set === bits ? bits * Math.log(bits) : -bits * Math.log(1 - set / bits)
)

const ones = (word: number): number => {
  let n = word - ((word >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * About how many distinct members each row had in a sliding window: 256 bits a bucket, a few percent off up to some
 * hundred members. Like the sums, it does not care for the order of calls.
 */
export class SketchColumn {
  readonly #buckets: number
  #widthMillis: number
  #epochs = new Int32Array(0)
  #bits = new Int32Array(0)

  constructor(windowMillis: number, buckets = 4) {
    this.#buckets = buckets
    this.#widthMillis = windowMillis / buckets
  }

  resize(rows: number): void {
    const epochs = new Int32Array(rows)
    epochs.set(this.#epochs.subarray(0, rows))
    this.#epochs = epochs
    const size = rows * this.#buckets * words
    const grown = new Int32Array(size)
    grown.set(this.#bits.subarray(0, size))
    this.#bits = grown
  }

  retime(windowMillis: number): void {
    const width = windowMillis / this.#buckets
    if (width === this.#widthMillis) return
    this.#widthMillis = width
    this.#epochs.fill(0)
    this.#bits.fill(0)
  }

  clear(row: number): void {
    this.#epochs[row] = 0
    this.#bits.fill(0, row * this.#buckets * words, (row + 1) * this.#buckets * words)
  }

  add(row: number, atMillis: number, member: number): void {
    const epoch = Math.floor(atMillis / this.#widthMillis)
    const last = this.#epochs[row] ?? 0
    if (epoch > last) {
      for (let step = Math.max(last + 1, epoch - this.#buckets + 1); step <= epoch; step++) this.#wipe(row, step)
      this.#epochs[row] = epoch
    } else if (epoch <= last - this.#buckets) return
    const bit = hashKey(member) & (bits - 1)
    const place = (row * this.#buckets + (epoch % this.#buckets)) * words + (bit >>> 5)
    this.#bits[place] = (this.#bits[place] ?? 0) | (1 << (bit & 31))
  }

  estimate(row: number, atMillis: number): number {
    const epoch = Math.floor(atMillis / this.#widthMillis)
    const last = this.#epochs[row] ?? 0
    let set = 0
    for (let word = 0; word < words; word++) {
      let union = 0
      for (let age = 0; age < this.#buckets; age++) {
        const of = last - age
        if (of > epoch - this.#buckets && of >= 0) {
          union |= this.#bits[(row * this.#buckets + (of % this.#buckets)) * words + word] ?? 0
        }
      }
      set += ones(union)
    }
    return Math.round(estimates[set] ?? 0)
  }

  #wipe(row: number, epoch: number): void {
    const start = (row * this.#buckets + (epoch % this.#buckets)) * words
    this.#bits.fill(0, start, start + words)
  }
}
