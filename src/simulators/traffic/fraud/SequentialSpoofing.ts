import { spread } from "../Beat.ts"
import { talk } from "../Leg.ts"
import { mobileNumber, mobileNumbers } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { evasiveFrom, harder } from "../Scenario.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"
import { forged, victim } from "./Victims.ts"

const block = 10_000

/** One source counts its caller numbers up; the wary one leaves gaps. */
export const sequentialSpoofing: Scenario = {
  least: 5,
  size: (rng) => rng.between(8, 60),
  spanMillis: (rng, size, difficulty) => size * rng.within(300, 1500) * harder(difficulty, 1, 12),
  open: (stage) => {
    const { difficulty, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = wholesaleTrunk(rng, rng.chance(0.6) ? sourceGroups.wholesale : sourceGroups.enterprise)
    let index = rng.below(mobileNumbers / block) * block + rng.below(block / 2)
    return () => {
      index += difficulty >= evasiveFrom ? rng.between(1, 3) : 1
      const call = { atMillis: at(), aNumber: mobileNumber(index % mobileNumbers), bNumber: victim(stage) }
      return forged(stage, { ...call, trunk, region: "NG-LA", outcome: talk(rng, 0.45, 30_000, 0.9) })
    }
  }
}
