import { Schema } from "effect"
import { Attestation } from "../../../domain/fraud/CallAttempt.ts"
import type { CallRecord } from "../../../domain/fraud/calls/CallRecord.ts"
import { type Finding, type ListMatch, VerdictAction } from "../../../domain/fraud/Finding.ts"

/** A row as it is read; instants are `Date`s, JSON is parsed by the driver. */
export interface CallRow {
  readonly started_at: Date
  readonly answered_at: Date | null
  readonly ended_at: Date | null
  readonly cdr_at: Date | null
  readonly ring_ms: number | null
  readonly duration_ms: number | null
  readonly sip_code: number | null
  readonly source_group: number
  readonly rules_version: number | null
  readonly latency_us: number | null
  readonly score: number | null
  readonly scored: boolean
  readonly degraded: boolean
  readonly unchecked: boolean | null
  readonly call_id: string
  readonly a_number: string
  readonly b_number: string
  readonly asserted: string
  readonly display: string
  readonly user_agent: string
  readonly source_ip: string
  readonly gateway_id: string
  readonly carrier_id: string
  readonly region: string
  readonly attestation: string
  readonly action: string | null
  readonly findings: ReadonlyArray<Finding> | null
  readonly listed: ListMatch | null
}

export const columns = `started_at, answered_at, ended_at, cdr_at, ring_ms, duration_ms, sip_code, source_group,
  rules_version, latency_us, score, scored, degraded, unchecked, call_id, a_number, b_number, asserted, display, user_agent,
  source_ip, gateway_id, carrier_id, region, attestation, action, findings, listed`

const isAttestation = Schema.is(Attestation)
const isAction = Schema.is(VerdictAction)

const callOf = (row: CallRow): CallRecord["call"] => ({
  callId: row.call_id,
  atMillis: row.started_at.getTime(),
  aNumber: row.a_number,
  bNumber: row.b_number,
  assertedNumber: row.asserted,
  displayName: row.display,
  userAgent: row.user_agent,
  sourceIp: row.source_ip,
  sourceGroup: row.source_group,
  gatewayId: row.gateway_id,
  carrierId: row.carrier_id,
  region: row.region,
  attestation: isAttestation(row.attestation) ? row.attestation : "unchecked"
})

const judgedOf = (row: CallRow): CallRecord["judged"] =>
  row.scored && isAction(row.action)
    ? {
        verdict: {
          action: row.action,
          // A `real` has seven digits; the score had six.
          score: Math.round((row.score ?? 0) * 1e6) / 1e6,
          findings: row.findings ?? [],
          listed: row.listed,
          degraded: row.degraded
        },
        rulesVersion: row.rules_version ?? 0,
        latencyMicros: row.latency_us ?? 0
      }
    : null

const endedOf = (row: CallRow): CallRecord["ended"] =>
  row.cdr_at !== null && row.ended_at !== null
    ? {
        answeredAtMillis: row.answered_at?.getTime() ?? null,
        endedAtMillis: row.ended_at.getTime(),
        ringMillis: row.ring_ms ?? 0,
        durationMillis: row.duration_ms ?? 0,
        sipCode: row.sip_code ?? 0,
        unchecked: row.unchecked ?? false,
        reportedAtMillis: row.cdr_at.getTime()
      }
    : null

export const recordOf = (row: CallRow): CallRecord => ({
  call: callOf(row),
  judged: judgedOf(row),
  ended: endedOf(row)
})
