import { Effect, Schedule, Stream } from "effect"
import type { CallAttempt, CallEnd } from "../../../../src/domain/fraud/CallAttempt.ts"
import type { Judged } from "../../../../src/domain/fraud/calls/CallRecord.ts"
import { dayMillis } from "../../../../src/domain/fraud/calls/CallTimes.ts"
import type { Finding } from "../../../../src/domain/fraud/Finding.ts"
import { CallRecords } from "../../../../src/layers/storage/CallRecords.ts"

/** Noon (UTC) of the day before the tests run: calls of it are neither in the future nor near a midnight. */
export const noon = (Math.floor(Date.now() / dayMillis) - 1) * dayMillis + dayMillis / 2

export const attempt = (callId: string, more: Partial<CallAttempt> = {}): CallAttempt => ({
  callId,
  atMillis: noon,
  aNumber: "+2348031234567",
  bNumber: "+2348059876543",
  assertedNumber: "+2348031234568",
  displayName: "Ada",
  userAgent: "FreeSWITCH",
  sourceIp: "192.0.2.7",
  sourceGroup: 10,
  gatewayId: "gw-lagos-1",
  carrierId: "NG001",
  region: "NG",
  attestation: "B",
  ...more
})

export const finding: Finding = {
  rule: "call_masking",
  type: "CALL_MASKING",
  severity: "CRITICAL",
  confidence: 0.95,
  evidence: "6 callers rang +2348059876543 within 5 s",
  subject: "+2348059876543",
  aNumberCount: 6,
  windowMillis: 5_000,
  shadow: false
}

export const allowed: Judged = {
  verdict: { action: "allow", score: 0, findings: [], listed: null, degraded: false },
  rulesVersion: 7,
  latencyMicros: 421
}

export const blocked: Judged = {
  verdict: { action: "block", score: 0.951234, findings: [finding], listed: null, degraded: true },
  rulesVersion: 8,
  latencyMicros: 999
}

/** An answered call of a minute, which rang for four seconds. */
export const end = (callId: string, more: Partial<CallEnd> = {}): CallEnd => {
  const call = attempt(callId, more)
  return {
    ...call,
    answeredAtMillis: call.atMillis + 4_000,
    endedAtMillis: call.atMillis + 64_000,
    ringMillis: 4_000,
    durationMillis: 60_000,
    sipCode: 200,
    unchecked: false,
    ...more
  }
}

export const everything = { fromMillis: noon - 40 * dayMillis, toMillis: noon + 3 * dayMillis }

/** Looks until the records have so many calls with a verdict: verdicts are written behind the caller's back. */
export const untilScored = Effect.fnUntraced(function* (count: number) {
  const records = yield* CallRecords
  yield* records
    .summary(everything)
    .pipe(Effect.repeat({ until: ({ totals }) => totals.scored >= count, schedule: Schedule.spaced("20 millis") }))
})

export const allCalls = Effect.gen(function* () {
  const records = yield* CallRecords
  return [...(yield* Stream.runCollect(records.stream(everything)))]
})
