import type { Attestation } from "../../../domain/fraud/CallAttempt.ts"
import { spread } from "../Beat.ts"
import { talk } from "../Leg.ts"
import { Rng } from "../Rng.ts"
import type { Scenario } from "../Scenario.ts"
import { hourMillis } from "../Scenario.ts"
import type { Trunk } from "../Trunk.ts"
import { sourceGroups, wholesaleTrunk } from "../Trunk.ts"

/** The wholesale trunk of an honest carrier, the same one every day. */
export const transitTrunk = (identity: number): Trunk => wholesaleTrunk(new Rng(identity, 107), sourceGroups.wholesale)

/**
 * What a small carrier signs: its own subscribers fully, what it takes over from old exchanges as a gateway does (level C
 * of RFC 8588), some not at all.
 */
const attestationOf = (trait: number): Attestation => {
  const chance = trait % 100
  if (chance < 55) return "A"
  if (chance < 65) return "B"
  return chance < 83 ? "C" : "missing"
}

const carried = 5000

/**
 * A small carrier hands over its subscribers' calls, and those of others, by a wholesale trunk: very many home numbers from
 * one source, of all networks, some of them signed by nobody.
 */
export const transitCarrier: Scenario = {
  least: 60,
  size: (rng) => rng.between(150, 700),
  spanMillis: (rng) => rng.within(2, 10) * hourMillis,
  hours: [[6, 20]],
  open: ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = transitTrunk(identity)
    const first = population.count + 6_000_000 + identity * carried
    return () => {
      const atMillis = at()
      const caller = first + Math.floor(carried * rng.next() ** 1.5)
      const aNumber = population.number(caller)
      return {
        atMillis,
        aNumber,
        bNumber: population.number(population.contact(caller, rng)),
        assertedNumber: population.asserted(caller, aNumber),
        displayName: "",
        region: population.region(caller, atMillis),
        attestation: attestationOf(population.trait(caller, 10)),
        trunk,
        outcome: talk(rng, 0.66, 70_000, 1.15)
      }
    }
  }
}
