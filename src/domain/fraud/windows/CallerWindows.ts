import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { isGivenUp } from "../CallTraits.ts"
import { BucketColumn } from "./BucketColumn.ts"
import { hashKey, hashText, keysOf } from "./NumberKey.ts"
import { SketchColumn } from "./SketchColumn.ts"
import { SlotTable } from "./SlotTable.ts"
import { WindowRows } from "./WindowRows.ts"
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

/** An even number of 32 bits for a called number. */
const markOf = (called: number): number => hashKey(called) & -2

/** In these windows destinations are counted. */
const [robocallWindow, hourWindow, simBoxWindow] = [0, 1, 2]
const destinationWindows = ({ robocallMillis, simBoxMillis }: WindowSettings) => [robocallMillis, hour, simBoxMillis]

/**
 * Callers of one slice of the number space, in typed arrays. Every caller has a row of small counters; who calls much gets
 * a second one, for distinct destinations and durations.
 */
export class CallerWindows {
  readonly #light = new WindowRows()
  readonly #heavy = new WindowRows()
  readonly #callers: SlotTable
  readonly #busy: SlotTable
  // What each call changes comes first.
  readonly #attemptsDay = new BucketColumn(this.#light, 24 * hour)
  readonly #attemptsMinute = new BucketColumn(this.#light, minute)
  readonly #region = this.#light.claim(1)
  /** The costly number that was called last, as 32 bits that are odd once it did not answer; 0: none. */
  readonly #costly = this.#light.claim(1)
  readonly #regionAt = this.#light.claimDouble()
  readonly #received = new BucketColumn(this.#light, 24 * hour)
  readonly #switches = new BucketColumn(this.#light, hour)
  readonly #shortRings: BucketColumn
  readonly #highCost: BucketColumn
  readonly #highCostDay = new BucketColumn(this.#light, 24 * hour)
  readonly #destinations: SketchColumn
  readonly #endedHour = new BucketColumn(this.#heavy, hour)
  readonly #answeredHour = new BucketColumn(this.#heavy, hour)
  readonly #secondsHour = new BucketColumn(this.#heavy, hour, "wide")
  readonly #shortHour = new BucketColumn(this.#heavy, hour)
  readonly #answeredSimBox: BucketColumn
  readonly #secondsSimBox: BucketColumn

  constructor(maxCallers: number, settings: WindowSettings) {
    this.#shortRings = new BucketColumn(this.#light, settings.wangiriMillis)
    this.#highCost = new BucketColumn(this.#light, settings.highCostMillis)
    this.#destinations = new SketchColumn(this.#heavy, destinationWindows(settings))
    this.#answeredSimBox = new BucketColumn(this.#heavy, settings.simBoxMillis)
    this.#secondsSimBox = new BucketColumn(this.#heavy, settings.simBoxMillis, "wide")
    this.#callers = new SlotTable(maxCallers, this.#light)
    this.#busy = new SlotTable(Math.ceil(maxCallers / 8), this.#heavy)
  }

  get size(): number {
    return this.#callers.size
  }

  retime(settings: WindowSettings): void {
    this.#shortRings.retime(settings.wangiriMillis)
    this.#highCost.retime(settings.highCostMillis)
    this.#destinations.retime(destinationWindows(settings))
    this.#answeredSimBox.retime(settings.simBoxMillis)
    this.#secondsSimBox.retime(settings.simBoxMillis)
  }

  attempt(call: CallAttempt, settings: WindowSettings): CallerFeatures {
    const { called, caller } = keysOf(call)
    const at = call.atMillis
    const row = this.#callers.take(caller, Math.floor(at / 1000))
    this.#attemptsDay.add(row, at, 1)
    this.#attemptsMinute.add(row, at, 1)
    if (settings.isCostly(call.bNumber) && !this.#isRedial(row, called)) {
      this.#highCost.add(row, at, 1)
      this.#highCostDay.add(row, at, 1)
    }
    const movedMillis = this.#moved(row, call)
    const twoRegions = movedMillis > 0 && movedMillis <= settings.geographyMillis ? 1 : 0
    const attemptsDay = this.#attemptsDay.sum(row, at)
    const busy = attemptsDay >= busyFrom ? this.#busy.take(caller, Math.floor(at / 1000)) : this.#busy.find(caller)
    if (busy >= 0) this.#destinations.add(busy, at, called)
    return this.#known(row, busy, at, { attemptsDay, movedMillis, twoRegions })
  }

