import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import type { ApiRole } from "../../domain/access/ApiRole.ts"
import { Forbidden, RateLimited, Unauthorized } from "./RequestProblems.ts"
import { JournalUnavailable } from "./ServiceProblems.ts"

/** Least role that may call an endpoint; one that does not say is for admins. */
export const RequiredRole = Context.Reference<ApiRole>("tandem/http/api/RequiredRole", { defaultValue: () => "admin" })

/** Whose API key the request came with. */
export class CurrentCaller extends Context.Service<
  CurrentCaller,
  { readonly id: string; readonly name: string; readonly role: ApiRole }
>()("tandem/http/api/CurrentCaller") {}

/** Takes a bearer key `tdm_<id>_<secret>` (RFC 6750), asks whether its role suffices, and counts it against its rate. */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentCaller }>()(
  "tandem/http/api/Authorization",
  {
    security: { apiKey: HttpApiSecurity.bearer },
    error: [Unauthorized, Forbidden, RateLimited, JournalUnavailable]
  }
) {}
