import { Clock, Effect, Schedule } from "effect"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { Journal } from "./Journal.ts"
import type { Changes } from "./JournalChanges.ts"
import { JournalChanges } from "./JournalChanges.ts"

/** How long the journal is left alone after it had nothing new. */
const idleMillis = 150

// 0.1 s, 0.2 s, 0.4 s … at most 2 s, and without end.
const whileAway = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("2 seconds")])

/** A copy of something that the journal knows, kept in this node's memory. */
export interface JournalCopy {
  /** As the log calls it. */
  readonly name: string
  readonly entityTypes: ReadonlyArray<string>
  /** Reads all that there is. */
  readonly load: Effect.Effect<unknown, JournalUnavailable>
  /** Brings the copy up to what changed; told the same again when it fails. */
  readonly refresh: (changed: Changes["changed"]) => Effect.Effect<unknown, JournalUnavailable>
  /** How long ago the copy was known to be what the journal has. */
  readonly behind?: (millis: number) => Effect.Effect<void>
}

/**
 * Loads a copy, waiting for the database as long as that takes, and lets it follow the journal in the background for ever.
 * While the journal cannot be read, the copy stays as it was.
 */
export const followJournal = Effect.fnUntraced(function* ({ entityTypes, load, name, refresh, ...copy }: JournalCopy) {
  const journal = yield* Journal
  const changes = yield* JournalChanges
  const whenBack = <A>(effect: Effect.Effect<A, JournalUnavailable>, onAway: Effect.Effect<void> = Effect.void) =>
    effect.pipe(
      Effect.tapError((error) =>
        Effect.andThen(onAway, Effect.logWarning(`${name} of this node wait for the journal`, error))
      ),
      Effect.retry(whileAway),
      Effect.orDie
    )

  // Taken before the first row was read: whatever changes while rows are read is looked at again afterwards.
  let position = yield* whenBack(journal.lastPosition)
  yield* whenBack(load)
  let seenAtMillis = yield* Clock.currentTimeMillis

  const tellLag = Effect.gen(function* () {
    if (copy.behind) yield* copy.behind((yield* Clock.currentTimeMillis) - seenAtMillis)
  })

  const step = Effect.gen(function* () {
    const { changed, position: reached } = yield* changes.after(position, entityTypes)
    if (changed.length > 0) yield* refresh(changed)
    const moved = reached > position
    position = reached
    return moved
  })

  const look = Effect.gen(function* () {
    const startedAtMillis = yield* Clock.currentTimeMillis
    const moved = yield* whenBack(step, tellLag)
    seenAtMillis = startedAtMillis
    yield* tellLag
    if (!moved) yield* Effect.sleep(idleMillis)
  })

  yield* look.pipe(
    Effect.catchDefect((defect) =>
      Effect.andThen(
        Effect.logError(`${name} of this node could not follow the journal`, defect),
        Effect.sleep("1 second")
      )
    ),
    Effect.forever,
    Effect.forkScoped
  )
})