  /** A call that is over: what it says of its caller. */
  ended(end: CallEnd, settings: WindowSettings): void {
    const { called, caller } = keysOf(end)
    const row = this.#callers.find(caller)
    if (row < 0) return
    const at = end.endedAtMillis
    const answered = end.answeredAtMillis !== null
    if (!answered) this.#noteUnanswered(row, called)
    if (isGivenUp(end) && end.ringMillis <= settings.shortRingMillis) this.#shortRings.add(row, at, 1)
    const busy = this.#busy.find(caller)
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
    const row = this.#callers.find(keysOf(call).called)
    if (row >= 0) this.#received.add(row, call.atMillis, 1)
  }

  /** What is known of the caller of a call that is over. */
  features(call: CallAttempt, atMillis: number): CallerFeatures | undefined {
    const { caller } = keysOf(call)
    const row = this.#callers.find(caller)
    if (row < 0) return undefined
    const attemptsDay = this.#attemptsDay.sum(row, atMillis)
    return this.#known(row, this.#busy.find(caller), atMillis, { attemptsDay, movedMillis: 0, twoRegions: 0 })
  }

  /** The costly number that did not answer is called again: to try is no other call. */
  #isRedial(row: number, called: number): boolean {
    const { width, words } = this.#light
    const place = row * width + this.#costly
    const mark = markOf(called)
    const before = words[place]
    words[place] = mark
    return before === (mark | 1)
  }

  #noteUnanswered(row: number, called: number): void {
    const { width, words } = this.#light
    const place = row * width + this.#costly
    const last = words[place] ?? 0
    if (last !== 0 && last === markOf(called)) words[place] = last | 1
  }

  #moved(row: number, call: CallAttempt): number {
    if (call.region === "") return 0
    const region = hashText(call.region)
    const { width, words } = this.#light
    const place = row * width + this.#region
    const before = (words[place] ?? 0) >>> 0
    const regionAt = this.#light.double(row, this.#regionAt)
    const apartMillis = Math.abs(call.atMillis - regionAt)
    const moved = before !== 0 && before !== region
    if (moved) this.#switches.add(row, call.atMillis, 1)
    if (call.atMillis >= regionAt) {
      words[place] = region
      this.#light.setDouble(row, this.#regionAt, call.atMillis)
    }
    return moved ? apartMillis + 1 : 0
  }

  #known(
    row: number,
    busy: number,
    at: number,
    now: Pick<CallerFeatures, "attemptsDay" | "movedMillis" | "twoRegions">
  ): CallerFeatures {
    const isBusy = busy >= 0
    const answeredHour = isBusy ? this.#answeredHour.sum(busy, at) : 0
    const answeredSimBox = isBusy ? this.#answeredSimBox.sum(busy, at) : 0
    return {
      attemptsDay: now.attemptsDay,
      attemptsMinute: this.#attemptsMinute.sum(row, at),
      receivedDay: this.#received.sum(row, at),
      shortRings: this.#shortRings.sum(row, at),
      highCost: this.#highCost.sum(row, at),
      highCostDay: this.#highCostDay.sum(row, at),
      twoRegions: now.twoRegions,
      movedMillis: now.movedMillis,
      regionSwitchesHour: this.#switches.sum(row, at),
      destinationsRobocall: isBusy ? this.#destinations.estimate(busy, at, robocallWindow) : 0,
      destinationsHour: isBusy ? this.#destinations.estimate(busy, at, hourWindow) : 0,
      destinationsSimBox: isBusy ? this.#destinations.estimate(busy, at, simBoxWindow) : 0,
      answeredHour,
      averageSecondsHour: answeredHour === 0 ? 0 : this.#secondsHour.sum(busy, at) / answeredHour,
      answeredSimBox,
      averageSecondsSimBox: answeredSimBox === 0 ? 0 : this.#secondsSimBox.sum(busy, at) / answeredSimBox,
      endedHour: isBusy ? this.#endedHour.sum(busy, at) : 0,
      shortHour: isBusy ? this.#shortHour.sum(busy, at) : 0
    }
  }
}
