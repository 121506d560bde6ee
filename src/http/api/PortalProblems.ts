import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class PortalLoginRefused extends HttpApiError.Problem<PortalLoginRefused>()("PortalLoginRefused", {
  type: "urn:tandem:problem:portal-login-refused",
  status: 401,
  title: "Address and password do not open an account"
}) {}

export class PortalUnauthorized extends HttpApiError.Problem<PortalUnauthorized>()("PortalUnauthorized", {
  type: "urn:tandem:problem:portal-unauthorized",
  status: 401,
  title: "A valid token of the portal is needed"
}) {}

export class PortalSessionRefused extends HttpApiError.Problem<PortalSessionRefused>()("PortalSessionRefused", {
  type: "urn:tandem:problem:portal-session-refused",
  status: 401,
  title: "The session is over"
}) {}

export class PortalLoginLocked extends HttpApiError.Problem<PortalLoginLocked>()(
  "PortalLoginLocked",
  { type: "urn:tandem:problem:portal-login-locked", status: 429, title: "There were too many wrong passwords" },
  { retryAfterSeconds: Schema.Int }
) {}

export class PortalRateLimited extends HttpApiError.Problem<PortalRateLimited>()(
  "PortalRateLimited",
  { type: "urn:tandem:problem:portal-rate-limited", status: 429, title: "The portal's rate limit is reached" },
  { limit: Schema.Int, windowSeconds: Schema.Int, retryAfterSeconds: Schema.Int }
) {}

export class PortalBusy extends HttpApiError.Problem<PortalBusy>()(
  "PortalBusy",
  { type: "urn:tandem:problem:portal-busy", status: 503, title: "Too many people log in at once" },
  { retryAfterSeconds: Schema.Int }
) {}

export class PortalForbidden extends HttpApiError.Problem<PortalForbidden>()(
  "PortalForbidden",
  { type: "urn:tandem:problem:portal-forbidden", status: 403, title: "The user's role does not allow this" },
  { reason: Schema.String }
) {}

export class PasswordRefused extends HttpApiError.Problem<PasswordRefused>()(
  "PasswordRefused",
  { type: "urn:tandem:problem:password-refused", status: 400, title: "The password is not taken" },
  { reason: Schema.String }
) {}

export class ResetRefused extends HttpApiError.Problem<ResetRefused>()("ResetRefused", {
  type: "urn:tandem:problem:password-reset-refused",
  status: 400,
  title: "No password can be set with this token"
}) {}

export class PortalUserUnknown extends HttpApiError.Problem<PortalUserUnknown>()(
  "PortalUserUnknown",
  { type: "urn:tandem:problem:portal-user-unknown", status: 404, title: "No such user of the portal" },
  { userId: Schema.String }
) {}

export class PortalUserRefused extends HttpApiError.Problem<PortalUserRefused>()(
  "PortalUserRefused",
  { type: "urn:tandem:problem:portal-user-refused", status: 409, title: "The user cannot be as it was asked for" },
  { reason: Schema.String }
) {}
