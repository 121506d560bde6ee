import type { CallAttempt, CallEnd } from "../../../domain/fraud/CallAttempt.ts"
import type { Judged } from "../../../domain/fraud/calls/CallRecord.ts"
import { dayMillis, dayOf } from "../../../domain/fraud/calls/CallTimes.ts"
import type { Finding } from "../../../domain/fraud/Finding.ts"

const maxInt = 2_147_483_647

/** Postgres' `integer`; what does not fit becomes the nearest that does. */
const int = (value: number) => Math.max(-maxInt, Math.min(maxInt, Math.round(value) || 0))

/** Postgres has no character 0; a caller cannot mean anything by it. */
const text = (value: string) => (value.includes("\0") ? value.replaceAll("\0", "") : value)

const masking: ReadonlySet<Finding["type"]> = new Set(["CALL_MASKING", "CLI_MASK", "CLI_IMPOSSIBLE"])

/** Milliseconds of the call's start within its UTC day. */
const withinDay = ({ atMillis }: CallAttempt) => int(atMillis - Math.floor(atMillis / dayMillis) * dayMillis)

const attemptArrays = (calls: ReadonlyArray<CallAttempt>): ReadonlyArray<unknown> => [
  calls.map(withinDay),
  calls.map((call) => int(call.sourceGroup)),
  calls.map((call) => text(call.callId)),
  calls.map((call) => text(call.aNumber)),
  calls.map((call) => text(call.bNumber)),
  calls.map((call) => text(call.assertedNumber)),
  calls.map((call) => text(call.displayName)),
  calls.map((call) => text(call.userAgent)),
  calls.map((call) => text(call.sourceIp)),
  calls.map((call) => text(call.gatewayId)),
  calls.map((call) => text(call.carrierId)),
  calls.map((call) => text(call.region)),
  calls.map((call) => call.attestation)
]

/** A call with its verdict, on its way to the database. */
export interface JudgedCall {
  readonly call: CallAttempt
  readonly judged: Judged
}

const counts = ({ findings }: Judged["verdict"]) => findings.some((finding) => !finding.shadow)

/** The parameters of `calls_record_attempts` for calls of one UTC day. */
export const attemptParameters = (batch: ReadonlyArray<JudgedCall>): ReadonlyArray<unknown> => {
  const verdicts = batch.map(({ judged }) => judged.verdict)
  return [
    dayOf(batch[0]?.call.atMillis ?? 0),
    ...attemptArrays(batch.map(({ call }) => call)),
    verdicts.map((verdict) => verdict.action),
    verdicts.map((verdict) => int(verdict.score * 1e6)),
    verdicts.map((verdict) => verdict.degraded),
    verdicts.map((verdict) => verdict.action !== "allow" || counts(verdict)),
    verdicts.map((verdict) => verdict.findings.some((finding) => !finding.shadow && masking.has(finding.type))),
    batch.map(({ judged }) => int(judged.rulesVersion)),
    batch.map(({ judged }) => int(judged.latencyMicros)),
    verdicts.map((verdict) => (verdict.findings.length === 0 ? "" : json(verdict.findings))),
    verdicts.map((verdict) => (verdict.listed === null ? "" : json(verdict.listed)))
  ]
}

/** A `json` column takes an escaped character 0, but whoever reads a text out of it there fails. */
const json = (value: unknown) =>
  JSON.stringify(value, (_, member) => (typeof member === "string" ? text(member) : member))

/** The parameters of `calls_record_ends` for calls of one UTC day. */
export const endParameters = (receipt: string, ends: ReadonlyArray<CallEnd>): ReadonlyArray<unknown> => [
  receipt,
  dayOf(ends[0]?.atMillis ?? 0),
  ...attemptArrays(ends),
  ends.map((end) => (end.answeredAtMillis === null ? -1 : int(end.answeredAtMillis - end.atMillis))),
  ends.map((end) => int(end.endedAtMillis - end.atMillis)),
  ends.map((end) => int(end.ringMillis)),
  ends.map((end) => int(end.durationMillis)),
  ends.map((end) => int(end.sipCode)),
  ends.map((end) => end.unchecked)
]

const call = (name: string, parameters: ReadonlyArray<unknown>) =>
  `SELECT ${name}(${parameters.map((_, index) => `$${index + 1}`).join(", ")})`

export const attemptStatement = call("calls_record_attempts", attemptParameters([]))
export const endStatement = `${call("calls_record_ends", endParameters("", []))} AS counted`
