import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import type { JournalEvent } from "../../domain/journal/JournalEvent.ts"
import { EntityName } from "../../http/api/Parameters.ts"
import { followEvents } from "../FollowEvents.ts"
import type { OutputFormat } from "../Output.ts"
import { output } from "../Output.ts"
import { given } from "../RequestFlags.ts"

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
  entityType: entityName(
    "entity-type",
    "Only events of this type of actor: such as Order, PhoneNumber, Backorder or FraudAlert"
  ),
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
    const after = Option.getOrUndefined(input.after) ?? (input.follow ? undefined : 0)
    yield* followEvents({ filter, after, follow: input.follow, show: (event) => print(input.output, event) })
  })
).pipe(
  Command.withDescription("Show the journal's events: one line each, or one JSON object a line"),
  Command.withExamples([
    { command: "tandem events --follow", description: "Everything, from now on" },
    { command: "tandem events --after 0 --entity-id 1002 -o json", description: "Ticket 1002's history" }
  ])
)
