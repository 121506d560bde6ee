import type { FraudType, Severity } from "../fraud/FraudType.ts"
import { severityRank } from "../fraud/FraudType.ts"
import type { JournalEvent } from "../journal/JournalEvent.ts"
import type { DeliveryKind, EventKind, Subscription, SubscriptionFormat } from "./Subscription.ts"

/** What messages tell of an alert, as it is when the message is made. */
export interface ToldAlert {
  readonly alertId: string
  readonly status: string
  readonly severity: Severity
  readonly type: FraudType
  readonly nccType: string
  readonly rule: string
  readonly subject: string
  readonly bNumber: string
  readonly confidence: number
  readonly evidence: string
  readonly aNumberCount: number
  readonly findings: number
  readonly calls: number
  readonly sourceIps: ReadonlyArray<string>
  readonly actionTaken: string
  readonly assignee: string | null
  readonly resolution: string | null
  readonly nccIncidentId: string | null
  readonly detectedAt: string
  readonly firstSeenAt: string
  readonly lastSeenAt: string
}

const told = (alert: ToldAlert): ToldAlert => ({
  alertId: alert.alertId,
  status: alert.status,
  severity: alert.severity,
  type: alert.type,
  nccType: alert.nccType,
  rule: alert.rule,
  subject: alert.subject,
  bNumber: alert.bNumber,
  confidence: alert.confidence,
  evidence: alert.evidence,
  aNumberCount: alert.aNumberCount,
  findings: alert.findings,
  calls: alert.calls,
  sourceIps: alert.sourceIps,
  actionTaken: alert.actionTaken,
  assignee: alert.assignee,
  resolution: alert.resolution,
  nccIncidentId: alert.nccIncidentId,
  detectedAt: alert.detectedAt,
  firstSeenAt: alert.firstSeenAt,
  lastSeenAt: alert.lastSeenAt
})

/** One event and the alert that it is about. */
export interface News {
  readonly kind: EventKind
  readonly event: JournalEvent
  readonly alert: ToldAlert
}

/** Does this subscription want to hear of it? */
export const isWanted = ({ format, kinds, minSeverity }: Subscription, { alert, kind }: News): boolean =>
  (kinds.length === 0 || kinds.includes(kind)) &&
  (minSeverity === null || severityRank(alert.severity) >= severityRank(minSeverity)) &&
  (format !== "pagerduty" || pagerDutyActions[kind] !== undefined)

/** PagerDuty knows three things that happen to an incident; the rest is not told. */
const pagerDutyActions: Readonly<Partial<Record<DeliveryKind, "trigger" | "acknowledge" | "resolve">>> = {
  "fraud.alert.raised": "trigger",
  "fraud.alert.escalated": "trigger",
  "fraud.alert.reopened": "trigger",
  "fraud.alert.acknowledged": "acknowledge",
  "fraud.alert.investigating": "acknowledge",
  "fraud.alert.resolved": "resolve",
  "webhook.test": "trigger"
}

const pagerDutySeverities: Readonly<Record<Severity, string>> = {
  CRITICAL: "critical",
  HIGH: "error",
  MEDIUM: "warning",
  LOW: "info",
  INFO: "info"
}

/** Longest summary that PagerDuty takes, in characters. */
const maxSummaryLength = 1_024

/** Body of PagerDuty's Events API v2, but for the routing key, which is a secret and is put in when it is sent. */
const pagerDutyBody = ({ alert, event, kind }: News) => ({
  event_action: pagerDutyActions[kind],
  dedup_key: alert.alertId,
  client: "Tandem",
  payload: {
    summary: `${alert.severity} ${alert.type} ${alert.subject}: ${alert.evidence}`.slice(0, maxSummaryLength),
    source: alert.subject === "" ? "tandem" : alert.subject,
    severity: pagerDutySeverities[alert.severity],
    timestamp: event.occurredAt,
    component: alert.rule,
    group: alert.nccType,
    class: alert.type,
    custom_details: told(alert)
  }
})

/** What happened, without the sample of calls that a report brought along. */
const detailsOf = (payload: unknown) => {
  if (typeof payload !== "object" || payload === null) return {}
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !["_tag", "sighting", "pattern"].includes(name)))
}

const standardBody = ({ alert, event, kind }: News) => ({
  type: kind,
  timestamp: event.occurredAt,
  data: { position: event.position, ...detailsOf(event.payload), alert: told(alert) }
})

/** The body as JSON text: written down once, and the same each time that it is sent. */
export const messageOf = (format: SubscriptionFormat, news: News): string =>
  JSON.stringify(format === "pagerduty" ? pagerDutyBody(news) : standardBody(news))

/** A message that somebody asked for, to see whether it arrives. */
export const testMessageOf = (format: SubscriptionFormat, subscription: string, at: string): string =>
  JSON.stringify(
    format === "pagerduty"
      ? {
          event_action: "trigger",
          dedup_key: `tandem-test-${subscription}`,
          client: "Tandem",
          payload: { summary: "A test of Tandem's", source: "tandem", severity: "info", timestamp: at }
        }
      : { type: "webhook.test", timestamp: at, data: { subscriptionId: subscription } }
  )

/** The same body with the routing key that makes it PagerDuty's. */
export const withRoutingKey = (body: string, routingKey: string): string =>
  JSON.stringify({ routing_key: routingKey, ...(JSON.parse(body) as object) })
