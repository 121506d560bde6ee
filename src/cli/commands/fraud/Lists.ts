import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { ListSource } from "../../../domain/fraud/lists/ListEntry.ts"
import { ListKind, ListName } from "../../../domain/fraud/lists/ListValue.ts"
import type { ListEntryView } from "../../../http/api/FraudListsApi.ts"
import { ListValueText } from "../../../http/api/FraudListsApi.ts"
import { Instant, Reason } from "../../../http/api/Parameters.ts"
import { withApi } from "../../ApiConnection.ts"
import { output, printOne, printRows } from "../../Output.ts"
import { limit, readPages } from "../../Paging.ts"
import { given, headers, reason } from "../../RequestFlags.ts"
import type { Column } from "../../Table.ts"
import { importLists } from "./ListsImport.ts"
import { sync } from "./ListsSync.ts"

const columns: ReadonlyArray<Column<ListEntryView>> = [
  { title: "kind", cell: (row) => row.kind },
  { title: "value", cell: (row) => row.value },
  { title: "status", cell: (row) => row.status },
  { title: "reason", cell: (row) => row.reason },
  { title: "source", cell: (row) => row.source },
  { title: "expires", cell: (row) => row.expiresAt },
  { title: "by", cell: (row) => row.by },
  { title: "updated", cell: (row) => row.updatedAt }
]

const listName = Argument.Literals("list", ListName.literals).pipe(Argument.withDescription("block or allow"))
const kind = Argument.Literals("kind", ListKind.literals).pipe(Argument.withDescription("What is listed"))
const value = Argument.String("value").pipe(
  Argument.withDescription("A number (E.164, or as dialled in Nigeria), a prefix, an address or block, a carrier's id"),
  Argument.withSchema(ListValueText)
)

const source = Flag.Literals("source", ListSource.literals).pipe(
  Flag.withDescription("Who wants it listed; manual when it is not given"),
  Flag.optional
)

const add = Command.make(
  "add",
  {
    output,
    list: listName,
    kind,
    value,
    reason,
    source,
    reference: Flag.String("reference").pipe(
      Flag.withDescription("Directive, alert or case that it comes from"),
      Flag.withSchema(Reason),
      Flag.optional
    ),
    expiresAt: Flag.String("expires-at").pipe(
      Flag.withDescription("When it leaves the list by itself, such as 2026-12-31T23:00:00Z"),
      Flag.withSchema(Instant),
      Flag.optional
    ),
    force: Flag.Boolean("force").pipe(Flag.withDescription("Block a whole country, too"), Flag.withDefault(false)),
    headers
  },
  Effect.fnUntraced(function* ({ expiresAt, force, headers, kind, list, output, reason, reference, source, value }) {
    const payload = { kind, value, reason, force, ...given({ expiresAt, reference, source }) }
    const state = yield* withApi((api) => api.fraudLists.add({ params: { list }, payload, headers }))
    yield* printOne(output, state)
  })
).pipe(
  Command.withDescription("Put a value on a list, or say something else of it"),
  Command.withExamples([
    {
      command: "tandem fraud lists add block number 08031234567 --reason 'wangiri, case 77'",
      description: "Block one number"
    },
    { command: "tandem fraud lists add block prefix +882 --reason 'IRSF'", description: "Block a range" }
  ])
)

const remove = Command.make(
  "remove",
  { output, list: listName, kind, value, reason, headers },
  Effect.fnUntraced(function* ({ headers, kind, list, output, reason, value }) {
    const params = { list, kind, value }
    yield* printOne(output, yield* withApi((api) => api.fraudLists.remove({ params, query: { reason }, headers })))
  })
).pipe(
  Command.withDescription("Take a value off a list"),
  Command.withExamples([
    {
      command: "tandem fraud lists remove block number +2348031234567 --reason 'a mistake'",
      description: "Let it pass"
    }
  ])
)

const list = Command.make(
  "list",
  {
    output,
    limit,
    list: listName,
    source,
    kind: Flag.Literals("kind", ListKind.literals).pipe(
      Flag.withDescription("Only entries of this kind"),
      Flag.optional
    ),
    value: Flag.String("value").pipe(
      Flag.withDescription("Only values that begin like this"),
      Flag.withSchema(ListValueText),
      Flag.optional
    ),
    active: Flag.Literals("active", ["true", "false"]).pipe(
      Flag.withDescription("Only entries that are on the list now, or only others"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ active, kind, limit, list, output, source, value }) {
    const query = given({ active, kind, source, value })
    const rows = yield* withApi((api) =>
      readPages(limit, (page) => api.fraudLists.list({ params: { list }, query: { ...page, ...query } }))
    )
    yield* printRows(output, columns, rows)
  })
).pipe(
  Command.withDescription("List the entries of a list, by kind and value"),
  Command.withExamples([
    { command: "tandem fraud lists list block --kind prefix --active true", description: "Ranges blocked now" }
  ])
)

const check = Command.make(
  "check",
  {
    output,
    number: Argument.String("number").pipe(
      Argument.withDescription("A caller's or a called number"),
      Argument.withSchema(ListValueText),
      Argument.optional
    ),
    ip: Flag.String("ip").pipe(
      Flag.withDescription("Address that the call comes from"),
      Flag.withSchema(ListValueText),
      Flag.optional
    ),
    carrier: Flag.String("carrier").pipe(
      Flag.withDescription("Carrier that the call comes from"),
      Flag.withSchema(ListValueText),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ carrier, ip, number, output }) {
    const query = given({ carrier, ip, number })
    yield* printOne(output, yield* withApi((api) => api.fraudLists.check({ query })))
  })
).pipe(
  Command.withDescription("Say what the lists would do with a call, and why"),
  Command.withExamples([
    { command: "tandem fraud lists check +2348031234567 --ip 192.0.2.7", description: "Is this call blocked?" }
  ])
)

const importCommand = Command.make(
  "import",
  {
    output,
    list: listName,
    file: Argument.File("file", { mustExist: true }).pipe(
      Argument.withDescription("CSV (kind,value,reason,expiresAt) or, when it ends in .jsonl, JSON lines")
    ),
    reason,
    source,
    force: Flag.Boolean("force").pipe(Flag.withDescription("Block whole countries, too"), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ file, force, list, output, reason, source }) {
    const defaults = { reason, force, source: Option.getOrElse(source, () => "manual" as const) }
    yield* importLists({ output, list, file, ...defaults })
  })
).pipe(
  Command.withDescription("Put many values on a list; done again, nothing happens twice"),
  Command.withExamples([
    {
      command: "tandem fraud lists import block numbers.csv --reason 'directive 12/26' --source ncc",
      description: "A file"
    }
  ])
)

export const lists = Command.make("lists").pipe(
  Command.withDescription("The block list and the allow list"),
  Command.withSubcommands([add, remove, list, importCommand, sync, check])
)
