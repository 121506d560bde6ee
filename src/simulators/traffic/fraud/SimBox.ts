import { spread } from "../Beat.ts"
import { answered, notAnswered } from "../Leg.ts"
import type { Scenario } from "../Scenario.ts"
import { evasiveFrom, harder, hourMillis } from "../Scenario.ts"
import { victim } from "./Victims.ts"

/** A SIM takes no more calls than this before the wary owner changes it. */
const rotatedAfter = 40

/** A SIM in a rack ends international calls as local ones: hundreds of strangers, from one place, and never called itself. */
export const simBox: Scenario = {
  least: 55,
  size: (rng) => rng.between(60, 180),
  spanMillis: (rng, size, difficulty) =>
    rng.within(0.7, 0.95) * hourMillis * harder(difficulty, 1, 9) * (size > 120 ? 1.4 : 1),
  open: (stage) => {
    const { difficulty, identity, population, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const first = population.count + 1_000_000 + identity * 64
    const place = population.region(first, startMillis)
    const veryShort = rng.chance(0.4)
    const typicalMillis = veryShort ? rng.within(900, 2200) : harder(difficulty, 18_000, 75_000)
    const sigma = veryShort ? 0.25 : harder(difficulty, 0.15, 0.6)
    let made = 0
    return () => {
      const sim = first + (difficulty >= evasiveFrom ? Math.floor(made++ / rotatedAfter) : 0)
      const aNumber = population.number(sim)
      return {
        atMillis: at(),
        aNumber,
        bNumber: victim(stage),
        assertedNumber: aNumber,
        displayName: "",
        region: place,
        attestation: "A",
        trunk: population.trunk(first),
        outcome: rng.chance(0.55)
          ? answered(rng.within(3000, 12_000), rng.logNormal(typicalMillis, sigma))
          : notAnswered(rng)
      }
    }
  }
}
