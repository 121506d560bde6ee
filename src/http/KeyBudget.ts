import { Config, Context, Duration, Effect, Layer, Schema } from "effect"
import { RateLimiter } from "effect/persistence"
import { RateLimited } from "./api/RequestProblems.ts"

const perMinute = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))

/** Requests a minute that one API key may send to one node, and as many at once. */
const apiLimit = Config.schema(perMinute, "API_RATE_LIMIT_PER_MINUTE").pipe(Config.withDefault(600))

/** RPCs a minute that one API key may send to one node, and as many at once: services call more often than people. */
const rpcLimit = Config.schema(perMinute, "RPC_RATE_LIMIT_PER_MINUTE").pipe(Config.withDefault(60_000))

export interface Spent {
  readonly limit: number
  readonly remaining: number
  /** Seconds until the next token comes when none is left, else until all are there again. */
  readonly resetSeconds: number
  /** The answer for a key that has nothing left. */
  readonly refusal: RateLimited | undefined
}

/** A token bucket for each API key and way in. */
export class KeyBudget extends Context.Service<
  KeyBudget,
  { readonly spend: (way: "api" | "rpc", keyId: string) => Effect.Effect<Spent> }
>()("tandem/http/KeyBudget") {
  static readonly layer: Layer.Layer<KeyBudget, Config.ConfigError> = Layer.effect(
    KeyBudget,
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const limits = { api: yield* apiLimit, rpc: yield* rpcLimit }
      const refusal = (limit: number, retryAfterSeconds: number) =>
        new RateLimited({
          limitPerMinute: limit,
          retryAfterSeconds,
          detail: `This API key may send ${limit} requests a minute.`
        })
      return KeyBudget.of({
        spend: Effect.fnUntraced(function* (way, keyId) {
          const limit = limits[way]
          const spent = yield* limiter
            .consume({
              key: `${way}:${keyId}`,
              limit,
              window: "1 minute",
              algorithm: "token-bucket",
              onExceeded: "fail"
            })
            .pipe(Effect.catchReason("RateLimiterError", "RateLimitExceeded", Effect.succeed), Effect.orDie)
          const exceeded = "retryAfter" in spent
          const resetSeconds = Math.max(
            1,
            Math.ceil(Duration.toSeconds(exceeded ? spent.retryAfter : spent.resetAfter))
          )
          return {
            limit,
            remaining: exceeded ? 0 : spent.remaining,
            resetSeconds,
            refusal: exceeded ? refusal(limit, resetSeconds) : undefined
          }
        })
      })
    })
  ).pipe(Layer.provide(RateLimiter.layer), Layer.provide(RateLimiter.layerStoreMemory))
}
