import { Effect, Layer, Option, Redacted, type Config } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { ApiKeys } from "../layers/storage/ApiKeys.ts"
import { Authorization, CurrentCaller } from "./api/Authorization.ts"
import { Unauthorized } from "./api/RequestProblems.ts"
import type { Spent } from "./KeyBudget.ts"
import { KeyBudget } from "./KeyBudget.ts"
import { asProblems } from "./ProblemDetails.ts"
import { requireRole } from "./RequireRole.ts"

export const AuthorizationLive: Layer.Layer<Authorization, Config.ConfigError, ApiKeys> = Layer.effect(
  Authorization,
  Effect.gen(function* () {
    const keys = yield* ApiKeys
    const budget = yield* KeyBudget
    return Authorization.of({
      apiKey: Effect.fnUntraced(function* (httpEffect, { credential, endpoint }) {
        if (Redacted.value(credential) === "") {
          return yield* new Unauthorized({ detail: "Send the header Authorization: Bearer tdm_…" })
        }
        const caller = yield* asProblems(keys.verify(credential))
        if (Option.isNone(caller)) {
          return yield* new Unauthorized({ detail: "The API key is not valid, or was revoked." })
        }
        const spent = yield* budget.spend("api", caller.value.id)
        yield* withRateHeaders(spent)
        if (spent.refusal) return yield* spent.refusal
        yield* requireRole(caller.value.role, endpoint.annotations)
        return yield* Effect.provideService(httpEffect, CurrentCaller, caller.value)
      })
    })
  })
).pipe(Layer.provide(KeyBudget.layer))

/** draft-ietf-httpapi-ratelimit-headers-06, the widespread form with three fields. */
const withRateHeaders = ({ limit, remaining, resetSeconds }: Spent) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(
      HttpServerResponse.setHeaders(response, {
        "ratelimit-limit": String(limit),
        "ratelimit-remaining": String(remaining),
        "ratelimit-reset": String(resetSeconds)
      })
    )
  )
