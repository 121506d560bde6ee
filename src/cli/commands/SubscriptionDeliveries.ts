import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { DeliveryStatus } from "../../domain/subscriptions/Subscription.ts"
import type { DeliveryView } from "../../http/api/SubscriptionsApi.ts"
import { DeliveryId, SubscriptionId } from "../../http/api/SubscriptionsApi.ts"
import { withApi } from "../ApiConnection.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { given, headers } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"

const columns: ReadonlyArray<Column<DeliveryView>> = [
  { title: "delivery", cell: (row) => row.deliveryId },
  { title: "kind", cell: (row) => row.kind },
  { title: "alert", cell: (row) => row.alertId },
  { title: "status", cell: (row) => row.status },
  { title: "tries", cell: (row) => row.tries, right: true },
  { title: "next", cell: (row) => row.dueAt },
  { title: "answer", cell: (row) => row.lastStatus, right: true },
  { title: "trouble", cell: (row) => row.lastError }
]

const subscriptionId = Argument.String("subscription-id").pipe(
  Argument.withDescription("The subscription's id, sub_…"),
  Argument.withSchema(SubscriptionId)
)

export const test = Command.make(
  "test",
  { output, subscriptionId, headers },
  Effect.fnUntraced(function* (input) {
    const request = { params: { subscriptionId: input.subscriptionId }, headers: input.headers }
    yield* printOne(input.output, yield* withApi((api) => api.subscriptions.test(request)))
  })
).pipe(
  Command.withDescription("Send a message that says nothing, to see whether it arrives"),
  Command.withExamples([
    { command: "tandem subscriptions test sub_0123456789abcdef", description: "Is anybody there?" }
  ])
)

export const deliveries = Command.make(
  "deliveries",
  {
    output,
    limit,
    subscriptionId,
    status: Flag.Literals("status", DeliveryStatus.literals).pipe(
      Flag.withDescription("Only deliveries in this status"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const params = { subscriptionId: input.subscriptionId }
    const filter = given({ status: input.status })
    const rows = yield* withApi((api) =>
      readPages(input.limit, (page) => api.subscriptions.deliveries({ params, query: { ...page, ...filter } }))
    )
    yield* printRows(input.output, columns, rows)
  })
).pipe(
  Command.withDescription("List what was sent, newest first, and how that went"),
  Command.withExamples([
    { command: "tandem subscriptions deliveries sub_0123456789abcdef --status dead", description: "What never arrived" }
  ])
)

export const replay = Command.make(
  "replay",
  {
    output,
    subscriptionId,
    deliveryId: Argument.String("delivery-id").pipe(
      Argument.withDescription("The delivery's id, msg_…"),
      Argument.withSchema(DeliveryId)
    ),
    headers
  },
  Effect.fnUntraced(function* ({ deliveryId, headers, output, subscriptionId }) {
    const request = { params: { deliveryId, subscriptionId }, headers }
    yield* printOne(output, yield* withApi((api) => api.subscriptions.replay(request)))
  })
).pipe(
  Command.withDescription("Send a message again"),
  Command.withExamples([
    {
      command: "tandem subscriptions replay sub_0123456789abcdef msg_sub_0123456789abcdef_42",
      description: "The receiver lost it"
    }
  ])
)
