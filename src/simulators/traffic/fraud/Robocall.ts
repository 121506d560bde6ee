import { spread } from "../Beat.ts"
import { answered, notAnswered } from "../Leg.ts"
import { anyMobile } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { evasiveFrom, harder } from "../Scenario.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"
import { forged, victim } from "./Victims.ts"

/** A recorded swindle to strangers; most hang up at once. */
export const robocall: Scenario = {
  least: 62,
  size: (rng) => rng.between(70, 300),
  spanMillis: (rng, size, difficulty) => size * rng.within(400, 4500) * harder(difficulty, 1, 12),
  open: (stage) => {
    const { difficulty, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = wholesaleTrunk(rng, sourceGroups.wholesale)
    const numbers = Array.from({ length: difficulty >= evasiveFrom ? 25 : 1 }, () => anyMobile(rng))
    return () => {
      const aNumber = numbers[rng.below(numbers.length)] ?? ""
      const outcome = rng.chance(0.42)
        ? answered(rng.within(2500, 14_000), rng.logNormal(harder(difficulty, 6500, 11_000), 0.5))
        : notAnswered(rng)
      return forged(stage, { atMillis: at(), aNumber, bNumber: victim(stage), trunk, region: "NG-LA", outcome })
    }
  }
}
