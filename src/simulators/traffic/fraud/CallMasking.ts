import { bursts, parts } from "../Beat.ts"
import { answered, notAnswered } from "../Leg.ts"
import { anyMobile } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { evasiveFrom, harder, minuteMillis } from "../Scenario.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"
import { forgedSubscriber, victim } from "./Victims.ts"

const callersLeast = 5

/** Bursts of calls to one number, each with another caller: the real one hides among them. */
export const callMasking: Scenario = {
  least: callersLeast,
  size: (rng) => rng.between(12, 80),
  spanMillis: (rng, size) => size * rng.within(1500, 6000),
  open: (stage) => {
    const { difficulty, rng, size, spanMillis, startMillis } = stage
    const sizes = parts(size, callersLeast, () => callersLeast + rng.exponential() * harder(difficulty, 7, 0.5))
    const widest = difficulty >= evasiveFrom ? 9000 : harder(difficulty, 2500, 4900)
    const next = bursts(rng, startMillis, Math.min(spanMillis, 30 * minuteMillis), sizes, () =>
      rng.within(widest * 0.5, widest)
    )
    const trunks = Array.from({ length: 1 + Math.floor(difficulty * 4) }, () =>
      wholesaleTrunk(rng, rng.chance(0.85) ? sourceGroups.wholesale : sourceGroups.international)
    )
    const seen = new Set<string>()
    let bNumber = ""
    return () => {
      const beat = next()
      if (beat.position === 0) {
        seen.clear()
        if (bNumber === "" || rng.chance(0.4)) bNumber = victim(stage)
      }
      let aNumber = anyMobile(rng)
      while (seen.has(aNumber)) aNumber = anyMobile(rng)
      seen.add(aNumber)
      const trunk = trunks[rng.below(trunks.length)] ?? wholesaleTrunk(rng, sourceGroups.wholesale)
      const outcome = rng.chance(0.35) ? answered(rng.within(2000, 9000), rng.logNormal(25_000, 0.8)) : notAnswered(rng)
      return forgedSubscriber(stage, { atMillis: beat.atMillis, aNumber, bNumber, trunk, region: "NG-LA", outcome })
    }
  }
}
