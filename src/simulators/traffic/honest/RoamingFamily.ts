import { spread } from "../Beat.ts"
import { talk } from "../Leg.ts"
import { partners } from "../NumberPlan.ts"
import { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { hourMillis } from "../Scenario.ts"
import { internationalTrunk } from "../Trunk.ts"

/**
 * A family on a journey calls home: Nigerian numbers over the international gateway. Their own network vouches for them (GSMA
 * IR.88), the partner's trunk carries them, and they talk to the same few people.
 */
export const roamingFamily: Scenario = {
  least: 4,
  size: (rng) => rng.between(6, 40),
  spanMillis: (rng) => rng.within(2, 48) * hourMillis,
  open: ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const self = new Rng(identity, 105)
    const at = spread(rng, startMillis, spanMillis, size)
    const country = self.pick(partners)
    const trunk = internationalTrunk(country.region, "roaming")
    const first = population.count + 5_000_000 + identity * 8
    const travellers = self.between(2, 5)
    const home = Array.from({ length: self.between(2, 6) }, (_, relative) => population.trait(first + relative, 8))
    return () => {
      const aNumber = population.number(first + rng.below(travellers))
      const whom = home[Math.floor(home.length * rng.next() ** 2)] ?? 0
      return {
        atMillis: at(),
        aNumber,
        bNumber: population.number(whom % population.count),
        assertedNumber: aNumber,
        displayName: "",
        region: country.region,
        attestation: "A",
        trunk,
        outcome: talk(rng, 0.74, 140_000, 1)
      }
    }
  }
}
