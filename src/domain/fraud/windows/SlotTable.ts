import { hashKey } from "./NumberKey.ts"
import type { WindowRows } from "./WindowRows.ts"

/** Rows that are looked at to find an old one, when the table is full. */
const lookedAt = 16

/** Rows that a table has from the start. */
export const firstRows = 64

/** Keys whose difference is in these bits alone are neighbours, when the table is told to keep neighbours together. */
const neighbourBits = 3

interface Options {
  /** Is told of a row that has a new key; its columns are clear. */
  readonly fresh?: (row: number) => void
  /** May refuse more rows, and old ones go then. */
  readonly mayGrow?: (more: number) => boolean
  /** Numbers that follow each other are looked up together. */
  readonly neighbours?: boolean
}

const always = () => true
const nobody = () => {}

/**
 * Keys in typed arrays, one row for each and no more than `maxRows`: a million keys cost 20 bytes each beside their
 * columns, and the garbage collector never looks at them. When it is full, a new key takes the row of one that was not
 * seen for long. 0 is no key: it is never found, and has a new row each time.
 */
export class SlotTable {
  readonly maxRows: number
  rows = firstRows
  size = 0
  readonly #columns: WindowRows
  readonly #fresh: (row: number) => void
  readonly #mayGrow: (more: number) => boolean
  readonly #neighbours: boolean
  /** By the hash of a key its row plus one, 0 for none; the bits above those of a row are bits of the hash. */
  #places = new Int32Array(firstRows * 2)
  #mask = firstRows * 2 - 1
  readonly #rowBits: number
  #hand = 0
  /** The keys lie so many doubles apart. */
  #keys: Float64Array
  readonly #step: number

  constructor(maxRows: number, columns: WindowRows, options: Options = {}) {
    this.maxRows = Math.max(firstRows, maxRows)
    this.#rowBits = 2 ** (32 - Math.clz32(this.maxRows)) - 1
    this.#columns = columns
    this.#fresh = options.fresh ?? nobody
    this.#mayGrow = options.mayGrow ?? always
    this.#neighbours = options.neighbours ?? false
    columns.resize(firstRows)
    this.#keys = columns.doubles
    this.#step = columns.width / 2
  }

  /** The key's row, or -1. */
  find(key: number): number {
    if (key === 0) return -1
    const hash = this.#hash(key)
    const places = this.#places
    const keys = this.#keys
    let place = hash & this.#mask
    for (;;) {
      const entry = places[place] ?? 0
      if (entry === 0) return -1
      // Most rows of other keys are told apart without a look at them.
      if (((entry ^ hash) & ~this.#rowBits) === 0) {
        const row = (entry & this.#rowBits) - 1
        if (keys[row * this.#step] === key) return row
      }
      place = (place + 1) & this.#mask
    }
  }

  /** The key's row, new when it had none. */
  take(key: number, nowSeconds: number): number {
    const known = this.find(key)
    if (known >= 0) {
      if (nowSeconds > this.#columns.seenSeconds(known)) this.#columns.setSeen(known, nowSeconds)
      return known
    }
    const row = this.#hasRoom() ? this.#next() : this.#oldest()
    this.#keys[row * this.#step] = key
    this.#put(key, row)
    this.#columns.setSeen(row, nowSeconds)
    this.#fresh(row)
    return row
  }

  #hash(key: number): number {
    return this.#neighbours
      ? (hashKey(Math.floor(key / 2 ** neighbourBits)) << neighbourBits) | (key & (2 ** neighbourBits - 1))
      : hashKey(key)
  }

  #keyOf(row: number): number {
    return this.#keys[row * this.#step] ?? 0
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
    this.#columns.resize(this.rows)
    this.#keys = this.#columns.doubles
    let places = this.#mask + 1
    while (places < this.rows * 2) places *= 2
    this.#places = new Int32Array(places)
    this.#mask = places - 1
    for (let row = 0; row < this.size; row++) this.#put(this.#keyOf(row), row)
  }

  #put(key: number, row: number): void {
    if (key === 0) return
    const hash = this.#hash(key)
    let place = hash & this.#mask
    while (this.#places[place] !== 0) place = (place + 1) & this.#mask
    this.#places[place] = (hash & ~this.#rowBits) | (row + 1)
  }

  /** Frees the row that was unseen for longest among the next few. */
  #oldest(): number {
    let oldest = this.#hand
    for (let i = 0; i < lookedAt; i++) {
      const row = (this.#hand + i) % this.size
      if (this.#columns.seenSeconds(row) < this.#columns.seenSeconds(oldest)) oldest = row
    }
    this.#hand = (this.#hand + lookedAt) % this.size
    this.#remove(oldest)
    this.#columns.clear(oldest)
    return oldest
  }

  /** Closes the gap, so that no probe stops at it too early (Knuth, volume 3, 6.4, algorithm R). */
  #remove(row: number): void {
    const key = this.#keyOf(row)
    if (key === 0) return
    let gap = this.#hash(key) & this.#mask
    while (((this.#places[gap] ?? 0) & this.#rowBits) !== row + 1) gap = (gap + 1) & this.#mask
    let place = gap
    for (;;) {
      place = (place + 1) & this.#mask
      const other = this.#places[place] ?? 0
      if (other === 0) break
      const home = this.#hash(this.#keyOf((other & this.#rowBits) - 1)) & this.#mask
      if (((place - home) & this.#mask) >= ((place - gap) & this.#mask)) {
        this.#places[gap] = other
        gap = place
      }
    }
    this.#places[gap] = 0
  }
}
