import { Schema } from "effect"
import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import type { Verdict } from "../Finding.ts"

/** A verdict with what explains it later: the rules it was given by, and how long it took. */
export interface Judged {
  readonly verdict: Omit<Verdict, "callId">
  /** Of the rule set that was in force. */
  readonly rulesVersion: number
  /** From the arrival of the call to its verdict. */
  readonly latencyMicros: number
}

/** What the CDR said, and when it came. */
export interface Ended extends Omit<CallEnd, keyof CallAttempt> {
  readonly reportedAtMillis: number
}

/** All that is kept of one call. A call that no verdict was asked for has none, one without a CDR has no end. */
export interface CallRecord {
  readonly call: CallAttempt
  readonly judged: Judged | null
  readonly ended: Ended | null
}

/** Whether a CDR is the first of its call. "counted" is said once per call; only then may its figures be added. */
export type EndOutcome = "counted" | "duplicate"

/** Call records cannot be written or read now. Nothing was acknowledged, and the same may be sent again. */
export class CallRecordsUnavailable extends Schema.TaggedError<CallRecordsUnavailable>()("CallRecordsUnavailable", {
  detail: Schema.String
}) {}
