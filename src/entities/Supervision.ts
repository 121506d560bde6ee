import { Cause, Effect, Metric, Queue, Schedule } from "effect"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import { CommandParked } from "../domain/journal/CommandErrors.ts"
import { longestCause } from "../domain/journal/DeadLetter.ts"
import { DeadLetters } from "../layers/storage/DeadLetters.ts"

/** How often a command that dies of a defect is tried before it is parked. */
export const maxCommandTries = 3

const restarts = Metric.counter("tandem_fiber_restarts", {
  description: "Background fibers of entities that died of a defect and were started again",
  incremental: true
})
const parked = Metric.counter("tandem_commands_parked", {
  description: "Commands that went to the dead letters",
  incremental: true
})

const betweenTries = Schedule.exponential("100 millis", 3)

// 0.5 s, 1 s, 2 s … at most 30 s.
const betweenRestarts = Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("30 seconds")])

/** Keeps a background fiber of an entity alive: a defect is logged, counted, and the fiber starts again after a while. */
export const supervised = <R>(name: string, effect: Effect.Effect<never, never, R>) =>
  effect.pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.logError("a background fiber died and starts again", cause).pipe(
            Effect.annotateLogs({ fiber: name }),
            Effect.andThen(Metric.update(restarts, 1)),
            Effect.andThen(Effect.fail("restart" as const))
          )
    ),
    Effect.retry(betweenRestarts),
    Effect.catch(() => Effect.never),
    Effect.forkScoped
  )

/**
 * A supervised fiber that tends its entity whenever it is nudged; nudges that come while it works become one. A failure
 * is logged with `warning`. Gives the nudge.
 */
export const tended = Effect.fnUntraced(function* <Nudge, E, R>(
  name: string,
  tend: (nudge: Nudge) => Effect.Effect<void, E, R>,
  warning: string
) {
  const nudges = yield* Queue.sliding<Nudge>(1)
  yield* supervised(
    name,
    Queue.take(nudges).pipe(
      Effect.flatMap(tend),
      Effect.catch((error) => Effect.logWarning(warning, error)),
      Effect.forever
    )
  )
  return (nudge: Nudge) => Effect.asVoid(Queue.offer(nudges, nudge))
})

interface CommandName {
  readonly entityType: string
  readonly entityId: string
  readonly command: string
}

/**
 * Runs a command so that a defect in it neither kills the entity nor comes back for ever: after
 * {@link maxCommandTries} tries it is parked in the dead letters with its cause, and the caller is told.
 */
export const parkingPoison = <A, E, R>(
  name: CommandName,
  payload: unknown,
  run: Effect.Effect<A, E, R>
): Effect.Effect<A, E | CommandParked | JournalUnavailable, R | DeadLetters> => {
  const died = Symbol()
  return run.pipe(
    Effect.catchDefect((defect) => Effect.fail({ [died]: defect } as const)),
    Effect.retry({
      schedule: betweenTries,
      times: maxCommandTries - 1,
      while: (error) => typeof error === "object" && error !== null && died in error
    }),
    Effect.catch((error): Effect.Effect<never, E | CommandParked | JournalUnavailable, DeadLetters> => {
      if (!(typeof error === "object" && error !== null && died in error)) return Effect.fail(error as E)
      const cause = Cause.pretty(Cause.die(error[died])).slice(0, longestCause)
      return Effect.gen(function* () {
        const letters = yield* DeadLetters
        const deadLetterId = yield* letters.park({ ...name, payload, cause, tries: maxCommandTries })
        yield* Metric.update(parked, 1)
        yield* Effect.logError("a command was parked").pipe(Effect.annotateLogs({ ...name, deadLetterId, cause }))
        return yield* new CommandParked({ ...name, deadLetterId })
      })
    })
  )
}
