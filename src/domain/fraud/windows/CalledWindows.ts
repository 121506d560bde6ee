import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { isMismatched, isVouchedFor, sourceOf } from "../CallTraits.ts"
import { BucketColumn } from "./BucketColumn.ts"
import { callerKey, hashText, numberKey } from "./NumberKey.ts"
import { RecentMembers } from "./RecentMembers.ts"
import { SlotTable } from "./SlotTable.ts"
import type { WindowSettings } from "./WindowSettings.ts"

/** Who called a number lately, this call included. */
export interface CalledFeatures {
  /** Distinct callers within the masking window, exactly. */
  readonly callers: number
  /** Distinct sources (gateways or addresses) of theirs. */
  readonly sources: number
  /** Callers whose carrier vouches for them. */
  readonly vouched: number
  /** Callers for whom the network asserts another number. */
  readonly mismatched: number
  /** Calls in five minutes. */
  readonly calls: number
  /** Calls a second over the masking window. */
  readonly rate: number
  /** Long calls to numbers of the same range that ended lately, and their average. */
  readonly longCalls: number
  readonly longAverageSeconds: number
}

const fiveMinutes = 300_000

/** What is remembered of one caller: where it came from, whether it is vouched for, whether its number is another one. */
const noteOf = (call: CallAttempt): number =>
  hashText(sourceOf(call)) * 4 + (isVouchedFor(call) ? 2 : 0) + (isMismatched(call) ? 1 : 0)

/** Called numbers of one slice of the number space. */
export class CalledWindows {
  readonly #callees: SlotTable
  readonly #callers: Array<RecentMembers> = []
  readonly #calls = new BucketColumn(fiveMinutes)
  readonly #ranges: SlotTable
  readonly #longCalls: BucketColumn
  readonly #longMinutes: BucketColumn

  constructor(maxCallees: number, settings: WindowSettings) {
    this.#callees = new SlotTable(maxCallees, (rows) => this.#calls.resize(rows))
    this.#longCalls = new BucketColumn(settings.pumpingMillis)
    this.#longMinutes = new BucketColumn(settings.pumpingMillis)
    this.#ranges = new SlotTable(Math.ceil(maxCallees / 4), (rows) => {
      this.#longCalls.resize(rows)
      this.#longMinutes.resize(rows)
    })
  }

  get size(): number {
    return this.#callees.size
  }

  retime(settings: WindowSettings): void {
    this.#longCalls.retime(settings.pumpingMillis)
    this.#longMinutes.retime(settings.pumpingMillis)
  }

  attempt(call: CallAttempt, settings: WindowSettings): CalledFeatures {
    const key = numberKey(call.bNumber)
    const at = call.atMillis
    const row = this.#callees.take(key, Math.floor(at / 1000), (fresh) => {
      this.#calls.clear(fresh)
      this.#callers[fresh]?.clear()
    })
    const callers = (this.#callers[row] ??= new RecentMembers())
    const caller = callerKey(call.aNumber, call.sourceIp)
    callers.add(caller, at, noteOf(call), settings.maskingMillis, settings.maskingTracked)
    this.#calls.add(row, at, 1)
    return {
      ...shapeOf(callers),
      callers: callers.size,
      calls: this.#calls.sum(row, at),
      rate: (callers.size * 1000) / settings.maskingMillis,
      ...this.#pumped(key, at, settings)
    }
  }

  ended(end: CallEnd, settings: WindowSettings): void {
    if (end.durationMillis < settings.pumpingMinSeconds * 500) return
    const range = Math.floor(numberKey(end.bNumber) / settings.pumpingRange)
    const row = this.#ranges.take(range, Math.floor(end.endedAtMillis / 1000), (fresh) => {
      this.#longCalls.clear(fresh)
      this.#longMinutes.clear(fresh)
    })
    this.#longCalls.add(row, end.endedAtMillis, 1)
    this.#longMinutes.add(row, end.endedAtMillis, Math.round(end.durationMillis / 60_000))
  }

  #pumped(key: number, at: number, settings: WindowSettings) {
    const row = this.#ranges.find(Math.floor(key / settings.pumpingRange))
    const longCalls = row < 0 ? 0 : this.#longCalls.sum(row, at)
    return { longCalls, longAverageSeconds: longCalls === 0 ? 0 : (this.#longMinutes.sum(row, at) * 60) / longCalls }
  }
}

const shapeOf = (callers: RecentMembers) => {
  let vouched = 0
  let mismatched = 0
  let sources = 0
  for (let i = 0; i < callers.size; i++) {
    const note = callers.note(i)
    if (note % 4 >= 2) vouched += 1
    mismatched += note % 2
    const source = Math.floor(note / 4)
    let seen = false
    for (let j = 0; j < i && !seen; j++) seen = Math.floor(callers.note(j) / 4) === source
    if (!seen) sources += 1
  }
  return { sources, vouched, mismatched }
}
