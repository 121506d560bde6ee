import type { WindowRows } from "./WindowRows.ts"

/** A window slides in steps of a quarter of its length. */
export const quarters = 4

const narrowMost = 0xffff
const wideMost = 0xffffffff

/**
 * A sum for each row over a window that slides in steps of a quarter of its length: each call counts in the quarter of its
 * own time, so their order does not matter. What is older than the window does not count, no sum is ever below zero, and
 * one quarter ends at 65,535, or at 32 bits when it is wide.
 */
export class BucketColumn {
  readonly #rows: WindowRows
  /** A word for the newest quarter that was counted in, then the sums: narrow ones two a word. */
  readonly #place: number
  readonly #bit: number
  readonly #wide: boolean
  #widthMillis: number

  constructor(rows: WindowRows, windowMillis: number, size: "narrow" | "wide" = "narrow") {
    this.#rows = rows
    this.#wide = size === "wide"
    this.#place = rows.claim(1 + (this.#wide ? quarters : quarters / 2))
    this.#bit = rows.claimBit()
    this.#widthMillis = windowMillis / quarters
  }

  /** Another length of the window: what was counted so far is forgotten. */
  retime(windowMillis: number): void {
    const width = windowMillis / quarters
    if (width === this.#widthMillis) return
    this.#widthMillis = width
    const { width: step, words } = this.#rows
    const length = 1 + (this.#wide ? quarters : quarters / 2)
    for (let start = this.#place; start < words.length; start += step) {
      for (let place = start; place < start + length; place++) words[place] = 0
    }
  }

  add(row: number, atMillis: number, amount: number): void {
    const { width, words } = this.#rows
    const start = row * width + this.#place
    const epoch = Math.floor(atMillis / this.#widthMillis)
    const last = words[start] ?? 0
    if (epoch > last) {
      for (let step = Math.max(last + 1, epoch - quarters + 1); step <= epoch; step++) this.#put(start, step, 0)
      words[start] = epoch
    } else if (epoch <= last - quarters) return
    this.#rows.setCounted(row, this.#bit)
    this.#put(start, epoch, Math.min(this.#wide ? wideMost : narrowMost, this.#get(start, epoch) + amount))
  }

  sum(row: number, atMillis: number): number {
    // Most rows never counted anything of most kinds.
    if (!this.#rows.hasCounted(row, this.#bit)) return 0
    const { width, words } = this.#rows
    const start = row * width + this.#place
    const last = words[start] ?? 0
    const age = Math.floor(atMillis / this.#widthMillis) - last
    let sum = 0
    for (let back = Math.min(quarters, quarters - age) - 1; back >= 0; back--) sum += this.#get(start, last - back)
    return sum
  }

  #get(start: number, epoch: number): number {
    const { words } = this.#rows
    const quarter = epoch & (quarters - 1)
    return this.#wide
      ? (words[start + 1 + quarter] ?? 0) >>> 0
      : ((words[start + 1 + (quarter >> 1)] ?? 0) >>> ((quarter & 1) << 4)) & narrowMost
  }

  #put(start: number, epoch: number, sum: number): void {
    const { words } = this.#rows
    const quarter = epoch & (quarters - 1)
    if (this.#wide) {
      words[start + 1 + quarter] = sum
      return
    }
    const place = start + 1 + (quarter >> 1)
    const shift = (quarter & 1) << 4
    words[place] = ((words[place] ?? 0) & ~(narrowMost << shift)) | ((sum & narrowMost) << shift)
  }
}
