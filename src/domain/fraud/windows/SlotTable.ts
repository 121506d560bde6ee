import { hashKey } from "./NumberKey.ts"

/** Rows that are looked at to find an old one, when the table is full. */
const lookedAt = 16

/** Rows that a table has from the start. */
export const firstRows = 64

/**
 * Numbers in typed arrays, one row for each key and no more than `maxRows`: a million keys cost 20 bytes each, and the
 * garbage collector never looks at them. When it is full, a new key takes the row of one that was not seen for long.
 */
export class SlotTable {
  readonly maxRows: number
  rows = firstRows
  size = 0
  readonly #grown: (rows: number) => void
  readonly #mayGrow: (more: number) => boolean
  #keys = new Float64Array(firstRows * 2)
  #rowOf = new Int32Array(firstRows * 2)
  #mask = firstRows * 2 - 1
  #keyOf = new Float64Array(firstRows)
  #seenSeconds = new Uint32Array(firstRows)
  #hand = 0

  /** `grown` is told the number of rows whenever it changes, so that columns can follow; `mayGrow` may refuse more rows, and old ones go then. 0 is no key. */
  constructor(maxRows: number, grown: (rows: number) => void, mayGrow: (more: number) => boolean = () => true) {
    this.maxRows = Math.max(firstRows, maxRows)
    this.#grown = grown
    this.#mayGrow = mayGrow
    grown(firstRows)
  }

  /** The key's row, or -1. */
  find(key: number): number {
    let place = hashKey(key) & this.#mask
    for (;;) {
      const found = this.#keys[place]
      if (found === 0 || found === undefined) return -1
      if (found === key) return this.#rowOf[place] ?? -1
      place = (place + 1) & this.#mask
    }
  }

  /** The key's row, new when it had none: `fresh` is called with a row whose columns must be cleared. */
  take(key: number, nowSeconds: number, fresh: (row: number) => void): number {
    const known = this.find(key)
    if (known >= 0) {
      if (nowSeconds > (this.#seenSeconds[known] ?? 0)) this.#seenSeconds[known] = nowSeconds
      return known
    }
    const row = this.#hasRoom() ? this.#next() : this.#oldest()
    this.#put(key, row)
    this.#keyOf[row] = key
    this.#seenSeconds[row] = nowSeconds
    fresh(row)
    return row
  }

  #hasRoom(): boolean {
    if (this.size < this.rows) return true
    const more = Math.min(this.rows, this.maxRows - this.rows)
    return more > 0 && this.#mayGrow(more)
  }

  #next(): number {
    if (this.size === this.rows) this.#grow()
    return this.size++
  }

  #grow(): void {
    this.rows = Math.min(this.rows * 2, this.maxRows)
    const keyOf = new Float64Array(this.rows)
    keyOf.set(this.#keyOf)
    this.#keyOf = keyOf
    const seen = new Uint32Array(this.rows)
    seen.set(this.#seenSeconds)
    this.#seenSeconds = seen
    let places = this.#mask + 1
    while (places < this.rows * 2) places *= 2
    this.#keys = new Float64Array(places)
    this.#rowOf = new Int32Array(places)
    this.#mask = places - 1
    for (let row = 0; row < this.size; row++) this.#put(keyOf[row] ?? 0, row)
    this.#grown(this.rows)
  }

  #put(key: number, row: number): void {
    let place = hashKey(key) & this.#mask
    while (this.#keys[place] !== 0) place = (place + 1) & this.#mask
    this.#keys[place] = key
    this.#rowOf[place] = row
  }

  /** Frees the row that was unseen for longest among the next few. */
  #oldest(): number {
    let oldest = this.#hand
    for (let i = 0; i < lookedAt; i++) {
      const row = (this.#hand + i) % this.size
      if ((this.#seenSeconds[row] ?? 0) < (this.#seenSeconds[oldest] ?? 0)) oldest = row
    }
    this.#hand = (this.#hand + lookedAt) % this.size
    this.#remove(this.#keyOf[oldest] ?? 0)
    return oldest
  }

  /** Closes the gap, so that no probe stops at it too early (Knuth, volume 3, 6.4, algorithm R). */
  #remove(key: number): void {
    let gap = hashKey(key) & this.#mask
    while (this.#keys[gap] !== key) gap = (gap + 1) & this.#mask
    let place = gap
    for (;;) {
      place = (place + 1) & this.#mask
      const other = this.#keys[place] ?? 0
      if (other === 0) break
      const home = hashKey(other) & this.#mask
      if (((place - home) & this.#mask) >= ((place - gap) & this.#mask)) {
        this.#keys[gap] = other
        this.#rowOf[gap] = this.#rowOf[place] ?? 0
        gap = place
      }
    }
    this.#keys[gap] = 0
  }
}
