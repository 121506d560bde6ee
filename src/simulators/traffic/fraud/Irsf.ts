import { spread } from "../Beat.ts"
import { answered, failed } from "../Leg.ts"
import { foreignNumber, highCost } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { evasiveFrom, harder } from "../Scenario.ts"

/** Stolen or bought SIMs make long calls to numbers whose owner is paid for each minute. */
export const irsf: Scenario = {
  least: 6,
  size: (rng) => rng.between(15, 120),
  spanMillis: (rng, size, difficulty) => size * rng.within(8000, 40_000) * harder(difficulty, 1, 4),
  open: (stage) => {
    const { difficulty, identity, population, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const first = population.count + 2_000_000 + identity * 64
    const sims = Math.max(1, Math.min(20, Math.floor(size / harder(difficulty, 20, 6))))
    const countries = Array.from({ length: difficulty >= evasiveFrom ? 3 : 1 }, () => rng.pick(highCost))
    const range = rng.below(100_000)
    return () => {
      const sim = first + rng.below(sims)
      const aNumber = population.number(sim)
      const country = countries[rng.below(countries.length)] ?? highCost[0]
      return {
        atMillis: at(),
        aNumber,
        bNumber: foreignNumber(country, range + rng.below(12)),
        assertedNumber: aNumber,
        displayName: "",
        region: population.region(sim, startMillis),
        attestation: "A",
        trunk: population.trunk(sim),
        outcome: rng.chance(0.93)
          ? answered(rng.within(1500, 4000), rng.logNormal(harder(difficulty, 900_000, 200_000), 0.4))
          : failed(503, rng.within(200, 900))
      }
    }
  }
}
