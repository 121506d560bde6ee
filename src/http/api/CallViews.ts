import { Schema } from "effect"
import { FraudType, Severity } from "../../domain/fraud/FraudType.ts"
import { Attestation } from "../../domain/fraud/CallAttempt.ts"
import type { CallRecord } from "../../domain/fraud/calls/CallRecord.ts"
import { AlertStatus } from "../../domain/fraud/alerts/FraudAlert.ts"
import { Finding, ListMatch, VerdictAction } from "../../domain/fraud/Finding.ts"

const CallVerdictView = Schema.Struct({
  action: VerdictAction,
  score: Schema.Finite,
  degraded: Schema.Boolean,
  listed: Schema.NullOr(ListMatch),
  findings: Schema.Array(Finding),
  rulesVersion: Schema.Int,
  latencyMicros: Schema.Int
})

const CallEndView = Schema.Struct({
  answeredAt: Schema.NullOr(Schema.String),
  endedAt: Schema.String,
  ringMillis: Schema.Int,
  durationMillis: Schema.Int,
  sipCode: Schema.Int,
  unchecked: Schema.Boolean,
  reportedAt: Schema.String
})

/**
 * One call: what was asked about it, the verdict (null: nobody asked for one), and what its CDR said (null: there is none
 * yet). Instants are ISO 8601, UTC, milliseconds. Numbers of callers may be hashed (`hmac:`) in older calls.
 */
export const CallView = Schema.Struct({
  callId: Schema.String,
  startedAt: Schema.String,
  aNumber: Schema.String,
  bNumber: Schema.String,
  assertedNumber: Schema.String,
  displayName: Schema.String,
  userAgent: Schema.String,
  sourceIp: Schema.String,
  sourceGroup: Schema.Int,
  gatewayId: Schema.String,
  carrierId: Schema.String,
  region: Schema.String,
  attestation: Attestation,
  verdict: Schema.NullOr(CallVerdictView),
  end: Schema.NullOr(CallEndView)
}).annotate({ identifier: "Call" })
export type CallView = typeof CallView.Type

/** An alert that gathers calls such as this one, at the time of it. */
const CallAlertView = Schema.Struct({
  alertId: Schema.String,
  status: AlertStatus,
  type: FraudType,
  severity: Severity,
  subject: Schema.String
})

/** A call with the reasons of its verdict in words, one a line, and the alerts that its findings belong to. */
export const CallExplanationView = Schema.Struct({
  call: CallView,
  words: Schema.Array(Schema.String),
  alerts: Schema.Array(CallAlertView)
}).annotate({ identifier: "CallExplanation" })
export type CallExplanationView = typeof CallExplanationView.Type

const percent = Schema.NullOr(Schema.Finite)

const figures = {
  calls: Schema.Int,
  ended: Schema.Int,
  answered: Schema.Int,
  scored: Schema.Int,
  flagged: Schema.Int,
  masked: Schema.Int,
  degraded: Schema.Int,
  unchecked: Schema.Int,
  answeredMillis: Schema.Finite,
  asrPercent: percent,
  nerPercent: percent,
  acdSeconds: percent,
  maskingPercent: percent
}

/**
 * Figures of a period. ASR is of the calls with a CDR, NER (ITU-T E.425) of those of them that no verdict stopped, ACD of
 * the answered ones, the masking rate of those that got a verdict.
 */
export const CallSummaryView = Schema.Struct({
  from: Schema.String,
  to: Schema.String,
  ...figures,
  byAction: Schema.Array(Schema.Struct({ action: Schema.Union([VerdictAction, Schema.Literal("none")]), ...figures })),
  byGateway: Schema.Array(Schema.Struct({ gatewayId: Schema.String, ...figures }))
}).annotate({ identifier: "CallSummary" })
export type CallSummaryView = typeof CallSummaryView.Type

const iso = (millis: number) => new Date(millis).toISOString()

export const callViewOf = ({ call, ended, judged }: CallRecord): CallView => {
  const { atMillis, ...rest } = call
  return {
    ...rest,
    startedAt: iso(atMillis),
    verdict:
      judged === null
        ? null
        : { ...judged.verdict, rulesVersion: judged.rulesVersion, latencyMicros: judged.latencyMicros },
    end:
      ended === null
        ? null
        : {
            answeredAt: ended.answeredAtMillis === null ? null : iso(ended.answeredAtMillis),
            endedAt: iso(ended.endedAtMillis),
            ringMillis: ended.ringMillis,
            durationMillis: ended.durationMillis,
            sipCode: ended.sipCode,
            unchecked: ended.unchecked,
            reportedAt: iso(ended.reportedAtMillis)
          }
  }
}

/** The call as its view tells it. */
export const callRecordOf = ({ end, startedAt, verdict, ...call }: CallView): CallRecord => {
  const judgedOf = ({ latencyMicros, rulesVersion, ...given }: NonNullable<CallView["verdict"]>) => ({
    verdict: given,
    rulesVersion,
    latencyMicros
  })
  const endedOf = ({ answeredAt, endedAt, reportedAt, ...given }: NonNullable<CallView["end"]>) => ({
    ...given,
    answeredAtMillis: answeredAt === null ? null : Date.parse(answeredAt),
    endedAtMillis: Date.parse(endedAt),
    reportedAtMillis: Date.parse(reportedAt)
  })
  return {
    call: { ...call, atMillis: Date.parse(startedAt) },
    judged: verdict === null ? null : judgedOf(verdict),
    ended: end === null ? null : endedOf(end)
  }
}
