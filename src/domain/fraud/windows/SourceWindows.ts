import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { isAbroad, isFromElsewhere, isGivenUp, isUnvouchedHome } from "../CallTraits.ts"
import { BucketColumn } from "./BucketColumn.ts"
import type { CallKeys } from "./NumberKey.ts"
import { hashText, keysOf } from "./NumberKey.ts"
import { SketchColumn } from "./SketchColumn.ts"
import { SlotTable } from "./SlotTable.ts"
import { RowBudget, SourceCallers } from "./SourceCallers.ts"
import { WindowRows } from "./WindowRows.ts"
import type { WindowSettings } from "./WindowSettings.ts"

/** What came from one source lately, this call included. */
export interface SourceFeatures {
  /** Longest run of consecutive caller numbers that this call's number is part of. */
  readonly run: number
  /** Caller numbers around this call's, with at most two numbers between neighbours. */
  readonly near: number
  /** Those of the near ones that this source has used often before. */
  readonly regulars: number
  /** Those of the near ones for whom the network asserts the same identity as for this call. */
  readonly sameIdentity: number
  readonly calls: number
  readonly flashes: number
  readonly flashCallers: number
  readonly flashCallees: number
  readonly answered: number
  readonly averageSeconds: number
  /** Calls abroad or to costly ranges. */
  readonly expensive: number
  /** Distinct called numbers of the last hour, and its answered calls. */
  readonly calleesHour: number
  readonly answeredHour: number
  readonly averageSecondsHour: number
  /**
   * When this call shows a home number that nobody vouches for: how many such calls there were in an hour, and of how many of
   * them the network tells that they come from elsewhere. Else 0.
   */
  readonly unvouchedHour: number
  readonly elsewhereHour: number
}

const hour = 3_600_000

/** Caller numbers that the sources of one slice remember together, besides the first few of each. */
const sharedRows = 65_536
const rowsPerSource = 64

/** Sources (gateways or addresses) of one slice. */
export class SourceWindows {
  readonly #rows = new WindowRows()
  readonly #table: SlotTable
  readonly #callers: Array<SourceCallers> = []
  readonly #budget: RowBudget
  readonly #calls: BucketColumn
  readonly #flashes: BucketColumn
  readonly #flashCallers: SketchColumn
  readonly #flashCallees: SketchColumn
  readonly #answered: BucketColumn
  readonly #seconds: BucketColumn
  readonly #expensive: BucketColumn
  readonly #calleesHour = new SketchColumn(this.#rows, [hour])
  readonly #answeredHour = new BucketColumn(this.#rows, hour, "wide")
  readonly #secondsHour = new BucketColumn(this.#rows, hour, "wide")
  readonly #unvouchedHour = new BucketColumn(this.#rows, hour)
  readonly #elsewhereHour = new BucketColumn(this.#rows, hour)

  constructor(maxSources: number, settings: WindowSettings) {
    this.#budget = new RowBudget(sharedRows + maxSources * rowsPerSource)
    this.#calls = new BucketColumn(this.#rows, settings.flashMillis, "wide")
    this.#flashes = new BucketColumn(this.#rows, settings.flashMillis, "wide")
    this.#flashCallers = new SketchColumn(this.#rows, [settings.flashMillis])
    this.#flashCallees = new SketchColumn(this.#rows, [settings.flashMillis])
    this.#answered = new BucketColumn(this.#rows, settings.acdMillis, "wide")
    this.#seconds = new BucketColumn(this.#rows, settings.acdMillis, "wide")
    this.#expensive = new BucketColumn(this.#rows, settings.pbxMillis, "wide")
    this.#table = new SlotTable(maxSources, this.#rows, { fresh: (row) => this.#forget(row) })
  }

  get size(): number {
    return this.#table.size
  }

  retime(settings: WindowSettings): void {
    for (const column of [this.#calls, this.#flashes]) column.retime(settings.flashMillis)
    for (const column of [this.#flashCallers, this.#flashCallees]) column.retime([settings.flashMillis])
    this.#answered.retime(settings.acdMillis)
    this.#seconds.retime(settings.acdMillis)
    this.#expensive.retime(settings.pbxMillis)
  }

  attempt(call: CallAttempt, settings: WindowSettings): SourceFeatures {
    const at = call.atMillis
    const keys = keysOf(call)
    const row = this.#row(keys, at)
    this.#calls.add(row, at, 1)
    if (isAbroad(call.bNumber, settings.homePrefix) || settings.isCostly(call.bNumber)) {
      this.#expensive.add(row, at, 1)
    }
    this.#calleesHour.add(row, at, keys.called)
    const isUnvouched = isUnvouchedHome(call, settings.homePrefix)
    if (isUnvouched) {
      this.#unvouchedHour.add(row, at, 1)
      if (isFromElsewhere(call, settings.homePrefix)) this.#elsewhereHour.add(row, at, 1)
    }
    const callers = (this.#callers[row] ??= new SourceCallers(this.#budget))
    // A withheld number is in no run.
    const run = callers.run(Math.max(0, keys.caller), hashText(call.assertedNumber), at, settings)
    const answered = this.#answered.sum(row, at)
    const answeredHour = this.#answeredHour.sum(row, at)
    return {
      run: run.run,
      near: run.near,
      regulars: run.regulars,
      sameIdentity: run.sameIdentity,
      calls: this.#calls.sum(row, at),
      flashes: this.#flashes.sum(row, at),
      flashCallers: this.#flashCallers.estimate(row, at),
      flashCallees: this.#flashCallees.estimate(row, at),
      answered,
      averageSeconds: answered === 0 ? 0 : this.#seconds.sum(row, at) / answered,
      expensive: this.#expensive.sum(row, at),
      calleesHour: this.#calleesHour.estimate(row, at),
      answeredHour,
      averageSecondsHour: answeredHour === 0 ? 0 : this.#secondsHour.sum(row, at) / answeredHour,
      unvouchedHour: isUnvouched ? this.#unvouchedHour.sum(row, at) : 0,
      elsewhereHour: isUnvouched ? this.#elsewhereHour.sum(row, at) : 0
    }
  }

  ended(end: CallEnd, settings: WindowSettings): void {
    const at = end.endedAtMillis
    const keys = keysOf(end)
    const row = this.#row(keys, at)
    if (end.answeredAtMillis !== null) {
      this.#answered.add(row, at, 1)
      this.#seconds.add(row, at, Math.round(end.durationMillis / 1000))
      this.#answeredHour.add(row, at, 1)
      this.#secondsHour.add(row, at, Math.round(end.durationMillis / 1000))
    } else if (isGivenUp(end) && end.ringMillis <= settings.flashRingMillis) {
      this.#flashes.add(row, at, 1)
      this.#flashCallers.add(row, at, Math.max(0, keys.caller))
      this.#flashCallees.add(row, at, keys.called)
    }
  }

  #row(keys: CallKeys, at: number): number {
    return this.#table.take(keys.source + 1, Math.floor(at / 1000))
  }

  #forget(row: number): void {
    this.#callers[row]?.release()
    delete this.#callers[row]
  }
}
