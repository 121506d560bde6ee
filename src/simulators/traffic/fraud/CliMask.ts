import { spread } from "../Beat.ts"
import { talk } from "../Leg.ts"
import { anyMobile, elsewhere, foreignNumber } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { minuteMillis } from "../Scenario.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"
import { forgedAttestation, victim } from "./Victims.ts"

/** International calls that come in under Nigerian numbers, to be charged as domestic ones. */
export const cliMask: Scenario = {
  least: 1,
  size: (rng) => rng.between(5, 60),
  spanMillis: (rng) => rng.within(5, 120) * minuteMillis,
  open: (stage) => {
    const { difficulty, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = wholesaleTrunk(rng, sourceGroups.international)
    const country = rng.pick(elsewhere)
    return () => {
      const real = rng.chance(0.3 * (1 - difficulty)) ? foreignNumber(country, rng.below(100_000)) : ""
      return {
        atMillis: at(),
        aNumber: anyMobile(rng),
        bNumber: victim(stage),
        assertedNumber: real,
        displayName: "",
        region: country.region,
        attestation: forgedAttestation(stage),
        trunk,
        outcome: talk(rng, 0.66, 80_000, 1)
      }
    }
  }
}
