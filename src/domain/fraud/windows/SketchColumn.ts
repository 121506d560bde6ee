import { quarters } from "./BucketColumn.ts"
import { hashKey } from "./NumberKey.ts"
import type { WindowRows } from "./WindowRows.ts"

const words = 8
const bits = words * 32

/** Members that so many bits stand for (linear counting, Whang et al. 1990). */
const estimates = Float64Array.from({ length: bits + 1 }, (_, set) =>
  Math.round(set === bits ? bits * Math.log(bits) : -bits * Math.log(1 - set / bits))
)

const ones = (word: number): number => {
  let n = word - ((word >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * About how many distinct members each row had in a sliding window: 256 bits a quarter, a few percent off up to some
 * hundred members. Like the sums, it does not care for the order of calls. The same word of all quarters lies side by
 * side, so that a new bit is counted with one look.
 */
export class SketchColumn {
  readonly #rows: WindowRows
  /** The newest quarter that has any bits, and how many all quarters have together. */
  readonly #head: number
  readonly #bits: number
  #widthMillis: number

  constructor(rows: WindowRows, windowMillis: number) {
    this.#rows = rows
    this.#head = rows.claim(2)
    this.#bits = rows.claimBehind(words * quarters)
    this.#widthMillis = windowMillis / quarters
  }

  /** Another length of the window: what was seen so far is forgotten. */
  retime(windowMillis: number): void {
    const width = windowMillis / quarters
    if (width === this.#widthMillis) return
    this.#widthMillis = width
    const { width: step, words: all } = this.#rows
    for (let start = 0; start < all.length; start += step) {
      all.fill(0, start + this.#head, start + this.#head + 2)
      all.fill(0, start + step + this.#bits, start + step + this.#bits + words * quarters)
    }
  }

  add(row: number, atMillis: number, member: number): void {
    const { width, words: all } = this.#rows
    const head = row * width + this.#head
    const epoch = Math.floor(atMillis / this.#widthMillis)
    const last = all[head] ?? 0
    if (epoch > last) this.#advance(row, last, epoch)
    else if (epoch <= last - quarters) return
    const bit = hashKey(member) & (bits - 1)
    const first = (row + 1) * width + this.#bits + (bit >>> 5) * quarters
    const place = first + (epoch & (quarters - 1))
    const mask = 1 << (bit & 31)
    const known = (all[first] ?? 0) | (all[first + 1] ?? 0) | (all[first + 2] ?? 0) | (all[first + 3] ?? 0)
    if ((known & mask) === 0) all[head + 1] = (all[head + 1] ?? 0) + 1
    all[place] = (all[place] ?? 0) | mask
  }

  estimate(row: number, atMillis: number): number {
    const { width, words: all } = this.#rows
    const head = row * width + this.#head
    const set = all[head + 1] ?? 0
    if (set === 0) return 0
    const age = Math.floor(atMillis / this.#widthMillis) - (all[head] ?? 0)
    return estimates[age <= 0 ? set : age >= quarters ? 0 : this.#count(row, quarters - age)] ?? 0
  }

  /** Bits of the newest few quarters together. */
  #count(row: number, newest: number): number {
    const { width, words: all } = this.#rows
    const last = all[row * width + this.#head] ?? 0
    const start = (row + 1) * width + this.#bits
    let set = 0
    for (let first = start; first < start + words * quarters; first += quarters) {
      let union = 0
      for (let back = 0; back < newest; back++) union |= all[first + ((last - back) & (quarters - 1))] ?? 0
      set += ones(union)
    }
    return set
  }

  /** Wipes the quarters that went by since the last one. */
  #advance(row: number, last: number, epoch: number): void {
    const { width, words: all } = this.#rows
    const head = row * width + this.#head
    all[head] = epoch
    if (all[head + 1] === 0) return
    const start = (row + 1) * width + this.#bits
    for (let step = Math.max(last + 1, epoch - quarters + 1); step <= epoch; step++) {
      const place = start + (step & (quarters - 1))
      for (let word = 0; word < words; word++) all[place + word * quarters] = 0
    }
    all[head + 1] = epoch - last >= quarters ? 0 : this.#count(row, quarters)
  }
}
