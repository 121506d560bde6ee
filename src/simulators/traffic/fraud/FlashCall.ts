import { spread } from "../Beat.ts"
import { answered, givenUp } from "../Leg.ts"
import { anyMobile, foreignNumber, partners } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { harder } from "../Scenario.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"
import { forgedAttestation, victim } from "./Victims.ts"

/** Codes sent as missed calls, from a new number each time, so that nobody pays for a message. */
export const flashCall: Scenario = {
  least: 22,
  size: (rng) => rng.between(30, 200),
  spanMillis: (rng, size, difficulty) => size * rng.within(200, 1500) * harder(difficulty, 1, 12),
  open: (stage) => {
    const { difficulty, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const abroad = rng.chance(0.6)
    const trunk = wholesaleTrunk(rng, abroad ? sourceGroups.international : sourceGroups.wholesale)
    const country = rng.pick(partners)
    return () => ({
      atMillis: at(),
      aNumber: abroad ? foreignNumber(country, rng.below(1_000_000)) : anyMobile(rng),
      bNumber: victim(stage),
      assertedNumber: "",
      displayName: "",
      region: abroad ? country.region : "NG-LA",
      attestation: forgedAttestation(stage),
      trunk,
      outcome: rng.chance(0.01)
        ? answered(rng.within(500, 1500), rng.within(400, 1500))
        : givenUp(rng.within(300, harder(difficulty, 1800, 4500)))
    })
  }
}
