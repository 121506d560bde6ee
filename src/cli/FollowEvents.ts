import { Console, Effect, Schedule, Stream } from "effect"
import type { JournalEvent } from "../domain/journal/JournalEvent.ts"
import { isProblem } from "../http/Problem.ts"
import { withApi } from "./ApiConnection.ts"

/** Without `follow`, the stream ends when no event has come for this long. */
const quietMillis = 1_000

const reconnect = Schedule.spaced("1 second")

/** Shows the journal's events after a position; with `follow`, for ever, also when the plane goes away and comes back. */
export const followEvents = Effect.fnUntraced(function* (asked: {
  readonly filter: { readonly entityType?: string; readonly entityId?: string }
  /** Absent: those that are committed from now on. */
  readonly after: number | undefined
  readonly follow: boolean
  readonly show: (event: JournalEvent) => Effect.Effect<void>
}) {
  let { after } = asked
  let connected = false
  const show = (event: JournalEvent) => {
    after = event.position
    return asked.show(event)
  }

  yield* withApi((api) => {
    const once = Effect.gen(function* () {
      const query = { ...asked.filter, ...(after === undefined ? {} : { after }) }
      const stream = yield* api.events.follow({ query, headers: {} })
      connected = true
      yield* Stream.runForEach(asked.follow ? stream : Stream.timeout(stream, quietMillis), show)
    })
    if (!asked.follow) return once
    // A plane that was reached and went away is waited for; one that never answered is not.
    return Effect.andThen(once, Effect.fail("the stream ended")).pipe(
      Effect.tapError(() => (connected ? Console.error("the stream ended; connecting again") : Effect.void)),
      Effect.retry({ schedule: reconnect, while: (error) => connected && !isProblem(error) })
    )
  })
})
