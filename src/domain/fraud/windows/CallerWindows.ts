import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { costlyRange, isGivenUp } from "../CallTraits.ts"
import { BucketColumn } from "./BucketColumn.ts"
import { callerKey, hashText, numberKey } from "./NumberKey.ts"
import { SketchColumn } from "./SketchColumn.ts"
import { SlotTable } from "./SlotTable.ts"
import type { WindowSettings } from "./WindowSettings.ts"

/** What a caller did lately, this call included. Counts of distinct numbers are estimates, a few percent off. */
export interface CallerFeatures {
  readonly attemptsDay: number
  readonly attemptsMinute: number
  readonly receivedDay: number
  readonly shortRings: number
  readonly highCost: number
  readonly highCostDay: number
  /** 0: no; 1: another region a moment ago. */
  readonly twoRegions: number
  /** Milliseconds since a call from another region, when the one before was from there; else 0. */
  readonly movedMillis: number
  readonly regionSwitchesHour: number
  readonly destinationsRobocall: number
  readonly destinationsHour: number
  readonly destinationsSimBox: number
  readonly answeredHour: number
  readonly averageSecondsHour: number
  readonly answeredSimBox: number
  readonly averageSecondsSimBox: number
  readonly endedHour: number
  readonly shortHour: number
}

/** Calls a day from which on a caller's destinations are counted: most subscribers never make so many. */
const busyFrom = 6

/** An answered call below this is short. */
const shortCallSeconds = 10

const minute = 60_000
const hour = 60 * minute

/**
 * Callers of one slice of the number space, in typed arrays. Every caller has a row of small counters; who calls much gets
 * a second one, for distinct destinations and durations.
 */
export class CallerWindows {
  readonly #callers: SlotTable
  readonly #busy: SlotTable
  readonly #attemptsDay = new BucketColumn(24 * hour)
  readonly #attemptsMinute = new BucketColumn(minute)
  readonly #received = new BucketColumn(24 * hour)
  readonly #switches = new BucketColumn(hour)
  readonly #shortRings: BucketColumn
  readonly #highCost: BucketColumn
  readonly #highCostDay = new BucketColumn(24 * hour)
  #region = new Uint32Array(0)
  #regionAt = new Float64Array(0)
  readonly #destinationsRobocall: SketchColumn
  readonly #destinationsHour = new SketchColumn(hour)
  readonly #destinationsSimBox: SketchColumn
  readonly #endedHour = new BucketColumn(hour)
  readonly #answeredHour = new BucketColumn(hour)
  readonly #secondsHour = new BucketColumn(hour, "wide")
  readonly #shortHour = new BucketColumn(hour)
  readonly #answeredSimBox: BucketColumn
  readonly #secondsSimBox: BucketColumn

  constructor(maxCallers: number, settings: WindowSettings) {
    this.#shortRings = new BucketColumn(settings.wangiriMillis)
    this.#highCost = new BucketColumn(settings.highCostMillis)
    this.#destinationsRobocall = new SketchColumn(settings.robocallMillis)
    this.#destinationsSimBox = new SketchColumn(settings.simBoxMillis)
    this.#answeredSimBox = new BucketColumn(settings.simBoxMillis)
    this.#secondsSimBox = new BucketColumn(settings.simBoxMillis, "wide")
    this.#callers = new SlotTable(maxCallers, (rows) => {
      for (const column of this.#lightColumns()) column.resize(rows)
      const region = new Uint32Array(rows)
      region.set(this.#region)
      this.#region = region
      const regionAt = new Float64Array(rows)
      regionAt.set(this.#regionAt)
      this.#regionAt = regionAt
    })
    this.#busy = new SlotTable(Math.ceil(maxCallers / 8), (rows) => {
      for (const column of this.#busyColumns()) column.resize(rows)
    })
  }

  get size(): number {
    return this.#callers.size
  }

  retime(settings: WindowSettings): void {
    this.#shortRings.retime(settings.wangiriMillis)
    this.#highCost.retime(settings.highCostMillis)
    this.#destinationsRobocall.retime(settings.robocallMillis)
    this.#destinationsSimBox.retime(settings.simBoxMillis)
    this.#answeredSimBox.retime(settings.simBoxMillis)
    this.#secondsSimBox.retime(settings.simBoxMillis)
  }

