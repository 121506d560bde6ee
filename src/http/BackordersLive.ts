import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { BackorderUnknown } from "../domain/backorders/Backorder.ts"
import { Backorder } from "../entities/Backorder.ts"
import { BackorderRows } from "../layers/storage/BackorderRows.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { CreatedCursor, readPage } from "./Paging.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"

export const BackordersLive = HttpApiBuilder.group(
  TandemApi,
  "backorders",
  Effect.fnUntraced(function* (handlers) {
    const backorders = yield* BackorderRows
    const keys = yield* CommandKeys
    const clientFor = yield* Backorder.client
    return handlers.handleAll({
      list: ({ query }) =>
        readPage({
          query,
          key: CreatedCursor,
          read: (after, limit) =>
            asProblems(backorders.list({ status: query.status, orderId: query.orderId, after, limit })),
          keyOf: ({ createdAt, backorderId }) => ({ createdAt, id: backorderId })
        }),
      get: Effect.fnUntraced(function* ({ params: { backorderId } }) {
        const backorder = yield* asProblems(backorders.get(backorderId))
        return yield* Option.match(backorder, {
          onNone: () => Effect.fail(problemOf(new BackorderUnknown({ backorderId }))),
          onSome: Effect.succeed
        })
      }),
      checkNow: Effect.fnUntraced(function* ({ params: { backorderId }, headers }) {
        const commandKey = yield* keys.keyFor({
          operation: "backorders.checkNow",
          target: backorderId,
          idempotencyKey: headers["idempotency-key"]
        })
        return yield* askEntity(clientFor(backorderId).CheckNow({ commandKey, trigger: "operator" }))
      }),
      cancel: Effect.fnUntraced(function* ({ params: { backorderId }, headers, payload }) {
        const commandKey = yield* keys.keyFor({
          operation: "backorders.cancel",
          target: backorderId,
          body: payload,
          idempotencyKey: headers["idempotency-key"]
        })
        return yield* askEntity(clientFor(backorderId).Cancel({ commandKey, reason: payload.reason }))
      })
    })
  })
)
