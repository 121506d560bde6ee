import { countryOf } from "../../numbering/CountryCodes.ts"
import { isPossibleNigerian, isShortCode, shortCodeDigitsMax } from "../../numbering/NigerianNumbering.ts"
import type { CallAttempt } from "../CallAttempt.ts"
import { sourceOf } from "../CallTraits.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import type { Detector } from "./Detection.ts"
import { detection, nameOfCaller } from "./Detection.ts"

const nigeria = "+234"

/**
 * A subscriber abroad: somebody signed for the number, or a roaming partner asserts it. What any other foreign network
 * asserts is not believed (RFC 3325, 4).
 */
const isRoaming = (call: CallAttempt, carriers: ReadonlyArray<string>): boolean =>
  call.attestation === "A" || (call.assertedNumber === call.aNumber && carriers.includes(call.carrierId))

/** CLI mask: a home number on an international gateway, which is a call from abroad that wants the price of a local one. */
export const detectCliMask: Detector<typeof ruleParameters.cli_mask.Type> = (call, _features, parameters) => {
  if (!parameters.sourceGroups.includes(call.sourceGroup) || !call.aNumber.startsWith(parameters.homePrefix)) {
    return undefined
  }
  if (parameters.believeRoaming && isRoaming(call, parameters.roamingCarriers)) return undefined
  // What nobody can have is told by the rule about impossible numbers.
  if (call.aNumber.startsWith(nigeria) && !isPossibleNigerian(call.aNumber)) return undefined
  return detection(
    "CLI_MASK",
    "HIGH",
    0.95,
    sourceOf(call),
    `${call.aNumber} is a home number, and came in by international gateway ${sourceOf(call)} without anybody vouching for it`
  )
}

/** A short code, as it is or after the country's code. */
const isShort = (aNumber: string): boolean =>
  aNumber.length <= nigeria.length + shortCodeDigitsMax &&
  (isShortCode(aNumber.slice(1)) || (aNumber.startsWith(nigeria) && isShortCode(aNumber.slice(nigeria.length))))

const impossibleReason = (
  { aNumber, bNumber, sourceGroup }: CallAttempt,
  parameters: typeof ruleParameters.cli_impossible.Type
): string | undefined => {
  if (aNumber === bNumber) return "is the called number itself"
  if (parameters.outsideGroups.includes(sourceGroup)) {
    const own = parameters.ownPrefixes.find((prefix) => aNumber.startsWith(prefix))
    if (own !== undefined) return `is in our own range ${own}, and came from outside`
  }
  if (isShort(aNumber)) return "is a short code, which makes no calls"
  if (aNumber.startsWith(nigeria)) {
    return isPossibleNigerian(aNumber)
      ? undefined
      : "is in no range that was given out in Nigeria, or has a wrong length"
  }
  const digits = aNumber.slice(1)
  if (countryOf(aNumber) === "") return "has no country's code"
  return digits.length < 7 || digits.length > 15 ? `has ${digits.length} digits` : undefined
}

/** A caller's number that cannot be: not given out, of a wrong length, a short code, or our own from outside. */
export const detectCliImpossible: Detector<typeof ruleParameters.cli_impossible.Type> = (
  call,
  _features,
  parameters
) => {
  if (call.aNumber === "") return undefined
  const reason = impossibleReason(call, parameters)
  return reason === undefined
    ? undefined
    : detection("CLI_IMPOSSIBLE", "HIGH", 0.95, sourceOf(call), `caller ${call.aNumber} ${reason}`)
}

/** STIR/SHAKEN (RFC 8224): the signature over the caller's number is wrong, or there is none. */
export const detectStirShaken: Detector<typeof ruleParameters.stir_shaken.Type> = (call, _features, parameters) => {
  if (call.attestation === "failed") {
    const evidence = `the signature over caller ${nameOfCaller(call)} did not hold`
    return detection("STIR_SHAKEN_FAIL", "HIGH", parameters.failedConfidence, sourceOf(call), evidence)
  }
  if (call.attestation !== "missing" || parameters.missingConfidence === 0) return undefined
  const evidence = `nobody signed for caller ${nameOfCaller(call)}`
  return detection("STIR_SHAKEN_FAIL", "LOW", parameters.missingConfidence, sourceOf(call), evidence)
}
