import { Config, Context, Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { mayActAs } from "../domain/access/ApiRole.ts"
import { ApiKeys } from "../layers/storage/ApiKeys.ts"
import { Authorization, CurrentCaller, RequiredRole } from "./api/Authorization.ts"
import { Forbidden, RateLimited, Unauthorized } from "./api/RequestProblems.ts"
import { asProblems } from "./ProblemDetails.ts"

/** Requests a minute that one API key may send to one node, and as many at once. */
const limitPerMinute = Config.schema(
  Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
  "API_RATE_LIMIT_PER_MINUTE"
).pipe(Config.withDefault(600))

export const AuthorizationLive: Layer.Layer<Authorization, Config.ConfigError, ApiKeys> = Layer.effect(
  Authorization,
  Effect.gen(function* () {
    const keys = yield* ApiKeys
    const spend = makeSpend(yield* RateLimiter.RateLimiter, yield* limitPerMinute)
    return Authorization.of({
      apiKey: Effect.fnUntraced(function* (httpEffect, { credential, endpoint }) {
        if (Redacted.value(credential) === "") {
          return yield* new Unauthorized({ detail: "Send the header Authorization: Bearer tdm_…" })
        }
        const caller = yield* asProblems(keys.verify(credential))
        if (Option.isNone(caller)) {
          return yield* new Unauthorized({ detail: "The API key is not valid, or was revoked." })
        }
        yield* spend(caller.value.id)
        const requiredRole = Context.get(endpoint.annotations, RequiredRole)
        const { role } = caller.value
        if (!mayActAs(role, requiredRole)) {
          return yield* new Forbidden({
            role,
            requiredRole,
            detail: `A key with the role ${requiredRole} may do this.`
          })
        }
        return yield* Effect.provideService(httpEffect, CurrentCaller, caller.value)
      })
    })
  })
).pipe(Layer.provide(RateLimiter.layer), Layer.provide(RateLimiter.layerStoreMemory))

/** Takes one token of the key's bucket, and tells what is left in the headers of the answer, whatever it will be. */
const makeSpend = (limiter: RateLimiter.RateLimiter, limit: number) =>
  Effect.fnUntraced(function* (keyId: string) {
    const spent = yield* limiter
      .consume({ key: keyId, limit, window: "1 minute", algorithm: "token-bucket", onExceeded: "fail" })
      .pipe(Effect.catchReason("RateLimiterError", "RateLimitExceeded", Effect.succeed), Effect.orDie)
    const exceeded = "retryAfter" in spent
    const resetSeconds = Math.max(1, Math.ceil(Duration.toSeconds(exceeded ? spent.retryAfter : spent.resetAfter)))
    yield* withRateHeaders(limit, exceeded ? 0 : spent.remaining, resetSeconds)
    if (exceeded) {
      return yield* new RateLimited({
        limitPerMinute: limit,
        retryAfterSeconds: resetSeconds,
        detail: `This API key may send ${limit} requests a minute.`
      })
    }
  })

/** draft-ietf-httpapi-ratelimit-headers-06, the widespread form with three fields. */
const withRateHeaders = (limit: number, remaining: number, resetSeconds: number) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(
      HttpServerResponse.setHeaders(response, {
        "ratelimit-limit": String(limit),
        "ratelimit-remaining": String(remaining),
        "ratelimit-reset": String(resetSeconds)
      })
    )
  )
