import { parseArgs } from "node:util"
import { makeModule } from "./FraudDetectionModule.ts"
import { heldOutSeeds, replay, subscriberDays, trafficOf, tuningSeeds } from "./Replay.ts"
import { Scores } from "./Scores.ts"
import { scoresText, unmetText } from "./ScoreTable.ts"
import { makeForest, trainForest } from "./SimBoxForest.ts"
import { makeTandem } from "./TandemOpinion.ts"

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "1200000" },
    prevalence: { type: "string", default: "0.02" },
    seeds: { type: "string", default: heldOutSeeds.join(",") },
    /** Replays the seeds that the rules were fitted to. */
    tuning: { type: "boolean", default: false },
    /** As if no network signed its calls (no STIR/SHAKEN). */
    unsigned: { type: "boolean", default: false }
  }
})

const seeds = values.tuning ? tuningSeeds : values.seeds.split(",").map(Number)
const calls = Math.ceil(Number(values.calls) / seeds.length)
const prevalence = Number(values.prevalence)

const tandem = new Scores("Tandem", "set-up", true)
const fraudModule = new Scores("Thresholds of OpenSIPS' fraud_detection", "set-up", false)
const forest = new Scores("Random forest of nine figures a caller and day", "day", true)
const all = [tandem, fraudModule, forest]

/** Few SIM boxes teach a forest little. */
const leastTrained = 0.06
const trees = trainForest(calls, Math.max(prevalence, leastTrained))
for (const seed of seeds) {
  const traffic = trafficOf(seed, calls, prevalence)
  const telling =
    (scores: Scores) => (generated: Parameters<Scores["add"]>[1], opinion: Parameters<Scores["add"]>[2]) =>
      scores.add(seed, generated, opinion)
  const days = makeForest(trees, telling(forest))
  replay(traffic, [makeTandem(telling(tandem)), makeModule(telling(fraudModule)), days.watcher], values.unsigned)
  days.flush()
  for (const scores of all) scores.addSubscriberDays(subscriberDays(traffic))
}
console.log(
  `Seeds ${seeds.join(", ")}; ${prevalence * 100} % of calls are fraud; ${values.unsigned ? "no call is" : "calls are"} signed.\n`
)
for (const scores of all) console.log(`${scoresText(scores)}\n`)
console.log(unmetText(tandem))
