import { Clock, Effect, Semaphore } from "effect"

/** Why the bulkhead let nobody in: too many were waiting already, or the caller's time ran out while it waited. */
export type BulkheadRefusal = "full" | "tooLate"

/** At most `maxConcurrent` run at once and `maxWaiting` wait for them; whoever comes after that is refused at once. */
export const makeBulkhead = (maxConcurrent: number, maxWaiting: number) => {
  const semaphore = Semaphore.makeUnsafe(maxConcurrent)
  let running = 0
  let waiting = 0

  const run = <A, E, R, E2>(
    effect: Effect.Effect<A, E, R>,
    deadlineAtMillis: number,
    refuse: (refusal: BulkheadRefusal) => E2
  ): Effect.Effect<A, E | E2, R> =>
    Effect.suspend((): Effect.Effect<A, E | E2, R> => {
      if (running + waiting >= maxConcurrent + maxWaiting) return Effect.fail(refuse("full"))
      let entered = false
      waiting += 1
      const leave = Effect.sync(() => {
        if (entered) running -= 1
        else waiting -= 1
      })
      const admitted = semaphore.withPermit(
        Effect.suspend(() => {
          entered = true
          waiting -= 1
          running += 1
          return effect
        })
      )
      const guard = Clock.currentTimeMillis.pipe(
        Effect.flatMap((now) => Effect.sleep(Math.max(0, deadlineAtMillis - now))),
        Effect.flatMap(() => (entered ? Effect.never : Effect.fail(refuse("tooLate"))))
      )
      return Effect.raceFirst(admitted, guard).pipe(Effect.ensuring(leave))
    })

  return { run, occupancy: Effect.sync(() => ({ running, waiting })) }
}
