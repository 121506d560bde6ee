import { Effect, Layer, Option, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { AccessTokens } from "../layers/access/AccessTokens.ts"
import { PortalSessions } from "../layers/storage/PortalSessions.ts"
import { CurrentUser, PortalAuthorization } from "./api/PortalAuthorization.ts"
import { PortalUnauthorized } from "./api/PortalProblems.ts"
import { PortalBudget } from "./PortalBudget.ts"
import { asProblems } from "./ProblemDetails.ts"
import { sourceAddress } from "./SourceAddress.ts"

const missing = new PortalUnauthorized({ detail: "Send the header Authorization: Bearer and the access token." })
const invalid = new PortalUnauthorized({ detail: "The access token is too old or not valid any more; refresh it." })

export const PortalAuthorizationLive = Layer.effect(
  PortalAuthorization,
  Effect.gen(function* () {
    const tokens = yield* AccessTokens
    const sessions = yield* PortalSessions
    const budget = yield* PortalBudget
    const sourceOf = yield* sourceAddress

    return PortalAuthorization.of({
      portalToken: Effect.fnUntraced(function* (httpEffect, { credential }) {
        if (Redacted.value(credential) === "") return yield* missing
        const claims = yield* asProblems(tokens.verify(credential))
        if (Option.isNone(claims)) return yield* invalid
        // Looked up each time: whoever was logged out, demoted or deactivated a moment ago is that on every node.
        const live = yield* asProblems(sessions.find(claims.value.sessionId, claims.value))
        if (Option.isNone(live)) return yield* invalid
        yield* budget.spend("requests", live.value.user.userId)
        const source = sourceOf(yield* HttpServerRequest.HttpServerRequest)
        return yield* Effect.provideService(httpEffect, CurrentUser, { ...live.value, source })
      })
    })
  })
)
