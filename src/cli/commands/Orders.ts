import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { OrderStatus } from "../../domain/orders/Order.ts"
import type { OrderView } from "../../http/api/Views.ts"
import { withApi } from "../ApiConnection.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { given, headers, orderId } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"

const columns: ReadonlyArray<Column<OrderView>> = [
  { title: "order", cell: (row) => row.orderId },
  { title: "status", cell: (row) => row.status },
  { title: "requested", cell: (row) => row.requested, right: true },
  { title: "ordered", cell: (row) => row.ordered, right: true },
  { title: "added", cell: (row) => row.added, right: true },
  { title: "blocked", cell: (row) => row.blocked, right: true },
  { title: "backordered", cell: (row) => row.backordered, right: true },
  { title: "updated", cell: (row) => row.updatedAt },
  { title: "subject", cell: (row) => row.subject }
]

const status = Flag.Literals("status", OrderStatus.literals).pipe(
  Flag.withDescription("Only orders in this status"),
  Flag.optional
)

const list = Command.make(
  "list",
  { output, limit, status },
  Effect.fnUntraced(function* (input) {
    const query = given({ status: input.status })
    const rows = yield* withApi((api) =>
      readPages(input.limit, (page) => api.orders.list({ query: { ...page, ...query } }))
    )
    yield* printRows(input.output, columns, rows)
  })
).pipe(
  Command.withDescription("List orders, newest first"),
  Command.withExamples([
    { command: "tandem orders list --status backordered", description: "Orders that wait for numbers" }
  ])
)

const get = Command.make(
  "get",
  { output, orderId },
  Effect.fnUntraced(function* (input) {
    const order = yield* withApi((api) => api.orders.get({ params: { orderId: input.orderId } }))
    yield* printOne(input.output, order)
  })
).pipe(
  Command.withDescription("Show one order"),
  Command.withExamples([{ command: "tandem orders get 1002 -o json", description: "Ticket 1002's order as JSON" }])
)

const replay = Command.make(
  "replay",
  { output, orderId, headers },
  Effect.fnUntraced(function* (input) {
    const params = { ticketId: input.orderId }
    const order = yield* withApi((api) => api.tickets.replay({ params, headers: input.headers }))
    yield* printOne(input.output, order)
  })
).pipe(
  Command.withDescription("Run an ignored, failed or waiting ticket again, with its text of today"),
  Command.withExamples([{ command: "tandem orders replay 1002", description: "After the ticket was put right" }])
)

export const orders = Command.make("orders").pipe(
  Command.withDescription("The orders, one for each ticket"),
  Command.withSubcommands([list, get, replay])
)
