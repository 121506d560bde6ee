import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { sourceOf } from "../CallTraits.ts"
import type { CalledFeatures } from "./CalledWindows.ts"
import { CalledWindows } from "./CalledWindows.ts"
import type { CallerFeatures } from "./CallerWindows.ts"
import { CallerWindows } from "./CallerWindows.ts"
import { callerKey, hashKey, hashText, numberKey } from "./NumberKey.ts"
import type { SourceFeatures } from "./SourceWindows.ts"
import { SourceWindows } from "./SourceWindows.ts"
import type { WindowSettings } from "./WindowSettings.ts"

/**
 * Slices of the number space and of the sources: each actor watches one of both. Fixed: it decides what lives where. Few, since
 * a node sends one message at a time to each slice that lives elsewhere.
 */
export const sliceCount = 4

/** Numbers that differ in their last two digits alone share a slice, so that a range can be watched as one. */
const sliceOfKey = (key: number): number => hashKey(Math.floor(Math.abs(key) / 100)) % sliceCount

export const callerSlice = (call: CallAttempt): number => sliceOfKey(callerKey(call.aNumber, call.sourceIp))

export const calledSlice = (call: Pick<CallAttempt, "bNumber">): number => sliceOfKey(numberKey(call.bNumber))

export const sourceSlice = (call: CallAttempt): number => hashText(sourceOf(call)) % sliceCount

/** Most numbers and sources that a whole plane remembers. */
export interface WindowCapacity {
  readonly callers: number
  readonly callees: number
  readonly sources: number
}

export const defaultCapacity: WindowCapacity = { callers: 1_200_000, callees: 300_000, sources: 16_384 }

export const capacityOfSlice = ({ callees, callers, sources }: WindowCapacity): WindowCapacity => ({
  callers: Math.ceil(callers / sliceCount),
  callees: Math.ceil(callees / sliceCount),
  sources: Math.ceil(sources / sliceCount)
})

/** What is remembered of one slice of the number space: its numbers as callers, and as called. */
export class NumberSlice {
  readonly callers: CallerWindows
  readonly called: CalledWindows
  #settings: WindowSettings

  constructor(capacity: WindowCapacity, settings: WindowSettings) {
    this.callers = new CallerWindows(capacity.callers, settings)
    this.called = new CalledWindows(capacity.callees, settings)
    this.#settings = settings
  }

  retime(settings: WindowSettings): void {
    this.#settings = settings
    this.callers.retime(settings)
    this.called.retime(settings)
  }

  attemptOfCaller(call: CallAttempt): CallerFeatures {
    return this.callers.attempt(call, this.#settings)
  }

  attemptToCalled(call: CallAttempt): CalledFeatures {
    this.callers.received(call)
    return this.called.attempt(call, this.#settings)
  }

  endOfCaller(end: CallEnd): CallerFeatures | undefined {
    this.callers.ended(end, this.#settings)
    return this.callers.features(end, end.endedAtMillis)
  }

  /** Undefined: the end is no news of the called number. */
  endToCalled(end: CallEnd): CalledFeatures | undefined {
    return this.called.ended(end, this.#settings)
  }
}

/** What is remembered of one slice of the sources. */
export class SourceSlice {
  readonly sources: SourceWindows
  #settings: WindowSettings

  constructor(capacity: WindowCapacity, settings: WindowSettings) {
    this.sources = new SourceWindows(capacity.sources, settings)
    this.#settings = settings
  }

  retime(settings: WindowSettings): void {
    this.#settings = settings
    this.sources.retime(settings)
  }

  attempt(call: CallAttempt): SourceFeatures {
    return this.sources.attempt(call, this.#settings)
  }

  end(end: CallEnd): void {
    this.sources.ended(end, this.#settings)
  }
}
