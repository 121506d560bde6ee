import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { costlyRange, isAbroad, isGivenUp, sourceOf } from "../CallTraits.ts"
import { BucketColumn } from "./BucketColumn.ts"
import { hashText, numberKey } from "./NumberKey.ts"
import { SketchColumn } from "./SketchColumn.ts"
import { SlotTable } from "./SlotTable.ts"
import { RowBudget, SourceCallers } from "./SourceCallers.ts"
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
}

const hour = 3_600_000

/** Caller numbers that the sources of one slice remember together, besides the first few of each. */
const sharedRows = 65_536
const rowsPerSource = 64

/** Sources (gateways or addresses) of one slice. */
export class SourceWindows {
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
  readonly #calleesHour = new SketchColumn(hour)
  readonly #answeredHour = new BucketColumn(hour, "wide")
  readonly #secondsHour = new BucketColumn(hour, "wide")

  constructor(maxSources: number, settings: WindowSettings) {
    this.#budget = new RowBudget(sharedRows + maxSources * rowsPerSource)
    this.#calls = new BucketColumn(settings.flashMillis, "wide")
    this.#flashes = new BucketColumn(settings.flashMillis, "wide")
    this.#flashCallers = new SketchColumn(settings.flashMillis)
    this.#flashCallees = new SketchColumn(settings.flashMillis)
    this.#answered = new BucketColumn(settings.acdMillis, "wide")
    this.#seconds = new BucketColumn(settings.acdMillis, "wide")
    this.#expensive = new BucketColumn(settings.pbxMillis, "wide")
    this.#table = new SlotTable(maxSources, (rows) => {
      for (const column of this.#columns()) column.resize(rows)
    })
  }

  get size(): number {
    return this.#table.size
  }

  retime(settings: WindowSettings): void {
    for (const column of [this.#calls, this.#flashes, this.#flashCallers, this.#flashCallees]) {
      column.retime(settings.flashMillis)
    }
    this.#answered.retime(settings.acdMillis)
    this.#seconds.retime(settings.acdMillis)
    this.#expensive.retime(settings.pbxMillis)
  }

  attempt(call: CallAttempt, settings: WindowSettings): SourceFeatures {
    const at = call.atMillis
    const row = this.#row(call, at)
    this.#calls.add(row, at, 1)
    if (isAbroad(call.bNumber, settings.homePrefix) || costlyRange(call.bNumber, settings.highCostPrefixes)) {
      this.#expensive.add(row, at, 1)
    }
    this.#calleesHour.add(row, at, numberKey(call.bNumber))
    const callers = (this.#callers[row] ??= new SourceCallers(this.#budget))
    const answered = this.#answered.sum(row, at)
    const answeredHour = this.#answeredHour.sum(row, at)
    return {
      ...callers.run(numberKey(call.aNumber), hashText(call.assertedNumber), at, settings),
      calls: this.#calls.sum(row, at),
      flashes: this.#flashes.sum(row, at),
      flashCallers: this.#flashCallers.estimate(row, at),
      flashCallees: this.#flashCallees.estimate(row, at),
      answered,
      averageSeconds: answered === 0 ? 0 : this.#seconds.sum(row, at) / answered,
      expensive: this.#expensive.sum(row, at),
      calleesHour: this.#calleesHour.estimate(row, at),
      answeredHour,
      averageSecondsHour: answeredHour === 0 ? 0 : this.#secondsHour.sum(row, at) / answeredHour
    }
  }

  ended(end: CallEnd, settings: WindowSettings): void {
    const at = end.endedAtMillis
    const row = this.#row(end, at)
    if (end.answeredAtMillis !== null) {
      this.#answered.add(row, at, 1)
      this.#seconds.add(row, at, Math.round(end.durationMillis / 1000))
      this.#answeredHour.add(row, at, 1)
      this.#secondsHour.add(row, at, Math.round(end.durationMillis / 1000))
    } else if (isGivenUp(end) && end.ringMillis <= settings.flashRingMillis) {
      this.#flashes.add(row, at, 1)
      this.#flashCallers.add(row, at, numberKey(end.aNumber))
      this.#flashCallees.add(row, at, numberKey(end.bNumber))
    }
  }

  #row(call: CallAttempt, at: number): number {
    return this.#table.take(hashText(sourceOf(call)) + 1, Math.floor(at / 1000), (row) => {
      for (const column of this.#columns()) column.clear(row)
      this.#callers[row]?.release()
      delete this.#callers[row]
    })
  }

  #columns(): ReadonlyArray<BucketColumn | SketchColumn> {
    return [
      this.#calls,
      this.#flashes,
      this.#answered,
      this.#seconds,
      this.#expensive,
      this.#flashCallers,
      this.#flashCallees,
      this.#calleesHour,
      this.#answeredHour,
      this.#secondsHour
    ]
  }
}
