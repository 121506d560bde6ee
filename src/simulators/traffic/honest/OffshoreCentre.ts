import { spread } from "../Beat.ts"
import { talk } from "../Leg.ts"
import { foreignNumber, partners, seven } from "../NumberPlan.ts"
import { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { hourMillis } from "../Scenario.ts"
import { enterpriseTrunk, sourceGroups } from "../Trunk.ts"

const customers = 2000

/**
 * A company shows its home number for people abroad: a centre that calls its customers, or its exchange, which forwards calls
 * from abroad to its staff. The network asserts the foreign number; the carrier that gave out the home one signs for it.
 */
export const offshoreCentre: Scenario = {
  least: 20,
  size: (rng) => rng.between(30, 250),
  spanMillis: (rng, size) => Math.max(hourMillis, size * rng.within(4000, 60_000)),
  hours: [[7, 19]],
  open: ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const self = new Rng(identity, 108)
    const at = spread(rng, startMillis, spanMillis, size)
    const company = enterpriseTrunk(self, self.pick(["Genesys-SIP/9", "3CXPhoneSystem 20.0", "Kamailio (5.7.3)"]))
    const trunk = self.chance(0.5) ? company : { ...company, sourceGroup: sourceGroups.wholesale }
    const country = self.pick(partners)
    const isForwarding = self.chance(0.4)
    const centre = self.below(1_000_000)
    const first = 2_000_000 + self.below(6_000_000)
    const lines = self.between(1, 4)
    const called = isForwarding ? self.between(3, 30) : customers
    const attestation = isForwarding || self.chance(0.3) ? "B" : "A"
    return () => ({
      atMillis: at(),
      aNumber: `+234201${seven(first + rng.below(lines))}`,
      bNumber: population.number(population.trait(centre + rng.below(called), 11) % population.count),
      assertedNumber: foreignNumber(country, isForwarding ? rng.below(100_000) : centre),
      displayName: `Office ${identity}`,
      region: "NG-LA",
      attestation,
      trunk,
      outcome: talk(rng, 0.6, 130_000, 0.9)
    })
  }
}
