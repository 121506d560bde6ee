import { parseArgs } from "node:util"
import { measure } from "./Measure.ts"
import { heldOutSeeds, tuningSeeds } from "./Replay.ts"
import { scoresText, unmetText } from "./ScoreTable.ts"

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "1200000" },
    prevalence: { type: "string", default: "0.02" },
    seeds: { type: "string", default: heldOutSeeds.join(",") },
    /** Replays the seeds that the rules were fitted to. */
    tuning: { type: "boolean", default: false },
    unsigned: { type: "boolean", default: false }
  }
})

const seeds = values.tuning ? tuningSeeds : values.seeds.split(",").map(Number)
const callsOfSeed = Math.ceil(Number(values.calls) / seeds.length)
const prevalence = Number(values.prevalence)
const { forest, fraudModule, tandem } = measure({ seeds, callsOfSeed, prevalence, unsigned: values.unsigned })

const signed = values.unsigned ? "no call is" : "calls are"
console.log(`Seeds ${seeds.join(", ")}; ${prevalence * 100} % of calls are fraud; ${signed} signed.\n`)
for (const scores of [tandem, fraudModule, forest]) console.log(`${scoresText(scores)}\n`)
console.log(unmetText(tandem))
