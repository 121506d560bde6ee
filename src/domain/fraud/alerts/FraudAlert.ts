import { Schema } from "effect"
import { FraudType, NccIncidentType, Severity } from "../FraudType.ts"
import { RuleName, VerdictAction } from "../Finding.ts"

/** `ALT-YYYY-NNNNNNN`: the year in Lagos, and a number that is never given twice. */
export const AlertId = Schema.String.check(
  Schema.isPattern(/^ALT-\d{4}-\d{7,12}$/, { expected: "an alert's id: ALT-2026-0001234" })
)

/** Calls that an alert shows: the first one and the newest. */
export const maxCalls = 50

/** Distinct callers, and sources, that an alert names; those that came later are counted, not named. */
export const maxANumbers = 100
export const maxSourceIps = 50

/** Comments that an alert shows, the newest; its timeline has all. */
export const maxComments = 200

/** Longest text of a comment, in characters. */
export const maxCommentLength = 2_000

/** `pending`: new, nobody has looked at it. `unknown`: there is no such alert. */
export const AlertStatus = Schema.Literals(["unknown", "pending", "acknowledged", "investigating", "resolved"])
export type AlertStatus = typeof AlertStatus.Type

export const AlertResolution = Schema.Literals(["confirmed_fraud", "false_positive", "escalated", "whitelisted"])
export type AlertResolution = typeof AlertResolution.Type

/**
 * What was done about the calls: the words of the regulator's file. `BLOCKED`: their set-up was refused or they were led
 * elsewhere; `DISCONNECTED`: calls that had been set up were ended.
 */
export const AlertAction = Schema.Literals(["NONE", "BLOCKED", "DISCONNECTED"])
export type AlertAction = typeof AlertAction.Type

export const CommentType = Schema.Literals(["note", "status_change", "assignment", "escalation", "resolution"])
export type CommentType = typeof CommentType.Type

/** One call behind an alert. */
export const AlertCall = Schema.Struct({
  callId: Schema.String,
  aNumber: Schema.String,
  bNumber: Schema.String,
  atMillis: Schema.Finite,
  sourceIp: Schema.String,
  action: VerdictAction
})
export type AlertCall = typeof AlertCall.Type

/** What is being done, again and again: one open alert gathers all that is seen of it. */
export const AlertPattern = Schema.Struct({
  /** `{type}:{subject}` */
  key: Schema.String,
  type: FraudType,
  rule: RuleName,
  subject: Schema.String,
  /** The called number of the first call. */
  bNumber: Schema.String
})
export type AlertPattern = typeof AlertPattern.Type

/** What was seen of one pattern in a short while, gathered into one report. */
export const Sighting = Schema.Struct({
  findings: Schema.Int,
  calls: Schema.Int,
  severity: Severity,
  confidence: Schema.Finite,
  evidence: Schema.String,
  /** Most distinct callers that one finding counted. */
  aNumberCount: Schema.Int,
  /** Callers, sources and calls that stand for the rest; bounded. */
  aNumbers: Schema.Array(Schema.String),
  sourceIps: Schema.Array(Schema.String),
  sample: Schema.Array(AlertCall),
  action: AlertAction,
  windowMillis: Schema.Int,
  /** How long the first of them took to be found, in milliseconds, by the microsecond. */
  latencyMillis: Schema.Finite,
  detectedAtMillis: Schema.Finite,
  firstAtMillis: Schema.Finite,
  lastAtMillis: Schema.Finite
})
export type Sighting = typeof Sighting.Type

/** Who did it (the name of an API key), and when. */
const done = { by: Schema.String, atMillis: Schema.Finite }

export const FraudAlertEvent = Schema.Union([
  Schema.TaggedStruct("AlertRaised", { pattern: AlertPattern, nccType: NccIncidentType, sighting: Sighting }),
  Schema.TaggedStruct("AlertSeenAgain", { sighting: Sighting }),
  Schema.TaggedStruct("AlertEscalated", { from: Severity, to: Severity, ...done }),
  Schema.TaggedStruct("AlertAcknowledged", done),
  Schema.TaggedStruct("AlertInvestigating", done),
  Schema.TaggedStruct("AlertAssigned", { assignee: Schema.NullOr(Schema.String), ...done }),
  Schema.TaggedStruct("AlertCommented", { type: CommentType, text: Schema.String, ...done }),
  Schema.TaggedStruct("AlertResolved", { resolution: AlertResolution, notes: Schema.String, ...done }),
  Schema.TaggedStruct("AlertReopened", { reason: Schema.String, ...done }),
  Schema.TaggedStruct("AlertReportedToNcc", { incidentId: Schema.String, ...done })
])
export type FraudAlertEvent = typeof FraudAlertEvent.Type

