import { Cause, type Config, Effect, Layer, Option, Redacted, Schema } from "effect"
import { RpcMiddleware } from "effect/rpc"
import { ApiKeys } from "../layers/storage/ApiKeys.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { Forbidden, RateLimited, Unauthorized } from "./api/RequestProblems.ts"
import { InternalError, JournalUnavailable } from "./api/ServiceProblems.ts"
import { KeyBudget } from "./KeyBudget.ts"
import { asProblems, internalError } from "./ProblemDetails.ts"
import { requireRole } from "./RequireRole.ts"

/** Takes the API key of the HTTP request (`Authorization: Bearer tdm_…`), and asks whether its role suffices. */
export class RpcAuthorization extends RpcMiddleware.Service<RpcAuthorization, { provides: CurrentCaller }>()(
  "tandem/http/RpcAuthorization",
  { error: Schema.Union([Unauthorized, Forbidden, RateLimited, JournalUnavailable, InternalError]) }
) {}

const bearer = /^Bearer +(\S+)$/i

const unauthorized = new Unauthorized({ detail: "Send a valid API key: Authorization: Bearer tdm_…" })

/** A mistake of ours is logged here; the caller learns that there was one, and nothing else of it. */
const hidingDefects = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.catchCause(effect, (cause): Effect.Effect<never, E | InternalError> =>
    Cause.hasDies(cause)
      ? Effect.andThen(Effect.logError("an RPC failed", cause), Effect.fail(internalError))
      : Effect.failCause(cause)
  )

export const RpcAuthorizationLive: Layer.Layer<RpcAuthorization, Config.ConfigError, ApiKeys> = Layer.effect(
  RpcAuthorization,
  Effect.gen(function* () {
    const keys = yield* ApiKeys
    const budget = yield* KeyBudget
    return RpcAuthorization.of((call, { headers, rpc }) =>
      Effect.gen(function* () {
        const key = bearer.exec(headers["authorization"] ?? "")?.[1]
        if (key === undefined) return yield* unauthorized
        const caller = yield* asProblems(keys.verify(Redacted.make(key)))
        if (Option.isNone(caller)) return yield* unauthorized
        const { refusal } = yield* budget.spend("rpc", caller.value.id)
        if (refusal) return yield* refusal
        yield* requireRole(caller.value.role, rpc.annotations)
        return yield* Effect.provideService(call, CurrentCaller, caller.value)
      }).pipe(hidingDefects)
    )
  })
).pipe(Layer.provide(KeyBudget.layer))
