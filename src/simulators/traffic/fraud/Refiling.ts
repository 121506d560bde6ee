import { spread } from "../Beat.ts"
import { transitTrunk } from "../honest/TransitCarrier.ts"
import { talk } from "../Leg.ts"
import { anyMobile, elsewhere, foreignNumber, partners } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { evasiveFrom, harder, minuteMillis } from "../Scenario.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"
import { forgedAttestation, victim } from "./Victims.ts"

/** Carriers of others' calls by whose trunk a wary refiler sends some of its own. */
const carriersUsed = 3

/**
 * Calls from abroad that a reseller hands over by a domestic interconnect, each under a home number, to pay for a local call.
 * People talk as they do from abroad. The careless one leaves the real caller in the asserted identity; the wary one takes it
 * out, keeps a few numbers, is slow, and may share the trunk of an honest carrier.
 */
export const refiling: Scenario = {
  least: 15,
  size: (rng) => rng.between(20, 120),
  spanMillis: (rng, size, difficulty) => size * rng.within(0.15, 1) * harder(difficulty, 1, 3) * minuteMillis,
  open: (stage) => {
    const { difficulty, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const isWary = difficulty >= evasiveFrom
    const trunk =
      isWary && rng.chance(0.25)
        ? transitTrunk(rng.between(1, carriersUsed))
        : wholesaleTrunk(rng, rng.chance(0.75) ? sourceGroups.wholesale : sourceGroups.national)
    const country = rng.pick(rng.chance(0.6) ? partners : elsewhere)
    const leaks = isWary ? 0 : harder(difficulty, 0.9, 0.05)
    const pool = Array.from({ length: isWary ? Math.ceil(size / 3) : 0 }, () => anyMobile(rng))
    return () => {
      const aNumber = pool[rng.below(pool.length)] ?? anyMobile(rng)
      const shown = rng.chance(0.1 + 0.3 * difficulty) ? aNumber : ""
      return {
        atMillis: at(),
        aNumber,
        bNumber: victim(stage),
        assertedNumber: rng.chance(leaks) ? foreignNumber(country, rng.below(100_000)) : shown,
        displayName: "",
        region: "NG-LA",
        attestation: forgedAttestation(stage),
        trunk,
        outcome: talk(rng, 0.62, 110_000, 1.1)
      }
    }
  }
}
