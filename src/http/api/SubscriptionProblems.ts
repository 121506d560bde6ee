import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class SubscriptionUnknown extends HttpApiError.Problem<SubscriptionUnknown>()(
  "SubscriptionUnknown",
  { type: "urn:tandem:problem:subscription-unknown", status: 404, title: "No such subscription" },
  { subscriptionId: Schema.String }
) {}

export class DeliveryUnknown extends HttpApiError.Problem<DeliveryUnknown>()(
  "DeliveryUnknown",
  { type: "urn:tandem:problem:delivery-unknown", status: 404, title: "No such delivery" },
  { deliveryId: Schema.String }
) {}

export class SubscriptionRefused extends HttpApiError.Problem<SubscriptionRefused>()("SubscriptionRefused", {
  type: "urn:tandem:problem:subscription-refused",
  status: 409,
  title: "The subscription cannot be as it was asked for"
}) {}
