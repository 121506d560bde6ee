import type { CallAttempt, CallEnd } from "../../domain/fraud/CallAttempt.ts"
import type { GeneratedCall } from "./GeneratedCall.ts"

const instant = (atMillis: number) => new Date(atMillis).toISOString()

/** What a switch asks of a call before it sets it up, as the body of `POST /api/v1/fraud/detect`. */
export const switchRequest = (call: CallAttempt) => ({
  call_id: call.callId,
  caller_id: call.aNumber,
  called_number: call.bNumber,
  source_ip: call.sourceIp,
  source_group: call.sourceGroup,
  p_asserted_identity: call.assertedNumber,
  from_display: call.displayName,
  user_agent: call.userAgent,
  timestamp: instant(call.atMillis),
  gateway_id: call.gatewayId,
  carrier_id: call.carrierId,
  region: call.region,
  attestation: call.attestation
})

/** What a switch tells of a call when it has ended, as the body of `POST /api/v1/fraud/cdr`. */
export const callRecord = (call: CallEnd) => ({
  ...switchRequest(call),
  start_time: instant(call.atMillis),
  answer_time: call.answeredAtMillis === null ? null : instant(call.answeredAtMillis),
  end_time: instant(call.endedAtMillis),
  ring_millis: call.ringMillis,
  duration_millis: call.durationMillis,
  sip_code: call.sipCode
})

/** JSON lines of {@link switchRequest}, without their newlines. */
export function* toSwitchRequests(calls: Iterable<GeneratedCall>): Generator<string, void, void> {
  for (const { call } of calls) yield JSON.stringify(switchRequest(call))
}

/** JSON lines of {@link callRecord}, in the order of the calls' beginnings. */
export function* toCallRecords(calls: Iterable<GeneratedCall>): Generator<string, void, void> {
  for (const { call } of calls) yield JSON.stringify(callRecord(call))
}

/** JSON lines of whole calls with the truth about them. */
export function* toLabelled(calls: Iterable<GeneratedCall>): Generator<string, void, void> {
  for (const generated of calls) yield JSON.stringify(generated)
}

/** A field of an injection file cannot hold what separates fields and lines, and there is no way to quote it. */
const field = (text: string) => text.replace(/[;\r\n]/g, " ")

/** The fields of the injection file, in order: `[field0]` of a SIPp scenario is the first. */
export const sippFields = [
  "caller",
  "called",
  "expected",
  "asserted",
  "display",
  "source_ip",
  "source_group",
  "pause_millis",
  "ring_millis",
  "duration_millis",
  "sip_code",
  "call_id"
] as const

/**
 * Lines of an injection file of SIPp (`-inf`), without their newlines: `SEQUENTIAL`, then a line a call with
 * {@link sippFields} between semicolons. `expected` is the kind of fraud, or `honest`; `pause_millis` the time since the call
 * before.
 */
export function* toSippCsv(calls: Iterable<GeneratedCall>): Generator<string, void, void> {
  yield "SEQUENTIAL"
  let before: number | undefined
  for (const { call, label } of calls) {
    const fields: Record<(typeof sippFields)[number], string | number> = {
      caller: call.aNumber,
      called: call.bNumber,
      expected: label ?? "honest",
      asserted: call.assertedNumber,
      display: field(call.displayName),
      source_ip: call.sourceIp,
      source_group: call.sourceGroup,
      pause_millis: call.atMillis - (before ?? call.atMillis),
      ring_millis: call.ringMillis,
      duration_millis: call.durationMillis,
      sip_code: call.sipCode,
      call_id: call.callId
    }
    before = call.atMillis
    yield sippFields.map((name) => fields[name]).join(";")
  }
}
