import type { Attestation } from "../../../domain/fraud/CallAttempt.ts"
import type { Leg, Outcome } from "../Leg.ts"
import type { Stage } from "../Scenario.ts"
import type { Trunk } from "../Trunk.ts"
import { sourceGroups } from "../Trunk.ts"

/** Any subscriber's number. */
export const victim = ({ population, rng }: Stage): string => population.number(population.anyone(rng))

/** What a forger's switch sends along with a number that is not its own. */
export const forgedAttestation = ({ difficulty, rng }: Stage): Attestation => {
  const chance = rng.next()
  if (chance < 0.15 * (1 - difficulty)) return "failed"
  return chance < 0.65 ? "missing" : chance < 0.9 ? "C" : "B"
}

interface Forgery {
  readonly atMillis: number
  readonly aNumber: string
  readonly bNumber: string
  readonly trunk: Trunk
  readonly region: string
  readonly outcome: Outcome
}

/** A call with a number that the caller has no right to. */
export const forged = (stage: Stage, call: Forgery): Leg => ({
  ...call,
  assertedNumber: stage.rng.chance(0.1 + 0.3 * stage.difficulty) ? call.aNumber : "",
  displayName: "",
  attestation: forgedAttestation(stage)
})

/** A forged call under a subscriber's number, which is a masked one when it comes in from abroad. */
export const forgedSubscriber = (stage: Stage, call: Forgery): Leg => ({
  ...forged(stage, call),
  ...(call.trunk.sourceGroup === sourceGroups.international ? { also: "cli_mask" } : {})
})
