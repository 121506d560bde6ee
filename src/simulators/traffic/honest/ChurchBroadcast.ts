import { spread } from "../Beat.ts"
import { answered, notAnswered } from "../Leg.ts"
import { fixedLine } from "../NumberPlan.ts"
import { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { enterpriseTrunk } from "../Trunk.ts"

/** The same message to all members at the same hours, day after day; they know the number, and most hear it to the end. */
export const churchBroadcast: Scenario = {
  least: 30,
  size: (rng) => rng.between(80, 600),
  spanMillis: (rng, size) => size * rng.within(150, 1500),
  hours: [
    [5.5, 5.52],
    [12, 12.02],
    [18, 18.02]
  ],
  open: ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const self = new Rng(identity, 106)
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = enterpriseTrunk(self, "Asterisk PBX 18.20.0")
    const aNumber = fixedLine(self)
    const members = self.between(300, 1500)
    const messageMillis = self.within(24_000, 34_000)
    const circle = self.below(1_000_000)
    let turn = self.below(members)
    return () => ({
      atMillis: at(),
      aNumber,
      bNumber: population.number(population.trait(circle + (turn++ % members), 9) % population.count),
      assertedNumber: aNumber,
      displayName: `Parish ${identity}`,
      region: "NG-LA",
      attestation: self.chance(0.9) ? "A" : "B",
      trunk,
      outcome: rng.chance(0.58)
        ? answered(
            rng.within(2500, 16_000),
            rng.chance(0.7) ? messageMillis + rng.within(0, 1500) : rng.within(3000, messageMillis)
          )
        : notAnswered(rng)
    })
  }
}
