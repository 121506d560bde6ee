import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/** One wrong value of a request. `path` begins with the slot: `params`, `headers`, `query` or `payload`. */
export const InvalidValue = Schema.Struct({
  path: Schema.Array(Schema.Union([Schema.String, Schema.Finite])),
  message: Schema.String
})

/** Most wrong values that one answer lists. */
export const maxIssues = 50

export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()(
  "InvalidRequest",
  { type: "urn:tandem:problem:invalid-request", status: 400, title: "The request is not valid" },
  { issues: Schema.Array(InvalidValue).check(Schema.isMaxLength(maxIssues)) }
) {}

export class InvalidCursor extends HttpApiError.Problem<InvalidCursor>()("InvalidCursor", {
  type: "urn:tandem:problem:invalid-cursor",
  status: 400,
  title: "The cursor is not one that this list gave"
}) {}

export class Unauthorized extends HttpApiError.Problem<Unauthorized>()("Unauthorized", {
  type: "urn:tandem:problem:unauthorized",
  status: 401,
  title: "A valid API key is needed"
}) {}

export class Forbidden extends HttpApiError.Problem<Forbidden>()(
  "Forbidden",
  { type: "urn:tandem:problem:forbidden", status: 403, title: "The API key's role does not allow this" },
  { role: Schema.String, requiredRole: Schema.String }
) {}

export class RouteUnknown extends HttpApiError.Problem<RouteUnknown>()("RouteUnknown", {
  type: "urn:tandem:problem:not-found",
  status: 404,
  title: "There is nothing at this address"
}) {}

export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()(
  "MethodNotAllowed",
  { type: "urn:tandem:problem:method-not-allowed", status: 405, title: "The address does not take this method" },
  { allow: Schema.Array(Schema.String) }
) {}

export class IdempotencyKeyConflict extends HttpApiError.Problem<IdempotencyKeyConflict>()("IdempotencyKeyConflict", {
  type: "urn:tandem:problem:idempotency-key-conflict",
  status: 409,
  title: "The Idempotency-Key was used for another request"
}) {}

export class BodyTooLarge extends HttpApiError.Problem<BodyTooLarge>()("BodyTooLarge", {
  type: "urn:tandem:problem:body-too-large",
  status: 413,
  title: "The body is too large"
}) {}

export class UnsupportedMediaType extends HttpApiError.Problem<UnsupportedMediaType>()("UnsupportedMediaType", {
  type: "urn:tandem:problem:unsupported-media-type",
  status: 415,
  title: "The body's media type is not supported"
}) {}

export class RateLimited extends HttpApiError.Problem<RateLimited>()(
  "RateLimited",
  { type: "urn:tandem:problem:rate-limited", status: 429, title: "The API key's rate limit is reached" },
  { limitPerMinute: Schema.Int, retryAfterSeconds: Schema.Int }
) {}
