import type { Passport } from "./Passport.ts"
import type { PassportProblem } from "./PassportReason.ts"
import { canonicalNumber } from "./TelephoneNumber.ts"

/** The call that a PASSporT must be about. Numbers are canonical; the caller's is undefined when it is withheld. */
export interface ComparedCall {
  readonly origNumber: string | undefined
  readonly destNumber: string | undefined
  /** The INVITE's Date, or its arrival. */
  readonly atMillis: number
  /** How far the issue of the PASSporT may lie before or after the call. */
  readonly maxAgeMillis: number
}

/**
 * What keeps the PASSporT from being about this call (RFC 8224 §6.2), or undefined. A PASSporT that somebody copied into
 * another call fails here.
 */
export const comparePassport = (passport: Passport, call: ComparedCall): PassportProblem | undefined => {
  const ageMillis = call.atMillis - passport.iat * 1000
  if (ageMillis > call.maxAgeMillis) return "Stale"
  if (-ageMillis > call.maxAgeMillis) return "IssuedInFuture"
  const destinations = passport.destNumbers.map(canonicalNumber)
  if (call.destNumber === undefined || !destinations.includes(call.destNumber)) return "DestinationMismatch"
  if (passport.origNumber === undefined) return "OriginMismatch"
  if (call.origNumber === undefined) return "OriginUnknown"
  return canonicalNumber(passport.origNumber) === call.origNumber ? undefined : "OriginMismatch"
}
