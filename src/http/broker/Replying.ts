import { Effect, FiberSet } from "effect"
import type { Asking, Reply } from "./BrokerAnswers.ts"
import { errorAnswer } from "./BrokerAnswers.ts"

const failed = (asking: Asking) =>
  errorAnswer(asking, "internal_error", "the request could not be worked on", { retryAfterSeconds: 1 })

/** Runs what answers a request with an effect; one that fails is answered, too. */
export const makeReplying = Effect.map(
  FiberSet.makeRuntime<never, void, never>(),
  (run) =>
    (asking: Asking, reply: Reply, effect: Effect.Effect<void>): void =>
      void run(
        Effect.catchCause(effect, (cause) => {
          reply(failed(asking))
          return Effect.logError("a request of the broker failed", cause)
        })
      )
)
