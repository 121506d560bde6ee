import { firstRows, SlotTable } from "./SlotTable.ts"
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
  readonly #table: SlotTable
  readonly #given: () => void
  #seenAt = new Float64Array(0)
  #uses = new Uint8Array(0)
  #identity = new Uint32Array(0)

  constructor(budget: RowBudget) {
    const grown = (rows: number) => {
      const seenAt = new Float64Array(rows)
      seenAt.set(this.#seenAt)
      this.#seenAt = seenAt
      const uses = new Uint8Array(rows)
      uses.set(this.#uses)
      this.#uses = uses
      const identity = new Uint32Array(rows)
      identity.set(this.#identity)
      this.#identity = identity
    }
    this.#table = new SlotTable(maxCallers, grown, (more) => budget.take(more))
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
    const row = this.#table.take(caller, Math.floor(atMillis / 1000), (fresh) => {
      this.#seenAt[fresh] = 0
      this.#uses[fresh] = 0
      this.#identity[fresh] = 0
    })
    this.#seenAt[row] = Math.max(atMillis, this.#seenAt[row] ?? 0)
    this.#identity[row] = identity
    const uses = Math.min(255, (this.#uses[row] ?? 0) + 1)
    this.#uses[row] = uses
    let run = 1
    let near = 1
    let sameIdentity = 1
    let regulars = uses >= regularFrom ? 1 : 0
    for (let step = -1; step <= 1; step += 2) {
      let gap = 0
      let isRun = true
      for (let away = 1; away <= settings.sequentialRun * followed && gap < widestGap; away++) {
        const neighbour = this.#table.find(caller + step * away)
        if (neighbour < 0 || Math.abs(atMillis - (this.#seenAt[neighbour] ?? 0)) >= settings.sequentialMillis) {
          isRun = false
          gap += 1
          continue
        }
        gap = 0
        near += 1
        if (isRun) run += 1
        if ((this.#uses[neighbour] ?? 0) >= regularFrom) regulars += 1
        if (this.#identity[neighbour] === identity) sameIdentity += 1
      }
    }
    return { run, near, regulars, sameIdentity }
  }
}
