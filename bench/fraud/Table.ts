import { parseArgs } from "node:util"
import { heldOutSeeds, replay, subscriberDays, trafficOf, tuningSeeds } from "./Replay.ts"
import { Scores } from "./Scores.ts"
import { printScores } from "./ScoreTable.ts"
import { makeTandem } from "./TandemOpinion.ts"

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "1200000" },
    prevalence: { type: "string", default: "0.02" },
    seeds: { type: "string", default: heldOutSeeds.join(",") },
    tuning: { type: "boolean", default: false }
  }
})

const seeds = values.tuning ? tuningSeeds : values.seeds.split(",").map(Number)
const calls = Math.ceil(Number(values.calls) / seeds.length)
const prevalence = Number(values.prevalence)

const tandem = new Scores("Tandem", true)
for (const seed of seeds) {
  const traffic = trafficOf(seed, calls, prevalence)
  replay(traffic, [makeTandem((generated, opinion) => tandem.add(seed, generated, opinion))])
  tandem.addSubscriberDays(subscriberDays(traffic))
}
printScores(tandem)