  attempt(call: CallAttempt, settings: WindowSettings): CallerFeatures {
    const key = callerKey(call.aNumber, call.sourceIp)
    const at = call.atMillis
    const row = this.#row(key, at)
    this.#attemptsDay.add(row, at, 1)
    this.#attemptsMinute.add(row, at, 1)
    if (costlyRange(call.bNumber, settings.highCostPrefixes) !== undefined) {
      this.#highCost.add(row, at, 1)
      this.#highCostDay.add(row, at, 1)
    }
    const movedMillis = this.#moved(row, call)
    const twoRegions = movedMillis > 0 && movedMillis <= settings.geographyMillis ? 1 : 0
    const attemptsDay = this.#attemptsDay.sum(row, at)
    const busy = attemptsDay >= busyFrom ? this.#busyRow(key, at) : this.#busy.find(key)
    if (busy >= 0) {
      const destination = numberKey(call.bNumber)
      this.#destinationsRobocall.add(busy, at, destination)
      this.#destinationsHour.add(busy, at, destination)
      this.#destinationsSimBox.add(busy, at, destination)
    }
    return { ...this.#light(row, at, attemptsDay), twoRegions, movedMillis, ...this.#heavy(busy, at) }
  }

  /** A call that is over: what it says of its caller. */
  ended(end: CallEnd, settings: WindowSettings): void {
    const key = callerKey(end.aNumber, end.sourceIp)
    const row = this.#callers.find(key)
    if (row < 0) return
    const at = end.endedAtMillis
    const answered = end.answeredAtMillis !== null
    if (isGivenUp(end) && end.ringMillis <= settings.shortRingMillis) this.#shortRings.add(row, at, 1)
    const busy = this.#busy.find(key)
    if (busy < 0) return
    const seconds = Math.round(end.durationMillis / 1000)
    this.#endedHour.add(busy, at, 1)
    if (!answered) return
    this.#answeredHour.add(busy, at, 1)
    this.#secondsHour.add(busy, at, seconds)
    this.#answeredSimBox.add(busy, at, 1)
    this.#secondsSimBox.add(busy, at, seconds)
    if (seconds < shortCallSeconds) this.#shortHour.add(busy, at, 1)
  }

  /** A call to a number that calls itself: a subscriber is called back, a SIM box is not. */
  received(call: CallAttempt): void {
    const row = this.#callers.find(numberKey(call.bNumber))
    if (row >= 0) this.#received.add(row, call.atMillis, 1)
  }

  /** What is known of the caller of a call that is over. */
  features(call: CallAttempt, atMillis: number): CallerFeatures | undefined {
    const key = callerKey(call.aNumber, call.sourceIp)
    const row = this.#callers.find(key)
    if (row < 0) return undefined
    return {
      ...this.#light(row, atMillis, this.#attemptsDay.sum(row, atMillis)),
      twoRegions: 0,
      movedMillis: 0,
      ...this.#heavy(this.#busy.find(key), atMillis)
    }
  }

  #row(key: number, at: number): number {
    return this.#callers.take(key, Math.floor(at / 1000), (row) => {
      for (const column of this.#lightColumns()) column.clear(row)
      this.#region[row] = 0
      this.#regionAt[row] = 0
    })
  }

  #busyRow(key: number, at: number): number {
    return this.#busy.take(key, Math.floor(at / 1000), (row) => {
      for (const column of this.#busyColumns()) column.clear(row)
    })
  }

  #moved(row: number, call: CallAttempt): number {
    if (call.region === "") return 0
    const region = hashText(call.region)
    const before = this.#region[row] ?? 0
    const apartMillis = Math.abs(call.atMillis - (this.#regionAt[row] ?? 0))
    const moved = before !== 0 && before !== region
    if (moved) this.#switches.add(row, call.atMillis, 1)
    if (call.atMillis >= (this.#regionAt[row] ?? 0)) {
      this.#region[row] = region
      this.#regionAt[row] = call.atMillis
    }
    return moved ? apartMillis + 1 : 0
  }

  #light(row: number, at: number, attemptsDay: number) {
    return {
      attemptsDay,
      attemptsMinute: this.#attemptsMinute.sum(row, at),
      receivedDay: this.#received.sum(row, at),
      shortRings: this.#shortRings.sum(row, at),
      highCost: this.#highCost.sum(row, at),
      highCostDay: this.#highCostDay.sum(row, at),
      regionSwitchesHour: this.#switches.sum(row, at)
    }
  }

  #heavy(busy: number, at: number) {
    if (busy < 0) return nothingHeavy
    const answeredHour = this.#answeredHour.sum(busy, at)
    const answeredSimBox = this.#answeredSimBox.sum(busy, at)
    return {
      destinationsRobocall: this.#destinationsRobocall.estimate(busy, at),
      destinationsHour: this.#destinationsHour.estimate(busy, at),
      destinationsSimBox: this.#destinationsSimBox.estimate(busy, at),
      answeredHour,
      averageSecondsHour: answeredHour === 0 ? 0 : this.#secondsHour.sum(busy, at) / answeredHour,
      answeredSimBox,
      averageSecondsSimBox: answeredSimBox === 0 ? 0 : this.#secondsSimBox.sum(busy, at) / answeredSimBox,
      endedHour: this.#endedHour.sum(busy, at),
      shortHour: this.#shortHour.sum(busy, at)
    }
  }

  #lightColumns(): ReadonlyArray<BucketColumn> {
    return [
      this.#attemptsDay,
      this.#attemptsMinute,
      this.#received,
      this.#switches,
      this.#shortRings,
      this.#highCost,
      this.#highCostDay
    ]
  }

  #busyColumns(): ReadonlyArray<BucketColumn | SketchColumn> {
    const sketches = [this.#destinationsRobocall, this.#destinationsHour, this.#destinationsSimBox]
    const hourly = [this.#endedHour, this.#answeredHour, this.#secondsHour, this.#shortHour]
    return [...sketches, ...hourly, this.#answeredSimBox, this.#secondsSimBox]
  }
}

const nothingHeavy = {
  destinationsRobocall: 0,
  destinationsHour: 0,
  destinationsSimBox: 0,
  answeredHour: 0,
  averageSecondsHour: 0,
  answeredSimBox: 0,
  averageSecondsSimBox: 0,
  endedHour: 0,
  shortHour: 0
}
