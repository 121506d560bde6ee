import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Severity } from "../../domain/fraud/FraudType.ts"
import {
  Delivery,
  DeliveryStatus,
  EventKind,
  maxUrlLength,
  Subscription,
  SubscriptionFormat
} from "../../domain/subscriptions/Subscription.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { commandProblems } from "./CommandProblems.ts"
import { idempotent, pageOf, paging } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"
import { DeliveryUnknown, SubscriptionRefused, SubscriptionUnknown } from "./SubscriptionProblems.ts"

export const SubscriptionId = Schema.String.check(
  Schema.isPattern(/^sub_[0-9a-f]{16}$/, { expected: "a subscription's id" })
)
export const DeliveryId = Schema.String.check(
  Schema.isPattern(/^msg_[A-Za-z0-9_-]{1,100}$/, { expected: "a delivery's id" })
)
export const SubscriptionName = Schema.String.check(
  Schema.isPattern(/^[^\p{Cc}]{1,100}$/u, { expected: "1 to 100 characters, none of them a control character" })
)
export const SubscriptionUrl = Schema.String.check(
  Schema.isMaxLength(maxUrlLength),
  Schema.isPattern(/^https?:\/\/[\x21-\x7e]+$/, { expected: "an https address" })
)
export const RoutingKey = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]{1,100}$/, { expected: "a PagerDuty integration key" })
)

export const SubscriptionView = Subscription.annotate({ identifier: "Subscription" })
export type SubscriptionView = typeof SubscriptionView.Type
export const DeliveryView = Delivery.annotate({ identifier: "Delivery" })
export type DeliveryView = typeof DeliveryView.Type

/** The secret is told here and nowhere else; null for PagerDuty, whose routing key the caller brought. */
export const SubscriptionWithSecret = Schema.Struct({
  subscription: SubscriptionView,
  secret: Schema.NullOr(Schema.String)
})

const kinds = Schema.Array(EventKind).check(Schema.isMaxLength(EventKind.literals.length))
const params = { subscriptionId: SubscriptionId }
const error = [SubscriptionUnknown, SubscriptionRefused, ...commandProblems] as const
const admin = "admin"

const subscriptions = HttpApiGroup.make("subscriptions").add(
  HttpApiEndpoint.post("create", "/subscriptions", {
    headers: idempotent,
    payload: Schema.Struct({
      name: SubscriptionName,
      url: Schema.optionalKey(SubscriptionUrl),
      format: Schema.optionalKey(SubscriptionFormat),
      kinds: Schema.optionalKey(kinds),
      minSeverity: Schema.optionalKey(Schema.NullOr(Severity)),
      routingKey: Schema.optionalKey(RoutingKey)
    }),
    success: SubscriptionWithSecret,
    error
  })
    .annotate(RequiredRole, admin)
    .annotate(OpenApi.Summary, "Have events sent to an address; the signing secret is told once, here"),
  HttpApiEndpoint.get("list", "/subscriptions", {
    query: paging,
    success: pageOf(SubscriptionView),
    error: InvalidCursor
  })
    .annotate(RequiredRole, admin)
    .annotate(OpenApi.Summary, "Subscriptions, newest first"),
  HttpApiEndpoint.get("get", "/subscriptions/:subscriptionId", {
    params,
    success: SubscriptionView,
    error: SubscriptionUnknown
  })
    .annotate(RequiredRole, admin)
    .annotate(OpenApi.Summary, "One subscription"),
  HttpApiEndpoint.patch("change", "/subscriptions/:subscriptionId", {
    params,
    payload: Schema.Struct({
      name: Schema.optionalKey(SubscriptionName),
      url: Schema.optionalKey(SubscriptionUrl),
      kinds: Schema.optionalKey(kinds),
      minSeverity: Schema.optionalKey(Schema.NullOr(Severity)),
      enabled: Schema.optionalKey(Schema.Boolean)
    }),
    success: SubscriptionView,
    error
  })
    .annotate(RequiredRole, admin)
    .annotate(OpenApi.Summary, "Change what is given; enabling sends what has waited"),
  HttpApiEndpoint.delete("remove", "/subscriptions/:subscriptionId", {
    params,
    success: SubscriptionView,
    error: SubscriptionUnknown
  })
    .annotate(RequiredRole, admin)
    .annotate(OpenApi.Summary, "End a subscription, with all its deliveries")
)

/** Who is told of what happens to alerts. */
export class SubscriptionsApi extends subscriptions
  .add(
    HttpApiEndpoint.post("rotateSecret", "/subscriptions/:subscriptionId/rotate-secret", {
      params,
      headers: idempotent,
      success: SubscriptionWithSecret,
      error
    })
      .annotate(RequiredRole, admin)
      .annotate(OpenApi.Summary, "Sign with a new secret from now on; it is told once, here"),
    HttpApiEndpoint.post("test", "/subscriptions/:subscriptionId/test", {
      params,
      headers: idempotent,
      success: DeliveryView,
      error: [DeliveryUnknown, ...error]
    })
      .annotate(RequiredRole, admin)
      .annotate(OpenApi.Summary, "Send a message that says nothing, to see whether it arrives"),
    HttpApiEndpoint.get("deliveries", "/subscriptions/:subscriptionId/deliveries", {
      params,
      query: { ...paging, status: Schema.optionalKey(DeliveryStatus) },
      success: pageOf(DeliveryView),
      error: [SubscriptionUnknown, InvalidCursor]
    })
      .annotate(RequiredRole, admin)
      .annotate(OpenApi.Summary, "What was sent, newest first, and how that went"),
    HttpApiEndpoint.post("replay", "/subscriptions/:subscriptionId/deliveries/:deliveryId/replay", {
      params: { ...params, deliveryId: DeliveryId },
      headers: idempotent,
      success: DeliveryView,
      error: [DeliveryUnknown, ...commandProblems]
    })
      .annotate(RequiredRole, admin)
      .annotate(OpenApi.Summary, "Send a message again")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Webhooks that Tandem sends, signed as standardwebhooks.com says, or for PagerDuty."
  ) {}
