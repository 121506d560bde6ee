import { Effect, Layer } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { CurrentCaller } from "./api/Authorization.ts"
import { CurrentUser } from "./api/PortalAuthorization.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { makeUserHandlers } from "./PortalUserHandlers.ts"
import { sourceAddress } from "./SourceAddress.ts"

/** An admin's key may do what an admin may; it is nobody's account. */
const anyAdmin = { userId: null, role: "admin", clientId: null } as const

const ByKey = HttpApiBuilder.group(
  TandemApi,
  "users",
  Effect.fnUntraced(function* (handlers) {
    const sourceOf = yield* sourceAddress
    const manager = Effect.gen(function* () {
      const source = sourceOf(yield* HttpServerRequest.HttpServerRequest)
      return { actor: anyAdmin, by: (yield* CurrentCaller).name, source }
    })
    return handlers.handleAll(yield* makeUserHandlers(manager))
  })
)

const ByToken = HttpApiBuilder.group(
  TandemApi,
  "portalUsers",
  Effect.fnUntraced(function* (handlers) {
    const manager = Effect.map(CurrentUser, ({ source, user }) => ({ actor: user, by: user.userId, source }))
    return handlers.handleAll(yield* makeUserHandlers(manager))
  })
)

export const UsersLive = Layer.merge(ByKey, ByToken)
