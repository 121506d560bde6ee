import { bursts, parts } from "../Beat.ts"
import { answered, failed } from "../Leg.ts"
import { fixedLine } from "../NumberPlan.ts"
import { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { hourMillis } from "../Scenario.ts"

/** Many callers of one line, at times half a dozen within seconds; each one is who it says, from everywhere, and some call again. */
export const hospital: Scenario = {
  least: 20,
  size: (rng) => rng.between(60, 400),
  spanMillis: (rng, size) => Math.min(9 * hourMillis, size * rng.within(20_000, 90_000)),
  hours: [[6, 19]],
  open: ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const sizes = parts(size, 1, () => 1 + rng.exponential() * 1.6)
    const next = bursts(rng, startMillis, spanMillis, sizes, () => rng.within(2000, 9000))
    const bNumber = fixedLine(new Rng(identity, 102))
    let last = population.anyone(rng)
    return () => {
      const { atMillis } = next()
      const caller = rng.chance(0.12) ? last : population.anyone(rng)
      last = caller
      const aNumber = population.number(caller)
      return {
        atMillis,
        aNumber,
        bNumber,
        assertedNumber: population.asserted(caller, aNumber),
        displayName: "",
        region: population.region(caller, atMillis),
        attestation: population.attestation(caller),
        trunk: population.trunk(caller),
        outcome: rng.chance(0.8)
          ? answered(rng.within(2000, 15_000), rng.logNormal(80_000, 0.8))
          : failed(486, rng.within(400, 1500))
      }
    }
  }
}
