import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/** The signature or the Authorization header is missing or wrong. */
export class WebhookUnauthorized extends HttpApiError.Problem<WebhookUnauthorized>()(
  "WebhookUnauthorized",
  {
    type: "urn:tandem:problem:webhook-unauthorized",
    status: 401,
    title: "The webhook's sender cannot be told"
  },
  { error: Schema.String }
) {}

/** The signature is right, but was made too long ago, or in the future: somebody may be sending an old delivery again. */
export class WebhookStale extends HttpApiError.Problem<WebhookStale>()(
  "WebhookStale",
  {
    type: "urn:tandem:problem:webhook-stale",
    status: 401,
    title: "The webhook's timestamp is not of now"
  },
  { error: Schema.String, toleranceSeconds: Schema.Int }
) {}

export class WebhookInvalid extends HttpApiError.Problem<WebhookInvalid>()(
  "WebhookInvalid",
  {
    type: "urn:tandem:problem:webhook-invalid",
    status: 400,
    title: "The webhook's body is not what it should be"
  },
  { error: Schema.String }
) {}

/** Status 503 and not 504, because that is what senders try again after. */
export class WebhookTimedOut extends HttpApiError.Problem<WebhookTimedOut>()(
  "WebhookTimedOut",
  {
    type: "urn:tandem:problem:webhook-timed-out",
    status: 503,
    title: "The webhook could not be dealt with in time"
  },
  { timeoutMillis: Schema.Int, retryAfterSeconds: Schema.Int }
) {}
