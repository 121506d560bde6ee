import { spread } from "../Beat.ts"
import { answered, givenUp } from "../Leg.ts"
import { costlyTerritories, foreignNumber } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { evasiveFrom, harder } from "../Scenario.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"
import { victim } from "./Victims.ts"

/** Rings once and hangs up, so that strangers call a costly number back. */
export const wangiri: Scenario = {
  least: 8,
  size: (rng) => rng.between(20, 250),
  spanMillis: (rng, size, difficulty) => size * rng.within(200, 1500) * harder(difficulty, 1, 20),
  open: (stage) => {
    const { difficulty, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = wholesaleTrunk(rng, sourceGroups.international)
    const country = rng.pick(costlyTerritories)
    const numbers = Array.from({ length: difficulty >= evasiveFrom ? 10 : 1 + Math.floor(difficulty * 2) }, () =>
      foreignNumber(country, rng.below(100_000))
    )
    const longestRing = difficulty >= evasiveFrom ? 5000 : 2900
    return () => ({
      atMillis: at(),
      aNumber: numbers[rng.below(numbers.length)] ?? "",
      bNumber: victim(stage),
      assertedNumber: "",
      displayName: "",
      region: country.region,
      attestation: rng.chance(0.7) ? "missing" : "C",
      trunk,
      outcome: rng.chance(0.02)
        ? answered(rng.within(800, 2500), rng.within(500, 3000))
        : givenUp(rng.within(600, longestRing))
    })
  }
}
