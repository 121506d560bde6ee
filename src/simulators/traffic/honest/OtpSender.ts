import { spread } from "../Beat.ts"
import { answered, givenUp, notAnswered } from "../Leg.ts"
import { fixedLine } from "../NumberPlan.ts"
import { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { enterpriseTrunk } from "../Trunk.ts"

/** A bank's codes, as missed calls or read aloud: very short, to many, but from one registered and attested number. */
export const otpSender: Scenario = {
  least: 20,
  size: (rng) => rng.between(40, 400),
  spanMillis: (rng, size) => size * rng.within(300, 5000),
  open: ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const self = new Rng(identity, 103)
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = enterpriseTrunk(self, "Kamailio (5.7.3)")
    const aNumber = fixedLine(self)
    const aloud = self.chance(0.5)
    return () => ({
      atMillis: at(),
      aNumber,
      bNumber: population.number(population.caller(rng)),
      assertedNumber: aNumber,
      displayName: `Bank ${identity} Code`,
      region: "NG-LA",
      attestation: "A",
      trunk,
      outcome: aloud
        ? rng.chance(0.8)
          ? answered(rng.within(1500, 9000), rng.within(6000, 16_000))
          : notAnswered(rng)
        : givenUp(rng.within(700, 3800))
    })
  }
}
