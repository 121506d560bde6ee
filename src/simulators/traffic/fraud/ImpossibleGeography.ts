import { bursts, parts } from "../Beat.ts"
import { talk } from "../Leg.ts"
import type { Scenario } from "../Scenario.ts"
import { evasiveFrom, harder } from "../Scenario.ts"
import { nationalTrunk } from "../Trunk.ts"
import { victim } from "./Victims.ts"

const regions = ["NG-LA", "NG-KN", "NG-RI", "NG-FC", "NG-BO", "NG-OY"] as const

/** A cloned identity: one number calls from two regions at the same time. */
export const impossibleGeography: Scenario = {
  least: 2,
  size: (rng) => 2 * rng.between(2, 10),
  spanMillis: (rng, size) => size * rng.within(4000, 90_000),
  open: (stage) => {
    const { difficulty, population, rng, size, spanMillis, startMillis } = stage
    const widest = difficulty >= evasiveFrom ? 4000 : harder(difficulty, 500, 980)
    const next = bursts(
      rng,
      startMillis,
      spanMillis,
      parts(size, 2, () => 2),
      () => rng.within(widest * 0.3, widest)
    )
    const clones = Array.from({ length: 1 + Math.floor(difficulty * 4) }, () => population.anyone(rng))
    let place = 0
    return () => {
      const { atMillis, burst } = next()
      place = (place + rng.between(1, regions.length - 1)) % regions.length
      const who = clones[burst % clones.length] ?? 0
      const aNumber = population.number(who)
      return {
        atMillis,
        aNumber,
        bNumber: victim(stage),
        assertedNumber: aNumber,
        displayName: "",
        region: regions[place] ?? regions[0],
        attestation: rng.chance(0.5) ? "A" : "missing",
        trunk: nationalTrunk(rng.below(4), rng.below(4)),
        outcome: talk(rng, 0.6, 60_000, 0.9)
      }
    }
  }
}
