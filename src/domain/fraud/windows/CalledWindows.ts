import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { isAccountable, isMismatched, isVouchedFor } from "../CallTraits.ts"
import { BucketColumn } from "./BucketColumn.ts"
import { MembersColumn } from "./MembersColumn.ts"
import { keysOf, numberKey } from "./NumberKey.ts"
import type { RecentMembers } from "./RecentMembers.ts"
import { SlotTable } from "./SlotTable.ts"
import { WindowRows } from "./WindowRows.ts"
import type { WindowSettings } from "./WindowSettings.ts"

/** Who called a number lately, this call included. */
export interface CalledFeatures {
  /** Distinct callers within the masking window, exactly. */
  readonly callers: number
  /** Distinct sources (gateways or addresses) of theirs. */
  readonly sources: number
  /** Callers for whom somebody signed, and those whose carrier vouches for them at all. */
  readonly accountable: number
  readonly vouched: number
  /** Callers for whom the network asserts another number. */
  readonly mismatched: number
  /** Calls in five minutes. */
  readonly calls: number
  /** Calls a second over the masking window. */
  readonly rate: number
  /** Long calls to numbers of the same range that ended lately, and their average. */
  readonly longCalls: number
  /** Share of the long ones among calls to the range that ended since the first long one, 0 to 1. */
  readonly longShare: number
  readonly longAverageSeconds: number
}

const fiveMinutes = 300_000

/** Kinds of notes on callers from one source. */
const noteKinds = 8

/** What is remembered of one caller: where it came from, whether it is vouched for, whether its number is another one. */
const noteOf = (call: CallAttempt, source: number): number =>
  source * noteKinds + (isAccountable(call) ? 4 : 0) + (isVouchedFor(call) ? 2 : 0) + (isMismatched(call) ? 1 : 0)

/** Never 0, which is no key, not even for numbers that are shorter than what their range leaves open. */
const rangeKey = (key: number, settings: WindowSettings): number => Math.floor(key / settings.pumpingRange) + 1

/** Called numbers of one slice of the number space. */
export class CalledWindows {
  readonly #calleeRows = new WindowRows()
  readonly #callees: SlotTable
  readonly #callers = new MembersColumn(this.#calleeRows)
  readonly #calls = new BucketColumn(this.#calleeRows, fiveMinutes)
  readonly #rangeRows = new WindowRows()
  readonly #ranges: SlotTable
  readonly #longCalls: BucketColumn
  readonly #rangeCalls: BucketColumn
  readonly #longSeconds: BucketColumn

  constructor(maxCallees: number, settings: WindowSettings) {
    this.#callees = new SlotTable(maxCallees, this.#calleeRows, { fresh: (row) => this.#callers.forget(row) })
    this.#longCalls = new BucketColumn(this.#rangeRows, settings.pumpingMillis)
    this.#rangeCalls = new BucketColumn(this.#rangeRows, settings.pumpingMillis)
    this.#longSeconds = new BucketColumn(this.#rangeRows, settings.pumpingMillis, "wide")
    this.#ranges = new SlotTable(Math.ceil(maxCallees / 4), this.#rangeRows)
  }

  get size(): number {
    return this.#callees.size
  }

  retime(settings: WindowSettings): void {
    this.#longCalls.retime(settings.pumpingMillis)
    this.#rangeCalls.retime(settings.pumpingMillis)
    this.#longSeconds.retime(settings.pumpingMillis)
  }

  attempt(call: CallAttempt, settings: WindowSettings): CalledFeatures {
    const keys = keysOf(call)
    const key = keys.called
    const at = call.atMillis
    const row = this.#callees.take(key, Math.floor(at / 1000))
    this.#callers.add(row, keys.caller, at, noteOf(call, keys.source), settings.maskingMillis, settings.maskingTracked)
    this.#calls.add(row, at, 1)
    const { accountable, callers, mismatched, sources, vouched } = this.#callersIn(row)
    const { longAverageSeconds, longCalls, longShare } = this.#pumped(key, at, settings)
    return {
      callers,
      sources,
      accountable,
      vouched,
      mismatched,
      calls: this.#calls.sum(row, at),
      rate: (callers * 1000) / settings.maskingMillis,
      longCalls,
      longShare,
      longAverageSeconds
    }
  }

  /** Distinct callers of a number within a window that ends at that moment. A look alone: nothing is remembered of it. */
  callersOf(bNumber: string, atMillis: number, windowMillis: number): number {
    const row = this.#callees.find(numberKey(bNumber))
    return row < 0 ? 0 : this.#callers.seenAfter(row, atMillis - windowMillis)
  }

  /** Tells of the range when the call was a long one and not the first. */
  ended(end: CallEnd, settings: WindowSettings): CalledFeatures | undefined {
    const number = numberKey(end.bNumber)
    const key = rangeKey(number, settings)
    // Only ranges that have long calls are remembered.
    if (end.durationMillis < settings.pumpingMinSeconds * 500) {
      const known = this.#ranges.find(key)
      if (known >= 0) this.#rangeCalls.add(known, end.endedAtMillis, 1)
      return undefined
    }
    const row = this.#ranges.take(key, Math.floor(end.endedAtMillis / 1000))
    this.#longCalls.add(row, end.endedAtMillis, 1)
    this.#rangeCalls.add(row, end.endedAtMillis, 1)
    this.#longSeconds.add(row, end.endedAtMillis, Math.round(end.durationMillis / 1000))
    const pumped = this.#pumped(number, end.endedAtMillis, settings)
    return pumped.longCalls > 1 ? { ...nobodyCalls, ...pumped } : undefined
  }

  #callersIn(row: number) {
    const several = this.#callers.severalOf(row)
    if (several !== undefined) return shapeOf(several)
    const note = this.#callers.note(row)
    return { callers: 1, sources: 1, accountable: (note >> 2) & 1, vouched: (note >> 1) & 1, mismatched: note & 1 }
  }

  #pumped(key: number, at: number, settings: WindowSettings) {
    const row = this.#ranges.find(rangeKey(key, settings))
    const longCalls = row < 0 ? 0 : this.#longCalls.sum(row, at)
    if (longCalls === 0) return notPumped
    return {
      longCalls,
      longShare: longCalls / Math.max(longCalls, this.#rangeCalls.sum(row, at)),
      longAverageSeconds: this.#longSeconds.sum(row, at) / longCalls
    }
  }
}

const notPumped = { longCalls: 0, longShare: 0, longAverageSeconds: 0 }

/** At the end of a call nobody calls. */
const nobodyCalls = { callers: 0, sources: 0, accountable: 0, vouched: 0, mismatched: 0, calls: 0, rate: 0 }

const shapeOf = (callers: RecentMembers) => {
  let accountable = 0
  let vouched = 0
  let mismatched = 0
  let sources = 0
  for (let i = 0; i < callers.size; i++) {
    const note = callers.note(i)
    accountable += (note >> 2) & 1
    vouched += (note >> 1) & 1
    mismatched += note & 1
    const source = Math.floor(note / noteKinds)
    let seen = false
    for (let j = 0; j < i && !seen; j++) seen = Math.floor(callers.note(j) / noteKinds) === source
    if (!seen) sources += 1
  }
  return { callers: callers.size, sources, accountable, vouched, mismatched }
}
