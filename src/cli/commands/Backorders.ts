import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { BackorderStatus } from "../../domain/backorders/Backorder.ts"
import type { BackorderView } from "../../http/api/Views.ts"
import { OrderId } from "../../http/api/Parameters.ts"
import { withApi } from "../ApiConnection.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { backorderId, given, headers, reason } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"

const columns: ReadonlyArray<Column<BackorderView>> = [
  { title: "backorder", cell: (row) => row.backorderId },
  { title: "status", cell: (row) => row.status },
  { title: "vendor order", cell: (row) => row.vendorOrderId },
  { title: "where", cell: (row) => Object.values(row.locality).join(" ") },
  { title: "quantity", cell: (row) => row.quantity, right: true },
  { title: "received", cell: (row) => row.received, right: true },
  { title: "delivered", cell: (row) => row.delivered, right: true },
  { title: "due", cell: (row) => row.desiredDueAt },
  { title: "checked", cell: (row) => row.checkedAt }
]

const filters = {
  status: Flag.Literals("status", BackorderStatus.literals).pipe(
    Flag.withDescription("Only back-orders in this status"),
    Flag.optional
  ),
  orderId: Flag.String("order-id").pipe(
    Flag.withDescription("Only those of this order"),
    Flag.withSchema(OrderId),
    Flag.optional
  )
}

const list = Command.make(
  "list",
  { output, limit, ...filters },
  Effect.fnUntraced(function* (input) {
    const query = given({ status: input.status, orderId: input.orderId })
    const rows = yield* withApi((api) =>
      readPages(input.limit, (page) => api.backorders.list({ query: { ...page, ...query } }))
    )
    yield* printRows(input.output, columns, rows)
  })
).pipe(
  Command.withDescription("List back-orders, newest first"),
  Command.withExamples([
    { command: "tandem backorders list --order-id 1003", description: "What ticket 1003 waits for" }
  ])
)

const get = Command.make(
  "get",
  { output, backorderId },
  Effect.fnUntraced(function* (input) {
    const params = { backorderId: input.backorderId }
    yield* printOne(input.output, yield* withApi((api) => api.backorders.get({ params })))
  })
).pipe(
  Command.withDescription("Show one back-order"),
  Command.withExamples([{ command: "tandem backorders get 1003-1", description: "The first line of ticket 1003" }])
)

const checkNow = Command.make(
  "check-now",
  { output, backorderId, headers },
  Effect.fnUntraced(function* (input) {
    const params = { backorderId: input.backorderId }
    const state = yield* withApi((api) => api.backorders.checkNow({ params, headers: input.headers }))
    yield* printOne(input.output, state)
  })
).pipe(
  Command.withDescription("Look at the vendor's order now"),
  Command.withExamples([{ command: "tandem backorders check-now 1003-1", description: "Ask instead of waiting" }])
)

const cancel = Command.make(
  "cancel",
  { output, backorderId, reason, headers },
  Effect.fnUntraced(function* (input) {
    const params = { backorderId: input.backorderId }
    const payload = { reason: input.reason }
    const state = yield* withApi((api) => api.backorders.cancel({ params, payload, headers: input.headers }))
    yield* printOne(input.output, state)
  })
).pipe(
  Command.withDescription("Cancel a back-order at the vendor"),
  Command.withExamples([
    { command: "tandem backorders cancel 1003-1 --reason 'customer left'", description: "No longer wanted" }
  ])
)

export const backorders = Command.make("backorders").pipe(
  Command.withDescription("Numbers that no vendor had, and are waited for"),
  Command.withSubcommands([list, get, checkNow, cancel])
)
