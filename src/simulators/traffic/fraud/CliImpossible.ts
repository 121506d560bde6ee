import { spread } from "../Beat.ts"
import { talk } from "../Leg.ts"
import { fill } from "../NumberPlan.ts"
import type { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { minuteMillis } from "../Scenario.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"
import { forged, forgedSubscriber } from "./Victims.ts"

/** Numbers that nobody can have: unallocated ranges, too short, too long, short codes, no such country. */
const plain = [
  "+234600XXXXXXX",
  "+234399XXXXXXX",
  "+23480312",
  "+234803XXXXXXXXX",
  "+234199",
  "+234112",
  "+999XXXXXXXX"
]
/** Those that only who knows the plan well sees: one digit missing, a prefix beside those in use. */
const subtle = ["+234803XXXXXX", "+2348192XXXXXX", "+2347023XXXXXX", "+2342012XXXXX", "+234917XXXXXXX", "+210XXXXXXXX"]

const impossible = (rng: Rng, difficulty: number) => {
  const patterns = rng.chance(difficulty) ? subtle : plain
  return fill(patterns[rng.below(patterns.length)] ?? "+234199", () => rng.next())
}

/** Calls under numbers that do not exist, or under the called subscriber's own, from outside. */
export const cliImpossible: Scenario = {
  least: 1,
  size: (rng) => rng.between(4, 40),
  spanMillis: (rng) => rng.within(2, 60) * minuteMillis,
  open: (stage) => {
    const { difficulty, population, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = wholesaleTrunk(rng, rng.chance(0.7) ? sourceGroups.international : sourceGroups.wholesale)
    return () => {
      const bNumber = population.number(population.anyone(rng))
      const own = trunk.sourceGroup === sourceGroups.international && rng.chance(0.15)
      const aNumber = own ? bNumber : impossible(rng, difficulty)
      const outcome = talk(rng, 0.5, 45_000, 1)
      const call = { atMillis: at(), aNumber, bNumber, trunk, region: "", outcome }
      return own ? forgedSubscriber(stage, call) : forged(stage, call)
    }
  }
}
