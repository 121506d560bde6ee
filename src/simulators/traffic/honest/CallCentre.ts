import { spread } from "../Beat.ts"
import { talk } from "../Leg.ts"
import { seven } from "../NumberPlan.ts"
import { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { minuteMillis } from "../Scenario.ts"
import { enterpriseTrunk } from "../Trunk.ts"

const customers = 3000

/**
 * A dialler with one number, or a block of consecutive ones that it takes in turn: from one source, to many. It is in the
 * asserted identity, attested, at office hours, and calls the same customers again.
 */
export const callCentre: Scenario = {
  least: 40,
  size: (rng) => rng.between(80, 500),
  spanMillis: (rng, size) => Math.max(20 * minuteMillis, size * rng.within(400, 6000)),
  hours: [[8, 18]],
  open: ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const self = new Rng(identity, 101)
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = enterpriseTrunk(self, self.pick(["Genesys-SIP/9", "Avaya SM/8.1", "Asterisk PBX 20.5.0"]))
    const first = 2_000_000 + self.below(6_000_000)
    const lines = self.chance(0.5) ? 1 : self.between(10, 40)
    const main = `+234201${seven(first)}`
    const circle = self.below(1_000_000)
    let turn = 0
    return () => ({
      atMillis: at(),
      aNumber: `+234201${seven(first + (turn++ % lines))}`,
      bNumber: population.number(population.trait(circle + rng.below(customers), 7) % population.count),
      assertedNumber: main,
      displayName: `Customer Care ${identity}`,
      region: "NG-LA",
      attestation: lines === 1 ? "A" : "B",
      trunk,
      outcome: talk(rng, 0.46, 75_000, 0.9)
    })
  }
}
