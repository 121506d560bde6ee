import { spread } from "../Beat.ts"
import { answered, failed } from "../Leg.ts"
import { fixedLine } from "../NumberPlan.ts"
import { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { minuteMillis } from "../Scenario.ts"

/** Listeners vote: thousands of callers of a few numbers within minutes, from every network and place, often busy, often again. */
export const radioVote: Scenario = {
  least: 300,
  size: (rng) => rng.between(800, 4000),
  spanMillis: (rng) => rng.within(3, 12) * minuteMillis,
  hours: [
    [7, 9],
    [17, 21]
  ],
  open: ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const self = new Rng(identity, 104)
    const at = spread(rng, startMillis, spanMillis, size)
    const lines = Array.from({ length: self.between(1, 3) }, () => fixedLine(self))
    const favourite = self.next()
    return () => {
      const atMillis = at()
      const caller = population.trait(population.anyone(rng) % Math.ceil(size / 1.3), identity) % population.count
      const aNumber = population.number(caller)
      return {
        atMillis,
        aNumber,
        bNumber: lines[Math.floor(lines.length * rng.next() ** (1 + favourite))] ?? "",
        assertedNumber: population.asserted(caller, aNumber),
        displayName: "",
        region: population.region(caller, atMillis),
        attestation: population.attestation(caller),
        trunk: population.trunk(caller),
        outcome: rng.chance(0.45)
          ? answered(rng.within(300, 2000), rng.logNormal(5500, 0.3))
          : failed(486, rng.within(200, 900))
      }
    }
  }
}
