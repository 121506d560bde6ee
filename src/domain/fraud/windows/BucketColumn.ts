const narrowMost = 0xffff
const wideMost = 0xffffffff

/**
 * A sum for each row over a window that slides in steps of a quarter of its length: each call counts in the bucket of its
 * own time, so their order does not matter. What is older than the window does not count, no sum is ever below zero, and
 * one bucket ends at 65,535, or at 32 bits when it is wide.
 */
export class BucketColumn {
  readonly #buckets: number
  #widthMillis: number
  #epochs = new Int32Array(0)
  readonly #wide: boolean
  #sums: Uint16Array | Uint32Array

  constructor(windowMillis: number, size: "narrow" | "wide" = "narrow", buckets = 4) {
    this.#wide = size === "wide"
    this.#sums = this.#make(0)
    this.#buckets = buckets
    this.#widthMillis = windowMillis / buckets
  }

  resize(rows: number): void {
    const epochs = new Int32Array(rows)
    epochs.set(this.#epochs.subarray(0, rows))
    this.#epochs = epochs
    const sums = this.#make(rows * this.#buckets)
    sums.set(this.#sums.subarray(0, rows * this.#buckets))
    this.#sums = sums
  }

  /** Another length of the window: what was counted so far is forgotten. */
  retime(windowMillis: number): void {
    const width = windowMillis / this.#buckets
    if (width === this.#widthMillis) return
    this.#widthMillis = width
    this.#epochs.fill(0)
    this.#sums.fill(0)
  }

  clear(row: number): void {
    this.#epochs[row] = 0
    this.#sums.fill(0, row * this.#buckets, (row + 1) * this.#buckets)
  }

  add(row: number, atMillis: number, amount: number): void {
    const epoch = Math.floor(atMillis / this.#widthMillis)
    const last = this.#epochs[row] ?? 0
    if (epoch > last) {
      const start = row * this.#buckets
      for (let step = Math.max(last + 1, epoch - this.#buckets + 1); step <= epoch; step++) {
        this.#sums[start + (step % this.#buckets)] = 0
      }
      this.#epochs[row] = epoch
    } else if (epoch <= last - this.#buckets) return
    const place = row * this.#buckets + (epoch % this.#buckets)
    this.#sums[place] = Math.min(this.#wide ? wideMost : narrowMost, (this.#sums[place] ?? 0) + amount)
  }

  sum(row: number, atMillis: number): number {
    const epoch = Math.floor(atMillis / this.#widthMillis)
    const last = this.#epochs[row] ?? 0
    let sum = 0
    for (let age = 0; age < this.#buckets; age++) {
      const of = last - age
      if (of > epoch - this.#buckets && of >= 0) sum += this.#sums[row * this.#buckets + (of % this.#buckets)] ?? 0
    }
    return sum
  }

  #make(length: number): Uint16Array | Uint32Array {
    return this.#wide ? new Uint32Array(length) : new Uint16Array(length)
  }
}
