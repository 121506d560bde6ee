import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { MessageStatus } from "../../domain/messaging/Message.ts"
import { SenderNumber } from "../../domain/messaging/SenderNumber.ts"
import type { MessageStats, MessageView } from "../../http/api/MessagesApi.ts"
import { MessageId, MessageName } from "../../http/api/MessagesApi.ts"
import { Instant } from "../../http/api/Parameters.ts"
import { withApi } from "../ApiConnection.ts"
import { CliFailure } from "../CliFailure.ts"
import { exitCodes } from "../ExitCodes.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { given, headers } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"

const columns: ReadonlyArray<Column<MessageView>> = [
  { title: "message", cell: (row) => row.messageId },
  { title: "client", cell: (row) => row.clientId },
  { title: "domain", cell: (row) => row.domain },
  { title: "sender", cell: (row) => row.sender },
  { title: "status", cell: (row) => row.status },
  { title: "attempts", cell: (row) => row.attempts, right: true },
  { title: "queued", cell: (row) => row.queuedAt },
  { title: "delivered", cell: (row) => row.deliveredAt },
  { title: "error", cell: (row) => row.error }
]

const statsColumns: ReadonlyArray<Column<(typeof MessageStats.Type)["items"][number]>> = [
  { title: "domain", cell: (row) => row.domain },
  { title: "queued", cell: (row) => row.queued, right: true },
  { title: "processing", cell: (row) => row.processing, right: true },
  { title: "failed", cell: (row) => row.failed, right: true },
  { title: "dead", cell: (row) => row.dead, right: true },
  { title: "accepted last hour", cell: (row) => row.acceptedLastHour, right: true },
  { title: "delivered", cell: (row) => row.deliveredLastHour, right: true },
  { title: "oldest waiting", cell: (row) => row.oldestQueuedAt }
]

const messageId = Argument.String("message-id").pipe(
  Argument.withDescription("The message's id, a UUID"),
  Argument.withSchema(MessageId)
)

const clientId = Flag.String("client").pipe(
  Flag.withDescription("Only messages of this client"),
  Flag.withSchema(MessageName),
  Flag.optional
)
const domain = Flag.String("domain").pipe(
  Flag.withDescription("Only messages of this domain"),
  Flag.withSchema(MessageName),
  Flag.optional
)
const instant = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withSchema(Instant), Flag.optional)

const list = Command.make(
  "list",
  {
    output,
    limit,
    clientId,
    domain,
    status: Flag.Literals("status", MessageStatus.literals).pipe(
      Flag.withDescription("Only messages with this status; failed and dead ones are the dead letters"),
      Flag.optional
    ),
    sender: Flag.String("sender").pipe(
      Flag.withDescription("Only messages of this number, E.164"),
      Flag.withSchema(SenderNumber),
      Flag.optional
    ),
    from: instant("from", "Only messages that were taken in from then on, such as 2026-01-31T00:00:00Z"),
    to: instant("to", "Only messages that were taken in before")
  },
  Effect.fnUntraced(function* ({ clientId, domain, from, limit, output, sender, status, to }) {
    const filter = given({ clientId, domain, from, status, to })
    const rows = yield* withApi((api) =>
      readPages(limit, (page) =>
        Option.match(sender, {
          onNone: () => api.messages.list({ query: { ...page, ...filter } }),
          onSome: (senderNumber) => api.messages.search({ payload: { ...page, ...filter, senderNumber } })
        })
      )
    )
    yield* printRows(output, columns, rows)
  })
).pipe(
  Command.withDescription("List messages, newest first, their senders masked"),
  Command.withExamples([
    { command: "tandem messages list --status dead", description: "What was given up" },
    { command: "tandem messages list --sender +2348031234567", description: "What became of one sender's" }
  ])
)

const show = Command.make(
  "show",
  { output, messageId },
  Effect.fnUntraced(function* (input) {
    const params = { messageId: input.messageId }
    yield* printOne(input.output, yield* withApi((api) => api.messages.get({ params })))
  })
).pipe(
  Command.withDescription("Show one message, without its text"),
  Command.withExamples([
    { command: "tandem messages show 0b6f2c1e-5d0f-4c52-9d3c-8f1f0a2b3c4d", description: "How its delivery goes" }
  ])
)

const read = Command.make(
  "read",
  { output, messageId },
  Effect.fnUntraced(function* (input) {
    const params = { messageId: input.messageId }
    yield* printOne(input.output, yield* withApi((api) => api.messages.body({ params })))
  })
).pipe(
  Command.withDescription("Show what a message says; the journal notes who read it"),
  Command.withExamples([
    { command: "tandem messages read 0b6f2c1e-5d0f-4c52-9d3c-8f1f0a2b3c4d", description: "With an admin's key" }
  ])
)

const replay = Command.make(
  "replay",
  {
    output,
    headers,
    clientId,
    domain,
    messageId: messageId.pipe(Argument.optional),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("All that failed or are dead, or those that the other flags name; 10,000 at most"),
      Flag.withDefault(false)
    ),
    status: Flag.Literals("status", ["failed", "dead"]).pipe(
      Flag.withDescription("With --all: only those with this status"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ all, clientId, domain, headers, messageId, output, status }) {
    if (all === Option.isSome(messageId)) {
      return yield* CliFailure.of(exitCodes.usage, "give the id of one message, or --all")
    }
    if (Option.isSome(messageId)) {
      const params = { messageId: messageId.value }
      return yield* printOne(output, yield* withApi((api) => api.messages.replay({ params, headers })))
    }
    const payload = given({ clientId, domain, status })
    yield* printOne(output, yield* withApi((api) => api.messages.replayMany({ payload, headers })))
  })
).pipe(
  Command.withDescription("Deliver what failed or is dead once more"),
  Command.withExamples([
    { command: "tandem messages replay --all --domain default --status dead", description: "The receiver is back" }
  ])
)

const stats = Command.make(
  "stats",
  { output },
  Effect.fnUntraced(function* (input) {
    const { items } = yield* withApi((api) => api.messages.stats())
    yield* printRows(input.output, statsColumns, items)
  })
).pipe(
  Command.withDescription("Count what waits, failed and is dead, domain by domain"),
  Command.withExamples([{ command: "tandem messages stats", description: "Whether something piles up" }])
)

export const messages = Command.make("messages").pipe(
  Command.withDescription("Messages that clients handed in"),
  Command.withSubcommands([list, show, read, replay, stats])
)
