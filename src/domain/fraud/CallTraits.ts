import { countryOf } from "../numbering/CountryCodes.ts"
import { DigitTrie, noValue } from "../numbering/DigitTrie.ts"
import { highCostRange, isHighCost } from "../numbering/HighCostRanges.ts"
import type { CallAttempt, CallEnd } from "./CallAttempt.ts"

/**
 * The carrier vouches for the caller's number: full attestation (RFC 8588), or the identity that it asserts in a trusted
 * network is that same number (RFC 3325) and no PASSporT says otherwise.
 */
export const isVouchedFor = (call: CallAttempt): boolean =>
  call.attestation === "A" ||
  (call.attestation !== "failed" && call.assertedNumber !== "" && call.assertedNumber === call.aNumber)

/** Somebody is known who answers for the call: its carrier signed that it knows the customer (RFC 8588, levels A and B). */
export const isAccountable = ({ assertedNumber, attestation }: CallAttempt): boolean =>
  attestation === "A" || (attestation === "B" && assertedNumber !== "")

/**
 * How much of a suspicion against a caller's number stays, 0 to 1: little when somebody answers for the call, about half
 * when an identity is asserted that nobody signed, all when nobody says anything.
 */
export const doubtAbout = (call: CallAttempt): number => (isAccountable(call) ? 0.1 : isVouchedFor(call) ? 0.45 : 1)

/** The network asserts another number than the one that is shown. */
export const isMismatched = (call: CallAttempt): boolean =>
  call.assertedNumber !== "" && call.assertedNumber !== call.aNumber

const cancelled = 487

/** Its caller gave it up (RFC 3261 §15.1.2); a call to a busy or dead number ends as early, and is no fault of the caller's. */
export const isGivenUp = ({ answeredAtMillis, sipCode }: CallEnd): boolean =>
  answeredAtMillis === null && sipCode === cancelled

export const isAbroad = (e164: string, homePrefix: string): boolean => e164 !== "" && !e164.startsWith(homePrefix)

/** The call shows a home number for which nobody vouches. */
export const isUnvouchedHome = (call: CallAttempt, homePrefix: string): boolean =>
  !isVouchedFor(call) && !isAccountable(call) && call.aNumber.startsWith(homePrefix)

/** The network tells of an origin abroad: it asserts a foreign number, or signed as a gateway does (RFC 8588, level C) or wrongly. */
export const isFromElsewhere = ({ assertedNumber, attestation }: CallAttempt, homePrefix: string): boolean =>
  attestation === "C" || attestation === "failed" || isAbroad(assertedNumber, homePrefix)

/** What kind of costly range a number is in, if it is. */
export const costlyRange = (e164: string, morePrefixes: ReadonlyArray<string>): string | undefined => {
  for (const prefix of morePrefixes) if (e164.startsWith(prefix)) return `range ${prefix}`
  return highCostRange(e164)
}

/** Whether a number is in a costly range, or begins with one of the prefixes; quicker than asking for its kind. */
export const costlyRanges = (morePrefixes: ReadonlyArray<string>): ((e164: string) => boolean) => {
  const more = new DigitTrie()
  for (const prefix of morePrefixes) more.set(prefix.slice(1), 1)
  return (e164) => isHighCost(e164) || (e164.startsWith("+") && more.longest(e164, 1) !== noValue)
}

/** The address of a call whose switch named none. */
const untold = "0.0.0.0"

/** Where the call came in: its address, since several customers may share a gateway; else its gateway. */
export const sourceOf = ({ gatewayId, sourceIp }: CallAttempt): string =>
  sourceIp === "" || sourceIp === untold ? gatewayId || untold : sourceIp

export const countryName = (e164: string): string => countryOf(e164) || "unknown country"
