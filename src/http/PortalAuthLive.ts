import { Effect, Redacted } from "effect"
import { HttpEffect, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { Granted } from "../entities/PortalSignIn.ts"
import { PortalSignIn } from "../entities/PortalSignIn.ts"
import { PortalPasswordDesk } from "../entities/PortalPasswordDesk.ts"
import { TandemApi } from "./api/TandemApi.ts"
import type { PortalWay } from "./PortalBudget.ts"
import { PortalBudget } from "./PortalBudget.ts"
import { viewOfUser } from "./PortalUserHandlers.ts"
import { asProblems } from "./ProblemDetails.ts"
import { sourceAddress, sourceKey } from "./SourceAddress.ts"

/** RFC 6749 §5.1: no cache keeps tokens. */
const unkept = HttpEffect.appendPreResponseHandler((_request, response) =>
  Effect.succeed(HttpServerResponse.setHeader(response, "cache-control", "no-store"))
)

const viewOf = ({ accessToken, expiresInSeconds, refreshToken, user }: Granted) => ({
  accessToken: Redacted.value(accessToken),
  tokenType: "Bearer" as const,
  expiresIn: expiresInSeconds,
  refreshToken: Redacted.value(refreshToken),
  user: viewOfUser(user)
})

export const PortalAuthLive = HttpApiBuilder.group(
  TandemApi,
  "portalAuth",
  Effect.fnUntraced(function* (handlers) {
    const signIn = yield* PortalSignIn
    const passwords = yield* PortalPasswordDesk
    const budget = yield* PortalBudget
    const sourceOf = yield* sourceAddress

    /** The address that the request comes from, when it may ask so often. */
    const admitted = Effect.fnUntraced(function* (way: PortalWay) {
      const source = sourceOf(yield* HttpServerRequest.HttpServerRequest)
      yield* budget.spend(way, sourceKey(source))
      return source
    })

    return handlers.handleAll({
      login: Effect.fnUntraced(function* ({ payload: { email, password } }) {
        const source = yield* admitted("logins")
        const granted = yield* asProblems(signIn.login({ email, password: Redacted.make(password), source }))
        yield* unkept
        return viewOf(granted)
      }),
      refresh: Effect.fnUntraced(function* ({ payload }) {
        const source = yield* admitted("refreshes")
        const granted = yield* asProblems(signIn.refresh(Redacted.make(payload.refreshToken), source))
        yield* unkept
        return viewOf(granted)
      }),
      logout: Effect.fnUntraced(function* ({ payload }) {
        const source = yield* admitted("refreshes")
        yield* asProblems(signIn.logout(Redacted.make(payload.refreshToken), source))
      }),
      forgotPassword: Effect.fnUntraced(function* ({ payload }) {
        yield* passwords.forgot(payload.email, yield* admitted("resets"))
      }),
      resetPassword: Effect.fnUntraced(function* ({ payload }) {
        const source = yield* admitted("resets")
        const token = Redacted.make(payload.token)
        yield* asProblems(passwords.reset({ token, newPassword: Redacted.make(payload.newPassword), source }))
      })
    })
  })
)
