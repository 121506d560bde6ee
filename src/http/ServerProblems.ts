import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class ServerBusy extends HttpApiError.Problem<ServerBusy>()(
  "ServerBusy",
  { type: "urn:tandem:problem:server-busy", status: 503, title: "The server has too many requests under way" },
  { retryAfterSeconds: Schema.Int }
) {}

export class RequestTimedOut extends HttpApiError.Problem<RequestTimedOut>()(
  "RequestTimedOut",
  { type: "urn:tandem:problem:request-timed-out", status: 503, title: "The request took too long" },
  { timeoutMillis: Schema.Int, retryAfterSeconds: Schema.Int }
) {}

/** One check of readiness: `detail` says what is wrong, and is absent when the check passes. */
export const ReadinessCheck = Schema.Struct({
  name: Schema.String,
  passing: Schema.Boolean,
  detail: Schema.optionalKey(Schema.String)
})

export class NotReady extends HttpApiError.Problem<NotReady>()(
  "NotReady",
  { type: "urn:tandem:problem:not-ready", status: 503, title: "This node is not ready for traffic" },
  { checks: Schema.Array(ReadinessCheck) }
) {}
