import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { NumberStatus, NumberVendor } from "../../domain/numbers/PhoneNumber.ts"
import { AreaCode } from "../../domain/numbers/RequestedLine.ts"
import { OrderId } from "../../http/api/Parameters.ts"
import type { NumberView } from "../../http/api/Views.ts"
import { withApi } from "../ApiConnection.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { e164, given, headers, reason } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"
import { timelineColumns } from "../TimelineColumns.ts"

const columns: ReadonlyArray<Column<NumberView>> = [
  { title: "number", cell: (row) => row.e164 },
  { title: "status", cell: (row) => row.status },
  { title: "vendor", cell: (row) => row.vendor },
  { title: "order", cell: (row) => row.orderId },
  { title: "line", cell: (row) => row.line, right: true },
  { title: "vendor order", cell: (row) => row.vendorOrderId },
  { title: "updated", cell: (row) => row.updatedAt },
  { title: "trouble", cell: (row) => row.inventoryError ?? row.blockError }
]

const filters = {
  status: Flag.Literals("status", NumberStatus.literals).pipe(
    Flag.withDescription("Only numbers in this status"),
    Flag.optional
  ),
  vendor: Flag.Literals("vendor", NumberVendor.literals).pipe(
    Flag.withDescription("Only numbers of this vendor"),
    Flag.optional
  ),
  orderId: Flag.String("order-id").pipe(
    Flag.withDescription("Only those of this order"),
    Flag.withSchema(OrderId),
    Flag.optional
  ),
  areaCode: Flag.String("area-code").pipe(
    Flag.withDescription("Only those of this area code"),
    Flag.withSchema(AreaCode),
    Flag.optional
  )
}

const list = Command.make(
  "list",
  { output, limit, ...filters },
  Effect.fnUntraced(function* ({ areaCode, limit, orderId, output, status, vendor }) {
    const query = given({ areaCode, orderId, status, vendor })
    const rows = yield* withApi((api) => readPages(limit, (page) => api.numbers.list({ query: { ...page, ...query } })))
    yield* printRows(output, columns, rows)
  })
).pipe(
  Command.withDescription("List numbers, in order"),
  Command.withExamples([
    { command: "tandem numbers list --area-code 646 --status blocked", description: "Ours, not yet handed out" }
  ])
)

const get = Command.make(
  "get",
  { output, e164 },
  Effect.fnUntraced(function* (input) {
    const params = { e164: input.e164 }
    yield* printOne(input.output, yield* withApi((api) => api.numbers.get({ params })))
  })
).pipe(
  Command.withDescription("Show one number"),
  Command.withExamples([{ command: "tandem numbers get +16465550123", description: "One number" }])
)

const timeline = Command.make(
  "timeline",
  { output, limit, e164 },
  Effect.fnUntraced(function* (input) {
    const params = { e164: input.e164 }
    const rows = yield* withApi((api) => readPages(input.limit, (query) => api.numbers.timeline({ params, query })))
    yield* printRows(input.output, timelineColumns, rows)
  })
).pipe(
  Command.withDescription("Show all that happened to a number, oldest first"),
  Command.withExamples([{ command: "tandem numbers timeline 6465550123", description: "From search to block" }])
)

const block = Command.make(
  "block",
  { output, e164, headers },
  Effect.fnUntraced(function* (input) {
    const params = { e164: input.e164 }
    yield* printOne(input.output, yield* withApi((api) => api.numbers.block({ params, headers: input.headers })))
  })
).pipe(
  Command.withDescription("Block an active number in the inventory"),
  Command.withExamples([{ command: "tandem numbers block +16465550123", description: "Keep it from being handed out" }])
)

const unblock = Command.make(
  "unblock",
  { output, e164, headers },
  Effect.fnUntraced(function* (input) {
    const params = { e164: input.e164 }
    yield* printOne(input.output, yield* withApi((api) => api.numbers.unblock({ params, headers: input.headers })))
  })
).pipe(
  Command.withDescription("Unblock a blocked number"),
  Command.withExamples([{ command: "tandem numbers unblock +16465550123", description: "Make it available" }])
)

const release = Command.make(
  "release",
  { output, e164, reason, headers },
  Effect.fnUntraced(function* (input) {
    const request = { params: { e164: input.e164 }, payload: { reason: input.reason }, headers: input.headers }
    yield* printOne(input.output, yield* withApi((api) => api.numbers.release(request)))
  })
).pipe(
  Command.withDescription("Give a number back to its vendor"),
  Command.withExamples([
    { command: "tandem numbers release +16465550123 --reason 'ordered by mistake'", description: "Give it back" }
  ])
)

export const numbers = Command.make("numbers").pipe(
  Command.withDescription("The phone numbers"),
  Command.withSubcommands([list, get, timeline, block, unblock, release])
)
