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
 * About how many distinct members each row had in sliding windows, one or several for the same members: 256 bits a quarter,
 * a few percent off up to some hundred members. Like the sums, it does not care for the order of calls. What one member
 * may set in all quarters of all windows lies side by side, so that it is counted with one look.
 */
export class SketchColumn {
  readonly #rows: WindowRows
  /** For each window the newest quarter that has any bits, and how many all its quarters have together. */
  readonly #head: number
  readonly #bits: number
  readonly #widthsMillis: Array<number>
  /** From one word of a window to its next. */
  readonly #step: number

  constructor(rows: WindowRows, windowsMillis: ReadonlyArray<number>) {
    this.#rows = rows
    this.#step = windowsMillis.length * quarters
    this.#head = rows.claim(windowsMillis.length * 2)
    this.#bits = rows.claimBehind(words * this.#step)
    this.#widthsMillis = windowsMillis.map((millis) => millis / quarters)
  }

  /** Other lengths of windows: what was seen so far in those that change is forgotten. */
  retime(windowsMillis: ReadonlyArray<number>): void {
    for (const [window, millis] of windowsMillis.entries()) {
      if (millis / quarters === this.#widthsMillis[window]) continue
      this.#widthsMillis[window] = millis / quarters
      const { width, words: all } = this.#rows
      for (let row = 0; row < all.length / width; row++) {
        for (let quarter = 0; quarter < quarters; quarter++) this.#wipe(row, window, quarter)
        const head = row * width + this.#head + window * 2
        all[head] = 0
        all[head + 1] = 0
      }
    }
  }

  add(row: number, atMillis: number, member: number): void {
    const { width, words: all } = this.#rows
    const bit = hashKey(member) & (bits - 1)
    const mask = 1 << (bit & 31)
    let head = row * width + this.#head
    let first = this.#bitsOf(row, 0) + (bit >>> 5) * this.#step
    for (let window = 0; window < this.#widthsMillis.length; window++, head += 2, first += quarters) {
      const epoch = Math.floor(atMillis / (this.#widthsMillis[window] ?? 0))
      const last = all[head] ?? 0
      if (epoch > last) this.#advance(row, window, epoch)
      else if (epoch <= last - quarters) continue
      const place = first + (epoch & (quarters - 1))
      const known = (all[first] ?? 0) | (all[first + 1] ?? 0) | (all[first + 2] ?? 0) | (all[first + 3] ?? 0)
      if ((known & mask) === 0) all[head + 1] = (all[head + 1] ?? 0) + 1
      all[place] = (all[place] ?? 0) | mask
    }
  }

  estimate(row: number, atMillis: number, window = 0): number {
    const { width, words: all } = this.#rows
    const head = row * width + this.#head + window * 2
    const set = all[head + 1] ?? 0
    if (set === 0) return 0
    const age = Math.floor(atMillis / (this.#widthsMillis[window] ?? 0)) - (all[head] ?? 0)
    return estimates[age <= 0 ? set : age >= quarters ? 0 : this.#count(row, window, quarters - age)] ?? 0
  }

  #bitsOf(row: number, window: number): number {
    return (row + 1) * this.#rows.width + this.#bits + window * quarters
  }

  /** Bits of the newest few quarters together. */
  #count(row: number, window: number, newest: number): number {
    const { width, words: all } = this.#rows
    const last = all[row * width + this.#head + window * 2] ?? 0
    const start = this.#bitsOf(row, window)
    let set = 0
    for (let word = 0; word < words; word++) {
      const first = start + word * this.#step
      let union = 0
      for (let back = 0; back < newest; back++) union |= all[first + ((last - back) & (quarters - 1))] ?? 0
      set += ones(union)
    }
    return set
  }

  /** Wipes the quarters that went by since the last one. */
  #advance(row: number, window: number, epoch: number): void {
    const { width, words: all } = this.#rows
    const head = row * width + this.#head + window * 2
    const last = all[head] ?? 0
    all[head] = epoch
    if (all[head + 1] === 0) return
    for (let step = Math.max(last + 1, epoch - quarters + 1); step <= epoch; step++) this.#wipe(row, window, step)
    all[head + 1] = epoch - last >= quarters ? 0 : this.#count(row, window, quarters)
  }

  #wipe(row: number, window: number, epoch: number): void {
    const start = this.#bitsOf(row, window) + (epoch & (quarters - 1))
    for (let word = 0; word < words; word++) this.#rows.words[start + word * this.#step] = 0
  }
}
