import { firstRows, SlotTable } from "./SlotTable.ts"
import { WindowRows } from "./WindowRows.ts"
import type { WindowSettings } from "./WindowSettings.ts"

/** Caller numbers of one source that are remembered. */
const maxCallers = 8192

/** Calls from which on a number is a regular of its source. */
const regularFrom = 4

/** So many numbers that were not shown end a row of near ones. */
const widestGap = 3

/** A run is followed this many times its needed length to either side. */
const followed = 4

interface Run {
  readonly run: number
  readonly near: number
  readonly regulars: number
  readonly sameIdentity: number
}

const noRun: Run = { run: 0, near: 0, regulars: 0, sameIdentity: 0 }

/** Rows that all sources of a slice share: a few large ones may take much, very many cannot take all the memory. */
export class RowBudget {
  #left: number

  constructor(rows: number) {
    this.#left = rows
  }

  take(rows: number): boolean {
    if (rows > this.#left) return false
    this.#left -= rows
    return true
  }

  give(rows: number): void {
    this.#left += rows
  }
}

/** The caller numbers that one source showed lately, and how often it has shown them. */
export class SourceCallers {
  readonly #rows = new WindowRows()
  readonly #seenAt = this.#rows.claimDouble()
  readonly #uses = this.#rows.claim(1)
  readonly #identity = this.#rows.claim(1)
  readonly #table: SlotTable
  readonly #given: () => void

  constructor(budget: RowBudget) {
    this.#table = new SlotTable(maxCallers, this.#rows, { mayGrow: (more) => budget.take(more), neighbours: true })
    this.#given = () => budget.give(this.#table.rows - firstRows)
  }

  /** Gives its rows back: the source is forgotten. */
  release(): void {
    this.#given()
  }

  /**
   * Notes a caller's number: the consecutive ones around it within the window, those in steps of up to
   * three, and how many of these are regulars, or have
   * the same asserted identity (a hash of it) as this call.
   */
  run(caller: number, identity: number, atMillis: number, settings: WindowSettings): Run {
    if (caller === 0) return noRun
    const row = this.#table.take(caller, Math.floor(atMillis / 1000))
    const { width, words } = this.#rows
    const own = row * width
    const uses = Math.min(255, (words[own + this.#uses] ?? 0) + 1)
    words[own + this.#uses] = uses
    words[own + this.#identity] = identity
    this.#rows.setDouble(row, this.#seenAt, Math.max(atMillis, this.#rows.double(row, this.#seenAt)))
    let run = 1
    let near = 1
    let sameIdentity = 1
    let regulars = uses >= regularFrom ? 1 : 0
    for (let step = -1; step <= 1; step += 2) {
      let gap = 0
      let isRun = true
      for (let away = 1; away <= settings.sequentialRun * followed && gap < widestGap; away++) {
        const neighbour = this.#table.find(caller + step * away)
        if (neighbour < 0 || this.#isOld(neighbour, atMillis, settings)) {
          isRun = false
          gap += 1
          continue
        }
        gap = 0
        near += 1
        if (isRun) run += 1
        if ((words[neighbour * width + this.#uses] ?? 0) >= regularFrom) regulars += 1
        if (words[neighbour * width + this.#identity] === (identity | 0)) sameIdentity += 1
      }
    }
    return { run, near, regulars, sameIdentity }
  }

  #isOld(row: number, atMillis: number, settings: WindowSettings): boolean {
    return Math.abs(atMillis - this.#rows.double(row, this.#seenAt)) >= settings.sequentialMillis
  }
}
