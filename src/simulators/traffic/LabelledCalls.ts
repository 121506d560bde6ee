import { spread } from "./Beat.ts"
import type { Campaign } from "./Campaign.ts"
import { dayCurve } from "./DayCurve.ts"
import type { GeneratedCall } from "./GeneratedCall.ts"
import { generated } from "./GeneratedCall.ts"
import { Merge } from "./Merge.ts"
import { Ordinary } from "./Ordinary.ts"
import type { Population } from "./Population.ts"
import { Rng } from "./Rng.ts"

export interface Playing {
  readonly seed: number
  readonly population: Population
  readonly campaigns: ReadonlyArray<Campaign>
  readonly calls: number
  readonly startMillis: number
  readonly durationMillis: number
}

/** Plays the campaigns amid as many ordinary calls as make up the count, in order of time. */
export function* labelledCalls(playing: Playing): Generator<GeneratedCall, void, void> {
  const { calls, durationMillis, population, seed, startMillis } = playing
  const campaigns = [...playing.campaigns].sort((one, other) => one.startMillis - other.startMillis)
  const ordinary = new Ordinary(new Rng(seed, 2), population)
  const merge = new Merge(seed, population, campaigns)
  const campaignCalls = campaigns.reduce((sum, { size }) => sum + size, 0)
  let left = Math.max(0, calls - campaignCalls)
  const next = dayCurve(startMillis, durationMillis, spread(new Rng(seed, 3), 0, 1, left))
  let ordinaryAt = left > 0 ? next() : Infinity
  for (let index = 1; index <= calls; index++) {
    const callId = `call-${seed}-${index}`
    if (merge.peek() < ordinaryAt) {
      const taken = merge.take()
      if (taken === undefined) return
      yield generated(callId, taken.leg, taken.campaign)
    } else {
      if (left === 0) return
      yield generated(callId, ordinary.leg(ordinaryAt), null)
      ordinaryAt = --left > 0 ? next() : Infinity
    }
  }
}
