import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { NanpE164 } from "../domain/numbers/E164.ts"
import { NumberUnknown } from "../domain/numbers/PhoneNumber.ts"
import { PhoneNumber } from "../entities/PhoneNumber.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { NumberRows } from "../layers/storage/NumberRows.ts"
import { TandemApi } from "./api/TandemApi.ts"
import type { Asked } from "./CommandKeys.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { numberEventSummary } from "./NumberEventSummary.ts"
import { readPage, VersionCursor } from "./Paging.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"

export const NumbersLive = HttpApiBuilder.group(
  TandemApi,
  "numbers",
  Effect.fnUntraced(function* (handlers) {
    const numbers = yield* NumberRows
    const journal = yield* Journal
    const keys = yield* CommandKeys
    const clientFor = yield* PhoneNumber.client

    const known = Effect.fnUntraced(function* (e164: string) {
      const number = yield* asProblems(numbers.get(e164))
      return yield* Option.match(number, {
        onNone: () => Effect.fail(problemOf(new NumberUnknown({ e164 }))),
        onSome: Effect.succeed
      })
    })

    return handlers.handleAll({
      list: ({ query }) =>
        readPage({
          query,
          key: NanpE164,
          read: (afterE164, limit) => asProblems(numbers.list({ filter: query, afterE164, limit })),
          keyOf: ({ e164 }) => e164
        }),
      get: ({ params }) => known(params.e164),
      timeline: Effect.fnUntraced(function* ({ params: { e164 }, query }) {
        const { orderId } = yield* known(e164)
        const page = yield* readPage({
          query,
          key: VersionCursor,
          read: (after, limit) =>
            asProblems(journal.history(PhoneNumber.type, e164, { afterVersion: after ?? 0, limit })),
          keyOf: ({ version }) => version
        })
        const items = page.items.map((event) => ({ ...event, summary: numberEventSummary(event) }))
        return { e164, orderId, ...page, items }
      }),
      block: Effect.fnUntraced(function* ({ params: { e164 }, headers }) {
        const commandKey = yield* keys.keyFor(asked("numbers.block", e164, headers))
        return yield* askEntity(clientFor(e164).Block({ commandKey }))
      }),
      unblock: Effect.fnUntraced(function* ({ params: { e164 }, headers }) {
        const commandKey = yield* keys.keyFor(asked("numbers.unblock", e164, headers))
        return yield* askEntity(clientFor(e164).Unblock({ commandKey }))
      }),
      release: Effect.fnUntraced(function* ({ params: { e164 }, headers, payload }) {
        const commandKey = yield* keys.keyFor(asked("numbers.release", e164, headers, payload))
        return yield* askEntity(clientFor(e164).Release({ commandKey, reason: payload.reason }))
      })
    })
  })
)

const asked = (
  operation: string,
  target: string,
  headers: { readonly "idempotency-key"?: string | undefined },
  body?: unknown
): Asked => ({ operation, target, body, idempotencyKey: headers["idempotency-key"] })
