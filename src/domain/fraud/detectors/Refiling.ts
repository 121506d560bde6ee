import { isPossibleNigerian } from "../../numbering/NigerianNumbering.ts"
import { countryName, isAbroad, sourceOf } from "../CallTraits.ts"
import type { CallAttempt } from "../CallAttempt.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import { sourceGroups } from "../SourceGroups.ts"
import type { SourceFeatures } from "../windows/SourceWindows.ts"
import type { Detector } from "./Detection.ts"
import { detection } from "./Detection.ts"

const hourMillis = 3_600_000

/** A company may show its home number for people abroad: little is left of the suspicion when its carrier knows it. */
const doubtOf = ({ attestation }: CallAttempt): number => (attestation === "A" ? 0.1 : attestation === "B" ? 0.25 : 1)

/** A company that shows its numbers for people abroad has few of them. */
const isRegular = (source: SourceFeatures | undefined): boolean => source !== undefined && source.regulars > 0

/** Calls a day under one number that are still one among many. */
const mostOfOneNumber = 10

/** Calls of an hour under home numbers that nobody vouches for, and their share, from which on a source is not believed. */
const leastUnvouched = 8
const unvouchedShare = 0.15

/** Share of those that come from elsewhere, as far as the network tells. */
const elsewhereShare = 0.04

/** Answered calls below which an average says nothing. */
const minAnswered = 4

/** The source passes calls from abroad off as domestic ones: people who talk, under numbers that nobody vouches for. */
const isExposed = (source: SourceFeatures, { calls, minAverageSeconds }: typeof ruleParameters.refiling.Type) =>
  source.elsewhereHour >= calls &&
  source.elsewhereHour >= elsewhereShare * source.calleesHour &&
  source.unvouchedHour >= Math.max(leastUnvouched, unvouchedShare * source.calleesHour) &&
  source.answeredHour >= minAnswered &&
  source.averageSecondsHour >= minAverageSeconds

/**
 * Refiling: a call from abroad on a domestic trunk under a home number. The network still asserts the foreign one; or others
 * of the same source gave it away.
 */
export const detectRefiling: Detector<typeof ruleParameters.refiling.Type> = (call, features, parameters) => {
  const { called, caller, source } = features
  const { aNumber, assertedNumber, sourceGroup } = call
  // What comes in by an international gateway does not pretend to be domestic: that is masking.
  if (sourceGroup === sourceGroups.internationalGateway || !aNumber.startsWith(parameters.homePrefix)) return undefined
  if (isAbroad(assertedNumber, parameters.homePrefix)) {
    const from = `${assertedNumber} (${countryName(assertedNumber)})`
    const confidence = 0.9 * doubtOf(call) * (isRegular(source) ? 0.3 : 1)
    return detection(
      "REFILING",
      "HIGH",
      confidence,
      sourceOf(call),
      `caller ${aNumber} is shown, while the network asserts ${from}`
    )
  }
  if (source === undefined || !isExposed(source, parameters)) return undefined
  if (!isPossibleNigerian(aNumber) || source.near > 2 || (called?.callers ?? 0) > 2) return undefined
  if (caller !== undefined && caller.attemptsDay > mostOfOneNumber) return undefined
  const evidence =
    `${source.elsewhereHour} of about ${Math.round(source.calleesHour)} calls of ${sourceOf(call)} in an hour showed home numbers, while ` +
    `their networks told of another origin; they lasted ${Math.round(source.averageSecondsHour)} s on average`
  return detection("REFILING", "MEDIUM", 0.75, sourceOf(call), evidence, { windowMillis: hourMillis })
}
