import { Schema } from "effect"
import { Severity } from "../fraud/FraudType.ts"

/** Most subscriptions that a plane has. */
export const maxSubscriptions = 100

/** Longest address, in characters. */
export const maxUrlLength = 2_000

/** `pagerduty` is the body of its Events API v2; `standard` the one of standardwebhooks.com. */
export const SubscriptionFormat = Schema.Literals(["standard", "pagerduty"])
export type SubscriptionFormat = typeof SubscriptionFormat.Type

/** What a receiver may be told. */
export const EventKind = Schema.Literals([
  "fraud.alert.raised",
  "fraud.alert.escalated",
  "fraud.alert.acknowledged",
  "fraud.alert.investigating",
  "fraud.alert.assigned",
  "fraud.alert.commented",
  "fraud.alert.resolved",
  "fraud.alert.reopened",
  "fraud.alert.reported_to_ncc"
])
export type EventKind = typeof EventKind.Type

/** What a delivery is about: an event, or a test that somebody asked for. */
export const DeliveryKind = Schema.Literals([...EventKind.literals, "webhook.test"])
export type DeliveryKind = typeof DeliveryKind.Type

/** Kinds by the journal's events of alerts. That a pattern was seen again is told to nobody: it comes too often. */
export const kindOfAlertEvent: Readonly<Record<string, EventKind>> = {
  AlertRaised: "fraud.alert.raised",
  AlertEscalated: "fraud.alert.escalated",
  AlertAcknowledged: "fraud.alert.acknowledged",
  AlertInvestigating: "fraud.alert.investigating",
  AlertAssigned: "fraud.alert.assigned",
  AlertCommented: "fraud.alert.commented",
  AlertResolved: "fraud.alert.resolved",
  AlertReopened: "fraud.alert.reopened",
  AlertReportedToNcc: "fraud.alert.reported_to_ncc"
}

/** Who is told what. Instants are ISO 8601, UTC, milliseconds. */
export const Subscription = Schema.Struct({
  subscriptionId: Schema.String,
  name: Schema.String,
  url: Schema.String,
  format: SubscriptionFormat,
  /** Empty: all of them. */
  kinds: Schema.Array(EventKind),
  /** Only alerts that are this severe or worse; null: all of them. */
  minSeverity: Schema.NullOr(Severity),
  enabled: Schema.Boolean,
  disabledReason: Schema.NullOr(Schema.String),
  /** Since when every delivery has failed; null: the last one came through. */
  failingSince: Schema.NullOr(Schema.String),
  createdAt: Schema.String,
  updatedAt: Schema.String
})
export type Subscription = typeof Subscription.Type

/** `pending`: to be sent, or sent again; `dead`: tried as often as it may be, and waits for an operator. */
export const DeliveryStatus = Schema.Literals(["pending", "delivered", "dead"])
export type DeliveryStatus = typeof DeliveryStatus.Type

/** One message for one receiver. Its id is the same each time that it is sent. */
export const Delivery = Schema.Struct({
  deliveryId: Schema.String,
  subscriptionId: Schema.String,
  kind: DeliveryKind,
  /** The alert that it is about; empty for a test. */
  alertId: Schema.String,
  status: DeliveryStatus,
  tries: Schema.Int,
  /** When it is sent next; null: it is not. */
  dueAt: Schema.NullOr(Schema.String),
  /** HTTP status of the last answer; null: there was none. */
  lastStatus: Schema.NullOr(Schema.Int),
  lastError: Schema.NullOr(Schema.String),
  createdAt: Schema.String,
  deliveredAt: Schema.NullOr(Schema.String)
})
export type Delivery = typeof Delivery.Type

export class SubscriptionUnknown extends Schema.TaggedError<SubscriptionUnknown>()("SubscriptionUnknown", {
  subscriptionId: Schema.String
}) {}

export class DeliveryUnknown extends Schema.TaggedError<DeliveryUnknown>()("DeliveryUnknown", {
  deliveryId: Schema.String
}) {}

/** What is asked of a subscription does not go together, or leads where nothing may be sent. */
export class SubscriptionRefused extends Schema.TaggedError<SubscriptionRefused>()("SubscriptionRefused", {
  reason: Schema.String
}) {}
