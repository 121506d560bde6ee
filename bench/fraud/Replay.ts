import { BinaryHeap } from "../../src/domain/fraud/backtest/BinaryHeap.ts"
import type { GeneratedCall, TrafficOptions } from "../../src/simulators/traffic/Traffic.ts"
import { defaultTraffic, generateTraffic, trafficMillis } from "../../src/simulators/traffic/Traffic.ts"

/** Seeds that rules and models may be fitted to. */
export const tuningSeeds: ReadonlyArray<number> = [101, 102, 103, 104, 105, 9001, 9002, 9003, 9004, 9005, 9006]
/** Seeds that nothing was fitted to: the figures that are told come from these alone. */
export const heldOutSeeds: ReadonlyArray<number> = [88001, 88002, 88003, 88004, 88005, 88006]

/** So few that a run of 240,000 calls lasts more than a day, with a night for those who work at night. */
const callsPerSubscriber = 8

export const trafficOf = (seed: number, calls: number, prevalence: number): TrafficOptions => ({
  ...defaultTraffic,
  seed,
  calls,
  prevalence,
  subscribers: Math.max(1000, Math.round(calls / callsPerSubscriber))
})

/** Subscribers times days: what honest harm is counted against. */
export const subscriberDays = (traffic: TrafficOptions): number =>
  (traffic.subscribers * trafficMillis(traffic)) / 86_400_000

/** What is told of each call, in order of time. */
export interface Watcher {
  readonly attempt: (generated: GeneratedCall) => void
  readonly ended: (generated: GeneratedCall) => void
}

const withoutSignature = (generated: GeneratedCall): GeneratedCall => ({
  ...generated,
  call: { ...generated.call, attestation: "missing" }
})

/**
 * Plays generated calls in order of time, each end at its own time. Nobody acts on a verdict: a call that a detector would
 * have blocked goes on and ends as it would have, so that all detectors see the same calls.
 */
export const replay = (traffic: TrafficOptions, watchers: ReadonlyArray<Watcher>, unsigned = false): void => {
  const ends = new BinaryHeap<GeneratedCall>()
  const endUntil = (atMillis: number) => {
    while (ends.firstKey <= atMillis) {
      const next = ends.pop()
      if (next === undefined) break
      for (const watcher of watchers) watcher.ended(next)
    }
  }
  for (const made of generateTraffic(traffic)) {
    const generated = unsigned ? withoutSignature(made) : made
    endUntil(generated.call.atMillis)
    for (const watcher of watchers) watcher.attempt(generated)
    ends.push(generated.call.endedAtMillis, generated)
  }
  endUntil(Infinity)
}
