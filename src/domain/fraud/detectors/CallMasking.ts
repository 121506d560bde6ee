import type { ruleParameters } from "../rules/RuleParameters.ts"
import type { Severity } from "../FraudType.ts"
import type { Detector } from "./Detection.ts"
import { detection } from "./Detection.ts"

/** The regulator's severity by distinct callers: 7 and more, 5 and 6, 3 and 4, 2. */
export const severityOfCallers = (callers: number): Severity =>
  callers >= 7 ? "CRITICAL" : callers >= 5 ? "HIGH" : callers >= 3 ? "MEDIUM" : "LOW"

/** A crowd that comes by this many sources at least is people, not a switch that changes its callers. */
const sourcesOfAttack = 2

/**
 * Call masking: so many distinct callers of one number within seconds that one of them must be many. An attack comes by
 * one source or two, and nobody vouches for its numbers; a radio vote comes by all of them.
 */
export const detectCallMasking: Detector<typeof ruleParameters.call_masking.Type> = (call, { called }, parameters) => {
  if (called === undefined || called.callers < parameters.threshold) return undefined
  const concentration = called.sources <= sourcesOfAttack ? 1 : sourcesOfAttack / called.sources
  const vouched = called.vouched / called.callers
  const mismatched = called.mismatched / called.callers
  const confidence = 0.95 * concentration * (1 - 0.85 * vouched) + 0.3 * mismatched
  return detection(
    "CALL_MASKING",
    confidence >= 0.5 ? severityOfCallers(called.callers) : "LOW",
    confidence,
    call.bNumber,
    `${called.callers} distinct callers rang ${call.bNumber} within ${parameters.windowSeconds} s, by ${called.sources} ` +
      `${called.sources === 1 ? "source" : "sources"}; carriers vouch for ${called.vouched} of them` +
      (called.mismatched > 0 ? `, and assert another number for ${called.mismatched}` : ""),
    { aNumberCount: called.callers, windowMillis: parameters.windowSeconds * 1000 }
  )
}
