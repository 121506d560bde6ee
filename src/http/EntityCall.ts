import { Effect } from "effect"
import { EntityTimeout } from "./api/ServiceProblems.ts"
import type { MappedError, ProblemOf } from "./ProblemDetails.ts"
import { asProblems } from "./ProblemDetails.ts"

/**
 * While a shard has no owner, a call to its actors waits; this is the longest that a caller is kept. It is less than what
 * the server gives a whole request, so that the caller learns which part was silent.
 */
export const entityTimeoutMillis = 25_000

/** Sends a command to an actor: what it refuses is told as a problem, and silence has an end. */
export const askEntity = <A, E extends MappedError, R>(
  call: Effect.Effect<A, E, R>
): Effect.Effect<A, ProblemOf<E> | EntityTimeout, R> =>
  asProblems(call).pipe(
    Effect.timeoutOrElse({
      duration: entityTimeoutMillis,
      orElse: () =>
        new EntityTimeout({
          timeoutMillis: entityTimeoutMillis,
          detail:
            "Nobody knows yet whether the command took effect. Send the same request again, with the same Idempotency-Key."
        })
    })
  )
