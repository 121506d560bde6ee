import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { DeadLetterId } from "../../http/api/Parameters.ts"
import type { DeadLetterView } from "../../http/api/Views.ts"
import { withApi } from "../ApiConnection.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { headers } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"

const columns: ReadonlyArray<Column<DeadLetterView>> = [
  { title: "id", cell: (row) => row.id, right: true },
  { title: "actor", cell: (row) => `${row.entityType}/${row.entityId}` },
  { title: "command", cell: (row) => row.command },
  { title: "tries", cell: (row) => row.tries, right: true },
  { title: "parked", cell: (row) => row.parkedAt },
  { title: "replayed", cell: (row) => row.replayedAt },
  { title: "cause", cell: (row) => row.cause }
]

const deadLetterId = Argument.String("id").pipe(
  Argument.withDescription("The dead letter's id"),
  Argument.withSchema(DeadLetterId)
)

const list = Command.make(
  "list",
  { output, limit },
  Effect.fnUntraced(function* (input) {
    const rows = yield* withApi((api) => readPages(input.limit, (query) => api.deadLetters.list({ query })))
    yield* printRows(input.output, columns, rows)
  })
).pipe(
  Command.withDescription("List dead letters, oldest first"),
  Command.withExamples([{ command: "tandem dead-letters list -o json", description: "With payloads and whole causes" }])
)

const replay = Command.make(
  "replay",
  { output, deadLetterId, headers },
  Effect.fnUntraced(function* (input) {
    const params = { deadLetterId: input.deadLetterId }
    const letter = yield* withApi((api) => api.deadLetters.replay({ params, headers: input.headers }))
    yield* printOne(input.output, letter)
  })
).pipe(
  Command.withDescription("Send a parked command to its actor once more"),
  Command.withExamples([{ command: "tandem dead-letters replay 7", description: "After its cause was removed" }])
)

export const deadLetters = Command.make("dead-letters").pipe(
  Command.withDescription("Commands that failed as often as they may be tried"),
  Command.withSubcommands([list, replay])
)
