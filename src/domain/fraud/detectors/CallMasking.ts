import type { CalledFeatures } from "../windows/CalledWindows.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import type { Severity } from "../FraudType.ts"
import type { Detector } from "./Detection.ts"
import { detection } from "./Detection.ts"

/** The regulator's severity by distinct callers: 7 and more, 5 and 6, 3 and 4, 2. */
export const severityOfCallers = (callers: number): Severity =>
  callers >= 7 ? "CRITICAL" : callers >= 5 ? "HIGH" : callers >= 3 ? "MEDIUM" : "LOW"

/** Sources by which an attack comes; a crowd comes by more. */
const sourcesOfAttack = 2

/** What many sources leave of the suspicion, at least: an attacker may rent several. */
const leastConcentration = 0.9

/** Share of known callers from which on a crowd is a crowd. */
const crowdKnown = 0.25
const crowdVouched = 0.5

/** How much the callers look made up, 0 to 1. */
const strangeness = ({ accountable, callers, vouched }: CalledFeatures): number => {
  const share = Math.max(accountable, vouched) / callers
  return accountable > crowdKnown * callers || share > crowdVouched ? (1 - share) ** 1.5 : 1 - 0.5 * share
}

/**
 * Call masking: so many distinct callers of one number within seconds that one of them must be many. An attack comes by
 * few sources, and nobody vouches for most of its numbers; a radio vote comes by all networks, whose callers are known.
 */
export const detectCallMasking: Detector<typeof ruleParameters.call_masking.Type> = (call, { called }, parameters) => {
  if (called === undefined || called.callers < parameters.threshold) return undefined
  const concentration =
    called.sources <= sourcesOfAttack ? 1 : Math.max(leastConcentration, sourcesOfAttack / called.sources)
  const mismatched = called.mismatched / called.callers
  const confidence = 0.95 * concentration * strangeness(called) + 0.3 * mismatched
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
