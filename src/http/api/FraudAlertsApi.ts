import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { FraudType, Severity } from "../../domain/fraud/FraudType.ts"
import { RuleName } from "../../domain/fraud/Finding.ts"
import {
  AlertId,
  AlertResolution,
  AlertStatus,
  CommentType,
  FraudAlertState,
  maxCommentLength
} from "../../domain/fraud/alerts/FraudAlert.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { commandProblems } from "./CommandProblems.ts"
import { AlertReportedAlready, AlertStatusRefused, AlertUnknown } from "./AlertProblems.ts"
import { FraudAlertStatsView, FraudAlertView } from "./FraudAlertViews.ts"
import { idempotent, Instant, pageOf, paging, Reason } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"
import { EntityBusy, EntityTimeout } from "./ServiceProblems.ts"
import { TimelineEntry } from "./Views.ts"

/** What a person writes: no control characters but line breaks and tabs. */
export const CommentText = Schema.String.check(
  Schema.isMaxLength(maxCommentLength),
  Schema.isPattern(/^(?=[\s\S]*\S)(?:[^\p{Cc}]|[\n\r\t])+$/u, {
    expected: `1 to ${maxCommentLength} characters, of control characters none but line breaks and tabs`
  })
)

/** Whom an alert is handed to: a name of the operator's own choosing. */
export const Assignee = Schema.String.check(
  Schema.isPattern(/^[^\p{Cc}]{1,100}$/u, { expected: "1 to 100 characters, none of them a control character" })
)

const params = { alertId: AlertId }
const period = { from: Schema.optionalKey(Instant), to: Schema.optionalKey(Instant) }

/** Which alerts a list shows. */
export const alertFilter = {
  ...period,
  status: Schema.optionalKey(AlertStatus),
  severity: Schema.optionalKey(Severity),
  type: Schema.optionalKey(FraudType),
  rule: Schema.optionalKey(RuleName),
  subject: Schema.optionalKey(Reason),
  assignee: Schema.optionalKey(Assignee)
}

const command = {
  params,
  headers: idempotent,
  success: FraudAlertState,
  error: [AlertUnknown, AlertStatusRefused, AlertReportedAlready, ...commandProblems] as const
}

const reads = HttpApiGroup.make("fraudAlerts").add(
  HttpApiEndpoint.get("list", "/fraud/alerts", {
    query: { ...paging, ...alertFilter },
    success: pageOf(FraudAlertView),
    error: InvalidCursor
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "Alerts, newest first; `from` and `to` are about when they were detected"),
  HttpApiEndpoint.get("stats", "/fraud/alerts/stats", { query: period, success: FraudAlertStatsView })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "Counts of alerts, and how fast and how right they were"),
  HttpApiEndpoint.get("get", "/fraud/alerts/:alertId", {
    params,
    success: FraudAlertState,
    error: [AlertUnknown, EntityBusy, EntityTimeout]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "One alert, with calls behind it and its comments"),
  HttpApiEndpoint.get("timeline", "/fraud/alerts/:alertId/timeline", {
    params,
    query: paging,
    success: pageOf(TimelineEntry),
    error: [AlertUnknown, InvalidCursor]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "All that happened to an alert, oldest first")
)

/** Alerts that the detection raised, and what people do about them. */
export class FraudAlertsApi extends reads
  .add(
    HttpApiEndpoint.post("acknowledge", "/fraud/alerts/:alertId/acknowledge", command)
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Somebody has seen it"),
    HttpApiEndpoint.post("investigate", "/fraud/alerts/:alertId/investigate", command)
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Somebody looks into it"),
    HttpApiEndpoint.post("assign", "/fraud/alerts/:alertId/assign", {
      ...command,
      payload: Schema.Struct({ assignee: Schema.NullOr(Assignee) })
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Hand it to somebody; null takes it back"),
    HttpApiEndpoint.post("comment", "/fraud/alerts/:alertId/comments", {
      ...command,
      payload: Schema.Struct({ text: CommentText, type: Schema.optionalKey(CommentType) })
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Add a comment; without a type it is a note"),
    HttpApiEndpoint.post("resolve", "/fraud/alerts/:alertId/resolve", {
      ...command,
      payload: Schema.Struct({ resolution: AlertResolution, notes: Schema.optionalKey(CommentText) })
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Say what it was; what is seen of its pattern from now on is a new alert"),
    HttpApiEndpoint.post("reopen", "/fraud/alerts/:alertId/reopen", {
      ...command,
      payload: Schema.Struct({ reason: Reason })
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Take a resolution back")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "What looks like fraud, one alert a pattern. Live: `/api/v1/events?entityType=FraudAlert`."
  ) {}
