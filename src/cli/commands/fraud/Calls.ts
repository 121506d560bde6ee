import { Console, Effect, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { VerdictAction } from "../../../domain/fraud/Finding.ts"
import { CalledNumber, CallId, GatewayName } from "../../../http/api/CallsApi.ts"
import type { CallSummaryView, CallView } from "../../../http/api/CallViews.ts"
import { Instant } from "../../../http/api/Parameters.ts"
import { withApi } from "../../ApiConnection.ts"
import { output, printOne, printRows } from "../../Output.ts"
import { limit, readPages } from "../../Paging.ts"
import { given } from "../../RequestFlags.ts"
import type { Column } from "../../Table.ts"

const callId = Argument.String("call-id").pipe(
  Argument.withDescription("The call's id, as the switch gave it"),
  Argument.withSchema(CallId)
)

const instant = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withSchema(Instant))

const from = instant("from", "Calls that started then or later, such as 2026-01-31T00:00:00Z")
const to = instant("to", "Calls that started before")

const columns: ReadonlyArray<Column<CallView>> = [
  { title: "started", cell: (row) => row.startedAt },
  { title: "call", cell: (row) => row.callId },
  { title: "from", cell: (row) => row.aNumber },
  { title: "to", cell: (row) => row.bNumber },
  { title: "gateway", cell: (row) => row.gatewayId },
  { title: "verdict", cell: (row) => row.verdict?.action },
  { title: "score", cell: (row) => row.verdict?.score, right: true },
  { title: "found", cell: (row) => row.verdict?.findings.map(({ rule }) => rule).join(", ") },
  { title: "sip", cell: (row) => row.end?.sipCode, right: true },
  { title: "seconds", cell: (row) => (row.end === null ? null : row.end.durationMillis / 1_000), right: true }
]

const number = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withSchema(CalledNumber), Flag.optional)

const filters = {
  from: Flag.optional(from),
  to: Flag.optional(to),
  a: number("a", "Only calls of this caller"),
  b: number("b", "Only calls to this number"),
  gateway: Flag.String("gateway").pipe(
    Flag.withDescription("Only calls through this gateway"),
    Flag.withSchema(GatewayName),
    Flag.optional
  ),
  action: Flag.Literals("action", VerdictAction.literals).pipe(
    Flag.withDescription("Only calls with this verdict"),
    Flag.optional
  ),
  flagged: Flag.Literals("flagged", ["true", "false"]).pipe(
    Flag.withDescription("Only calls in which something was found, or only the others"),
    Flag.optional
  )
}

const list = Command.make(
  "list",
  { output, limit, ...filters },
  Effect.fnUntraced(function* ({ limit, output, ...flags }) {
    const query = given(flags)
    const rows = yield* withApi((api) => readPages(limit, (page) => api.calls.list({ query: { ...page, ...query } })))
    yield* printRows(output, columns, rows)
  })
).pipe(
  Command.withDescription("List screened calls, newest first"),
  Command.withExamples([
    { command: "tandem fraud calls list --b +2348059876543 --flagged true", description: "Who attacked this number" }
  ])
)

const get = Command.make(
  "get",
  { output, callId },
  Effect.fnUntraced(function* (input) {
    const { call } = yield* withApi((api) => api.calls.get({ params: { callId: input.callId } }))
    yield* printOne(input.output, call)
  })
).pipe(
  Command.withDescription("Show one call with its verdict and its CDR"),
  Command.withExamples([{ command: "tandem fraud calls get 7f3a@198.51.100.7", description: "One call" }])
)

const sliceColumns: ReadonlyArray<Column<Omit<CallSummaryView, "from" | "to" | "byAction" | "byGateway"> & Named>> = [
  { title: "of", cell: (row) => row.name },
  { title: "calls", cell: (row) => row.calls, right: true },
  { title: "answered", cell: (row) => row.answered, right: true },
  { title: "flagged", cell: (row) => row.flagged, right: true },
  { title: "unchecked", cell: (row) => row.unchecked, right: true },
  { title: "asr %", cell: (row) => row.asrPercent, right: true },
  { title: "ner %", cell: (row) => row.nerPercent, right: true },
  { title: "acd s", cell: (row) => row.acdSeconds, right: true },
  { title: "masking %", cell: (row) => row.maskingPercent, right: true }
]

interface Named {
  readonly name: string
}

const summary = Command.make(
  "summary",
  { output, from, to },
  Effect.fnUntraced(function* (input) {
    const found = yield* withApi((api) => api.calls.summary({ query: { from: input.from, to: input.to } }))
    if (input.output === "json") return yield* printOne("json", found)
    const rows = [
      { ...found, name: "all calls" },
      ...found.byAction.map((slice) => ({ ...slice, name: `verdict ${slice.action}` })),
      ...found.byGateway.map((slice) => ({ ...slice, name: `gateway ${slice.gatewayId || "unknown"}` }))
    ]
    yield* printRows("table", sliceColumns, rows)
  })
).pipe(
  Command.withDescription("Show the figures of a period of 31 days at most"),
  Command.withExamples([
    {
      command: "tandem fraud calls summary --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z",
      description: "January"
    }
  ])
)

const exportCalls = Command.make(
  "export",
  { from, to },
  Effect.fnUntraced(function* (input) {
    yield* withApi((api) =>
      Effect.flatMap(api.calls.export({ query: { from: input.from, to: input.to } }), (calls) =>
        Stream.runForEach(calls, (call) => Console.log(JSON.stringify(call)))
      )
    )
  })
).pipe(
  Command.withDescription("Write all calls of a period to standard output, one JSON object a line"),
  Command.withExamples([
    {
      command: "tandem fraud calls export --from 2026-01-01T00:00:00Z --to 2026-01-02T00:00:00Z > calls.ndjson",
      description: "A day"
    }
  ])
)

export const calls = Command.make("calls").pipe(
  Command.withDescription("The screened calls"),
  Command.withSubcommands([list, get, summary, exportCalls])
)

export const explain = Command.make(
  "explain",
  { output, callId },
  Effect.fnUntraced(function* (input) {
    const found = yield* withApi((api) => api.calls.get({ params: { callId: input.callId } }))
    if (input.output === "json") return yield* printOne("json", found)
    for (const line of found.words) yield* Console.log(line)
    for (const { alertId, status, type } of found.alerts) yield* Console.log(`Alert ${alertId}: ${type}, ${status}.`)
  })
).pipe(
  Command.withDescription("Say in words what was seen of a call, what was decided and why, and how it ended"),
  Command.withExamples([{ command: "tandem fraud explain 7f3a@198.51.100.7", description: "Why was it refused?" }])
)
