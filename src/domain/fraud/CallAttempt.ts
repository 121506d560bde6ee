import { Schema } from "effect"

/**
 * What STIR/SHAKEN says of the caller's number: the verified attestation level of the PASSporT (RFC 8225, RFC 8588), that
 * its check failed, that the call carried none, or that nobody could check it yet.
 */
export const Attestation = Schema.Literals(["A", "B", "C", "failed", "missing", "unchecked"])
export type Attestation = typeof Attestation.Type

/**
 * One call attempt (an INVITE) as the detectors see it. Numbers are E.164 with `+`; the caller's is empty when it is
 * withheld. What nobody told is empty, or 0.
 */
export interface CallAttempt {
  /** SIP Call-ID, or the switch's own id of the call. */
  readonly callId: string
  readonly atMillis: number
  readonly aNumber: string
  readonly bNumber: string
  /** P-Asserted-Identity's number (RFC 3325). */
  readonly assertedNumber: string
  readonly displayName: string
  readonly userAgent: string
  readonly sourceIp: string
  /** The switch's own group of sources: 1 trusted, 10 international gateway, 66 blacklisted. */
  readonly sourceGroup: number
  readonly gatewayId: string
  readonly carrierId: string
  /** Where the caller is, as far as the switch knows: a country code or a region of the operator's own naming. */
  readonly region: string
  readonly attestation: Attestation
}

/** How a call ended: what its CDR says. Times are instants in milliseconds. */
export interface CallEnd extends CallAttempt {
  /** Null: it was never answered. */
  readonly answeredAtMillis: number | null
  readonly endedAtMillis: number
  /** From the INVITE to the answer, or to the end of a call that nobody answered. */
  readonly ringMillis: number
  /** From the answer to the end; 0 for a call that nobody answered. */
  readonly durationMillis: number
  /** Final SIP status of the INVITE, such as 200, 486 or 603. */
  readonly sipCode: number
  /** The call was set up without a verdict, since none could be had in time. */
  readonly unchecked: boolean
}
