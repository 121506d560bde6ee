import { Console, Effect, Option, Schedule, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import type { JournalEvent } from "../../domain/journal/JournalEvent.ts"
import { EntityName } from "../../http/api/Parameters.ts"
import { isProblem } from "../../http/Problem.ts"
import { withApi } from "../ApiConnection.ts"
import type { OutputFormat } from "../Output.ts"
import { output } from "../Output.ts"
import { given } from "../RequestFlags.ts"

/** Without `--follow`, the list ends when no event has come for this long. */
const quietMillis = 1_000

const reconnect = Schedule.spaced("1 second")

const entityName = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withSchema(EntityName), Flag.optional)

const flags = {
  output,
  follow: Flag.Boolean("follow").pipe(
    Flag.withAlias("f"),
    Flag.withDescription("Go on with events as they are committed"),
    Flag.withDefault(false)
  ),
  after: Flag.Int("after").pipe(
    Flag.withDescription("Begin after this position of the journal; without it, --follow begins with the next event"),
    Flag.withSchema(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
    Flag.optional
  ),
  entityType: entityName("entity-type", "Only events of this type of actor: Order, PhoneNumber or Backorder"),
  entityId: entityName("entity-id", "Only events of the actor with this id")
}

const lineOf = (event: JournalEvent) =>
  `${event.position}  ${event.occurredAt}  ${event.entityType}/${event.entityId}  ${event.type}`

const print = (format: OutputFormat, event: JournalEvent) =>
  Console.log(format === "json" ? JSON.stringify(event) : lineOf(event))

export const events = Command.make(
  "events",
  flags,
  Effect.fnUntraced(function* (input) {
    const filter = given({ entityType: input.entityType, entityId: input.entityId })
    let after = Option.getOrUndefined(input.after) ?? (input.follow ? undefined : 0)
    let connected = false
    const show = (event: JournalEvent) => {
      after = event.position
      return print(input.output, event)
    }

    yield* withApi((api) => {
      const once = Effect.gen(function* () {
        const query = { ...filter, ...(after === undefined ? {} : { after }) }
        const stream = yield* api.events.follow({ query, headers: {} })
        connected = true
        yield* Stream.runForEach(input.follow ? stream : Stream.timeout(stream, quietMillis), show)
      })
      if (!input.follow) return once
      // A plane that was reached and went away is waited for; one that never answered is not.
      return Effect.andThen(once, Effect.fail("the stream ended")).pipe(
        Effect.tapError(() => (connected ? Console.error("the stream ended; connecting again") : Effect.void)),
        Effect.retry({ schedule: reconnect, while: (error) => connected && !isProblem(error) })
      )
    })
  })
).pipe(
  Command.withDescription("Show the journal's events: one line each, or one JSON object a line"),
  Command.withExamples([
    { command: "tandem events --follow", description: "Everything, from now on" },
    { command: "tandem events --after 0 --entity-id 1002 -o json", description: "Ticket 1002's history" }
  ])
)
