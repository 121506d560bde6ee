import { Schema } from "effect"
import { FraudType, NccIncidentType, Severity } from "../../domain/fraud/FraudType.ts"
import { RuleName } from "../../domain/fraud/Finding.ts"
import { AlertAction, AlertResolution, AlertStatus } from "../../domain/fraud/alerts/FraudAlert.ts"

const text = Schema.NullOr(Schema.String)

/**
 * One alert. `type` and `subject` are its pattern; `bNumber` is the called number of the first call. Instants are ISO
 * 8601, UTC, milliseconds; `detectedAt` is when the first finding came, `firstSeenAt` and `lastSeenAt` are of the calls.
 */
export const FraudAlertView = Schema.Struct({
  alertId: Schema.String,
  status: AlertStatus,
  type: FraudType,
  rule: RuleName,
  nccType: NccIncidentType,
  severity: Severity,
  confidence: Schema.Finite,
  evidence: Schema.String,
  subject: Schema.String,
  bNumber: Schema.String,
  aNumberCount: Schema.Int,
  findings: Schema.Finite,
  calls: Schema.Finite,
  sourceIps: Schema.Array(Schema.String),
  actionTaken: AlertAction,
  detectionWindowMillis: Schema.Int,
  detectionLatencyMillis: Schema.Finite,
  detectedAt: Schema.String,
  firstSeenAt: Schema.String,
  lastSeenAt: Schema.String,
  assignee: text,
  acknowledgedBy: text,
  acknowledgedAt: text,
  resolution: Schema.NullOr(AlertResolution),
  resolutionNotes: text,
  resolvedBy: text,
  resolvedAt: text,
  reportedNcc: Schema.Boolean,
  nccIncidentId: text,
  nccReportedAt: text,
  version: Schema.Int,
  createdAt: Schema.String,
  updatedAt: Schema.String
}).annotate({ identifier: "FraudAlert" })
export type FraudAlertView = typeof FraudAlertView.Type

const counts = Schema.Record(Schema.String, Schema.Int)
const figure = Schema.NullOr(Schema.Finite)

/** Figures of the alerts that were detected in a period. Means are null when there is nothing to take the mean of. */
export const FraudAlertStatsView = Schema.Struct({
  total: Schema.Int,
  findings: Schema.Finite,
  calls: Schema.Finite,
  byStatus: counts,
  bySeverity: counts,
  byType: counts,
  byRule: counts,
  byResolution: counts,
  byAction: counts,
  meanSecondsToAcknowledge: figure,
  meanSecondsToResolve: figure,
  detectionLatencyMeanMillis: figure,
  detectionLatencyP99Millis: figure,
  falsePositivePercent: Schema.Finite
}).annotate({ identifier: "FraudAlertStats" })
export type FraudAlertStatsView = typeof FraudAlertStatsView.Type
