import { Context, Duration, Effect, Semaphore } from "effect"
import type { Schema } from "effect"
import { Activity, DurableClock } from "effect/workflow"
import { StepFailed } from "../StepFailed.ts"

/** How many steps one node works on at a time; the others wait for their turn. */
const maxStepsAtOnce = 64

const StepPermits = Context.Reference("tandem/entities/workflows/StepPermits", {
  defaultValue: () => Semaphore.makeUnsafe(maxStepsAtOnce)
})

/** An activity keeps whatever it ends with, so a defect becomes a failure that is tried again like any other. */
const surviveDefects = <A, R>(effect: Effect.Effect<A, StepFailed, R>) =>
  effect.pipe(
    Effect.catchDefect((defect) =>
      Effect.logError("a step died and is tried again", defect).pipe(
        Effect.andThen(new StepFailed({ detail: "an unexpected fault; see the log", retryable: true }))
      )
    )
  )

/** Waits between the tries of one step, in seconds; after the last one the step has failed for good (about a day). */
const waitsSeconds = [1, 5, 15, 30, 60, 300, 900, 1_800, ...Array.from({ length: 22 }, () => 3_600)]

/** How many tries a step gets when there is another way to go on: about two minutes, longer than a circuit stays open. */
export const triesWithAlternative = 6

/**
 * One step of a workflow: an activity whose result is kept, tried again after durable waits while its failure is
 * retryable. Each try is an activity of its own, since a failed one keeps its failure.
 */
export const durableStep = <A, R>(options: {
  readonly name: string
  readonly success: Schema.Codec<A, unknown>
  readonly execute: Effect.Effect<A, StepFailed, R>
  readonly maxTries?: number
}) => {
  const maxTries = Math.min(options.maxTries ?? waitsSeconds.length, waitsSeconds.length)
  const attempt = (index: number): ReturnType<typeof activity> =>
    activity(index).pipe(
      Effect.catch((failure) =>
        failure.retryable && index + 1 < maxTries
          ? DurableClock.sleep({
              name: `${options.name}/wait-${index}`,
              duration: Duration.seconds(waitsSeconds[index] ?? 3_600)
            }).pipe(Effect.andThen(attempt(index + 1)))
          : Effect.fail(failure)
      )
    )
  const activity = (index: number) =>
    Effect.suspend(() =>
      Activity.make({
        name: `${options.name}/${index}`,
        success: options.success,
        error: StepFailed,
        execute: Effect.flatMap(StepPermits, (permits) => permits.withPermits(1)(options.execute)).pipe(surviveDefects)
      })
    )
  return attempt(0)
}
