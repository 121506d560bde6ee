import { Effect, FiberSet } from "effect"

/** Works that wait to be done at once; what is more is left undone. */
const maxAtOnce = 500

/**
 * Does things after the caller has got the answer: how long they take must not tell whether there is such an account. They
 * are lost when the process dies, and the person asks again.
 */
export const makeBackground = Effect.gen(function* () {
  const fibers = yield* FiberSet.make<void>()
  return Effect.fnUntraced(function* <E>(work: Effect.Effect<void, E>) {
    if ((yield* FiberSet.size(fibers)) >= maxAtOnce) return yield* Effect.logWarning("too much waits; one is left out")
    yield* work.pipe(
      Effect.catchCause((cause) => Effect.logWarning("work behind the portal's answers failed", cause)),
      (done) => FiberSet.run(fibers, done)
    )
  })
})
