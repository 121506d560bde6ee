import { makeModule } from "./FraudDetectionModule.ts"
import { replay, subscriberDays, trafficOf } from "./Replay.ts"
import type { Opinion } from "./Scores.ts"
import { Scores } from "./Scores.ts"
import { makeForest, trainForest } from "./SimBoxForest.ts"
import { makeTandem } from "./TandemOpinion.ts"
import type { GeneratedCall } from "../../src/simulators/traffic/Traffic.ts"

export interface Measuring {
  readonly seeds: ReadonlyArray<number>
  readonly callsOfSeed: number
  readonly prevalence: number
  /** As if no network signed its calls (no STIR/SHAKEN). */
  readonly unsigned: boolean
}

/** Few SIM boxes teach a forest little. */
const leastTrained = 0.06

/** Lets all detectors judge the same calls; the forest learns from tuning seeds first. */
export const measure = ({ callsOfSeed, prevalence, seeds, unsigned }: Measuring) => {
  const tandem = new Scores("Tandem", "set-up", true)
  const fraudModule = new Scores("Thresholds of OpenSIPS' fraud_detection", "set-up", false)
  const forest = new Scores("Random forest of nine figures a caller and day", "day", true)
  const trees = trainForest(callsOfSeed, Math.max(prevalence, leastTrained))
  for (const seed of seeds) {
    const traffic = trafficOf(seed, callsOfSeed, prevalence)
    const telling = (scores: Scores) => (generated: GeneratedCall, opinion: Opinion) =>
      scores.add(seed, generated, opinion)
    const days = makeForest(trees, telling(forest))
    const tellingEnds = (generated: GeneratedCall, before: Opinion, opinion: Opinion) =>
      tandem.addEnd(seed, generated, before, opinion)
    const watchers = [makeTandem(telling(tandem), tellingEnds), makeModule(telling(fraudModule)), days.watcher]
    replay(traffic, watchers, unsigned)
    days.flush()
    for (const scores of [tandem, fraudModule, forest]) scores.addSubscriberDays(subscriberDays(traffic))
  }
  return { tandem, fraudModule, forest }
}
