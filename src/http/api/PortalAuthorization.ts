import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import type { PortalUser } from "../../domain/access/PortalUser.ts"
import { PortalRateLimited, PortalUnauthorized } from "./PortalProblems.ts"
import { JournalUnavailable } from "./ServiceProblems.ts"

/** Who is logged in, as the account is now, and from which address the request came. */
export class CurrentUser extends Context.Service<
  CurrentUser,
  { readonly user: PortalUser; readonly sessionId: string; readonly source: string }
>()("tandem/http/api/CurrentUser") {}

/** Takes an access token of the portal (RFC 6750), looks whether its session and its account still stand, and counts. */
export class PortalAuthorization extends HttpApiMiddleware.Service<PortalAuthorization, { provides: CurrentUser }>()(
  "tandem/http/api/PortalAuthorization",
  {
    security: { portalToken: HttpApiSecurity.bearer },
    error: [PortalUnauthorized, PortalRateLimited, JournalUnavailable]
  }
) {}
