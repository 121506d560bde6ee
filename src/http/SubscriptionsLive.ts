import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { SubscriptionDesk } from "../entities/SubscriptionDesk.ts"
import { Deliveries } from "../layers/storage/Deliveries.ts"
import { Subscriptions } from "../layers/storage/Subscriptions.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { DeliveryView, SubscriptionWithSecret } from "./api/SubscriptionsApi.ts"
import { TandemApi } from "./api/TandemApi.ts"
import type { Asked } from "./CommandKeys.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { CreatedCursor, readPage } from "./Paging.ts"
import { asProblems } from "./ProblemDetails.ts"

const callerName = Effect.map(CurrentCaller, ({ name }) => name)

export const SubscriptionsLive = HttpApiBuilder.group(
  TandemApi,
  "subscriptions",
  Effect.fnUntraced(function* (handlers) {
    const desk = yield* SubscriptionDesk
    const subscriptions = yield* Subscriptions
    const deliveries = yield* Deliveries
    const keys = yield* CommandKeys

    return handlers.handleAll({
      create: Effect.fnUntraced(function* ({ headers, payload }) {
        const by = yield* callerName
        return yield* keys.once(asked("create", "", headers, payload), SubscriptionWithSecret, () =>
          asProblems(desk.create(by, payload))
        )
      }),
      list: ({ query }) =>
        readPage({
          query,
          key: CreatedCursor,
          read: (after, limit) => asProblems(subscriptions.list({ after, limit })),
          keyOf: ({ createdAt, subscriptionId }) => ({ createdAt, id: subscriptionId })
        }),
      get: ({ params }) => asProblems(subscriptions.get(params.subscriptionId)),
      change: Effect.fnUntraced(function* ({ params, payload }) {
        return yield* asProblems(desk.change(yield* callerName, params.subscriptionId, payload))
      }),
      remove: Effect.fnUntraced(function* ({ params }) {
        return yield* asProblems(desk.remove(yield* callerName, params.subscriptionId))
      }),
      rotateSecret: Effect.fnUntraced(function* ({ headers, params: { subscriptionId } }) {
        const by = yield* callerName
        return yield* keys.once(asked("rotateSecret", subscriptionId, headers), SubscriptionWithSecret, () =>
          asProblems(desk.rotateSecret(by, subscriptionId))
        )
      }),
      test: ({ headers, params: { subscriptionId } }) =>
        keys.once(asked("test", subscriptionId, headers), DeliveryView, () => asProblems(desk.test(subscriptionId))),
      deliveries: Effect.fnUntraced(function* ({ params: { subscriptionId }, query }) {
        yield* asProblems(subscriptions.get(subscriptionId))
        return yield* readPage({
          query,
          key: CreatedCursor,
          read: (after, limit) => asProblems(deliveries.list({ subscriptionId, status: query.status, after, limit })),
          keyOf: ({ createdAt, deliveryId }) => ({ createdAt, id: deliveryId })
        })
      }),
      replay: ({ headers, params: { deliveryId, subscriptionId } }) =>
        keys.once(asked("replay", deliveryId, headers), DeliveryView, () =>
          asProblems(deliveries.replay(subscriptionId, deliveryId))
        )
    })
  })
)

const asked = (
  operation: string,
  target: string,
  headers: { readonly "idempotency-key"?: string | undefined },
  body?: unknown
): Asked => ({ operation: `subscriptions.${operation}`, target, body, idempotencyKey: headers["idempotency-key"] })
