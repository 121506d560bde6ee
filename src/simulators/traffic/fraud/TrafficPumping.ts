import { spread } from "../Beat.ts"
import { answered, failed } from "../Leg.ts"
import { seven } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { harder, minuteMillis } from "../Scenario.ts"

/** Long calls by many callers to a few numbers of a range whose owner shares in what they cost. */
export const trafficPumping: Scenario = {
  least: 22,
  size: (rng) => rng.between(30, 150),
  spanMillis: (rng, size, difficulty) => (10 + size * rng.within(0.05, 0.3) * harder(difficulty, 1, 6)) * minuteMillis,
  open: (stage) => {
    const { difficulty, identity, population, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const range = `+234700${seven(identity * 7919).slice(0, 5)}`
    const called = Math.ceil(harder(difficulty, 2, 8))
    return () => {
      const caller = population.anyone(rng)
      const aNumber = population.number(caller)
      return {
        atMillis: at(),
        aNumber,
        bNumber: `${range}${10 + rng.below(called)}`,
        assertedNumber: population.asserted(caller, aNumber),
        displayName: "",
        region: population.region(caller, startMillis),
        attestation: population.attestation(caller),
        trunk: population.trunk(caller),
        outcome: rng.chance(0.98)
          ? answered(rng.within(500, 2000), rng.logNormal(harder(difficulty, 1_500_000, 330_000), 0.35))
          : failed(486, rng.within(300, 900))
      }
    }
  }
}
