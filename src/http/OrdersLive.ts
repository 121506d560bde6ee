import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { OrderRows } from "../layers/storage/OrderRows.ts"
import { OrderUnknown } from "../domain/orders/Order.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { CreatedCursor, readPage } from "./Paging.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"

export const OrdersLive = HttpApiBuilder.group(
  TandemApi,
  "orders",
  Effect.fnUntraced(function* (handlers) {
    const orders = yield* OrderRows
    return handlers.handleAll({
      list: ({ query }) =>
        readPage({
          query,
          key: CreatedCursor,
          read: (after, limit) => asProblems(orders.list({ status: query.status, after, limit })),
          keyOf: ({ createdAt, orderId }) => ({ createdAt, id: orderId })
        }),
      get: Effect.fnUntraced(function* ({ params: { orderId } }) {
        const order = yield* asProblems(orders.get(orderId))
        return yield* Option.match(order, {
          onNone: () => Effect.fail(problemOf(new OrderUnknown({ orderId }))),
          onSome: Effect.succeed
        })
      })
    })
  })
)