export const AlertComment = Schema.Struct({
  type: CommentType,
  text: Schema.String,
  author: Schema.String,
  atMillis: Schema.Finite,
  /** The status before and after, where it changed. */
  oldStatus: Schema.NullOr(AlertStatus),
  newStatus: Schema.NullOr(AlertStatus)
})
export type AlertComment = typeof AlertComment.Type

const by = Schema.NullOr(Schema.String)
const atMillis = Schema.NullOr(Schema.Finite)

/** Everything Tandem knows about one alert. Instants are milliseconds since the epoch. */
export const FraudAlertState = Schema.Struct({
  alertId: Schema.String,
  status: AlertStatus,
  pattern: Schema.NullOr(AlertPattern),
  nccType: Schema.NullOr(NccIncidentType),
  severity: Severity,
  confidence: Schema.Finite,
  evidence: Schema.String,
  findings: Schema.Int,
  calls: Schema.Int,
  aNumberCount: Schema.Int,
  aNumbers: Schema.Array(Schema.String),
  sourceIps: Schema.Array(Schema.String),
  sample: Schema.Array(AlertCall),
  actionTaken: AlertAction,
  detectionWindowMillis: Schema.Int,
  detectionLatencyMillis: Schema.Finite,
  detectedAtMillis: Schema.Finite,
  firstSeenAtMillis: Schema.Finite,
  lastSeenAtMillis: Schema.Finite,
  assignee: by,
  acknowledgedBy: by,
  acknowledgedAtMillis: atMillis,
  investigatingBy: by,
  investigatingAtMillis: atMillis,
  resolution: Schema.NullOr(AlertResolution),
  resolutionNotes: Schema.NullOr(Schema.String),
  resolvedBy: by,
  resolvedAtMillis: atMillis,
  reportedNcc: Schema.Boolean,
  nccIncidentId: Schema.NullOr(Schema.String),
  nccReportedAtMillis: atMillis,
  comments: Schema.Array(AlertComment)
})
export type FraudAlertState = typeof FraudAlertState.Type

/** There is no such alert. */
export class AlertUnknown extends Schema.TaggedError<AlertUnknown>()("AlertUnknown", { alertId: Schema.String }) {}

/** The command does not fit the alert's present status. */
export class AlertStatusRefused extends Schema.TaggedError<AlertStatusRefused>()("AlertStatusRefused", {
  alertId: Schema.String,
  status: AlertStatus,
  command: Schema.String
}) {}

/** The regulator knows this alert under another incident already. */
export class AlertReportedAlready extends Schema.TaggedError<AlertReportedAlready>()("AlertReportedAlready", {
  alertId: Schema.String,
  nccIncidentId: Schema.String
}) {}

export const AlertRefusal = Schema.Union([AlertUnknown, AlertStatusRefused, AlertReportedAlready])
export type AlertRefusal = typeof AlertRefusal.Type

export const unknownAlert = (alertId: string): FraudAlertState => ({
  alertId,
  status: "unknown",
  pattern: null,
  nccType: null,
  severity: "INFO",
  confidence: 0,
  evidence: "",
  findings: 0,
  calls: 0,
  aNumberCount: 0,
  aNumbers: [],
  sourceIps: [],
  sample: [],
  actionTaken: "NONE",
  detectionWindowMillis: 0,
  detectionLatencyMillis: 0,
  detectedAtMillis: 0,
  firstSeenAtMillis: 0,
  lastSeenAtMillis: 0,
  assignee: null,
  acknowledgedBy: null,
  acknowledgedAtMillis: null,
  investigatingBy: null,
  investigatingAtMillis: null,
  resolution: null,
  resolutionNotes: null,
  resolvedBy: null,
  resolvedAtMillis: null,
  reportedNcc: false,
  nccIncidentId: null,
  nccReportedAtMillis: null,
  comments: []
})
