import { Duration, Effect } from "effect"
import type { Schema } from "effect"
import { Activity, DurableClock } from "effect/workflow"
import { StepFailed } from "../Fulfilment.ts"

/** Waits between the tries of one step, in seconds; after the last one the step has failed for good (about a day). */
const waitsSeconds = [1, 5, 15, 30, 60, 300, 900, 1_800, ...Array.from({ length: 22 }, () => 3_600)]

/** How many tries a step gets when there is another way to go on. */
export const triesWithAlternative = 4

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
        execute: options.execute
      })
    )
  return attempt(0)
}
