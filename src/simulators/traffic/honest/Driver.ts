import { spread } from "../Beat.ts"
import { answered, notAnswered } from "../Leg.ts"
import type { Scenario } from "../Scenario.ts"
import { hourMillis } from "../Scenario.ts"

interface Job {
  readonly firstIndex: number
  readonly typicalMillis: number
  readonly answerRate: number
  /** Share of the calls that customers make to the driver. */
  readonly calledBack: number
  /** Share of the calls that go to the last customer again. */
  readonly again: number
}

/** Somebody on the road: short calls to many strangers, from changing places, and the strangers call back. */
const driver = ({ again, answerRate, calledBack, firstIndex, typicalMillis }: Job): Scenario["open"] => {
  return ({ identity, population, rng, size, spanMillis, startMillis }) => {
    const at = spread(rng, startMillis, spanMillis, size)
    const self = population.count + firstIndex + identity
    let customer = population.anyone(rng)
    return () => {
      const atMillis = at()
      if (!rng.chance(again)) customer = population.anyone(rng)
      const [from, to] = rng.chance(calledBack) ? [customer, self] : [self, customer]
      const aNumber = population.number(from)
      return {
        atMillis,
        aNumber,
        bNumber: population.number(to),
        assertedNumber: population.asserted(from, aNumber),
        displayName: "",
        region: population.region(from, from === self ? atMillis + identity * hourMillis * 7 : atMillis),
        attestation: population.attestation(from),
        trunk: population.trunk(from),
        outcome: rng.chance(answerRate)
          ? answered(rng.within(1800, 11_000), rng.logNormal(typicalMillis, 0.55))
          : notAnswered(rng)
      }
    }
  }
}

export const taxi: Scenario = {
  least: 12,
  size: (rng) => rng.between(20, 70),
  spanMillis: (rng) => rng.within(5, 12) * hourMillis,
  hours: [[5, 20]],
  open: driver({ firstIndex: 3_000_000, typicalMillis: 14_000, answerRate: 0.85, calledBack: 0.35, again: 0.35 })
}

export const courier: Scenario = {
  least: 30,
  size: (rng) => rng.between(50, 140),
  spanMillis: (rng) => rng.within(4, 9) * hourMillis,
  hours: [[7, 12]],
  open: driver({ firstIndex: 4_000_000, typicalMillis: 21_000, answerRate: 0.7, calledBack: 0.15, again: 0.22 })
}
