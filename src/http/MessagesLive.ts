import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import type { MessageRecord } from "../domain/messaging/Message.ts"
import { MessageDesk } from "../entities/MessageDesk.ts"
import { MessageRows } from "../layers/storage/MessageRows.ts"
import { MessageReplays } from "../layers/storage/messages/MessageReplays.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { MessagesReplayed, MessageView } from "./api/MessagesApi.ts"
import { TandemApi } from "./api/TandemApi.ts"
import type { Asked } from "./CommandKeys.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { readPage } from "./Paging.ts"
import { asProblems } from "./ProblemDetails.ts"

/** A message's place, as the cursors of lists hold it. */
export const SeqCursor = Schema.String.check(Schema.isPattern(/^\d{1,18}$/))

interface Wanted {
  readonly status?: MessageView["status"]
  readonly clientId?: string
  readonly domain?: string
  readonly from?: string
  readonly to?: string
  readonly senderNumber?: string
  readonly limit?: number
  readonly cursor?: string
}

const filterOf = ({ clientId, domain, from, senderNumber, status, to }: Wanted) => ({
  ...(status === undefined ? {} : { status }),
  ...(clientId === undefined ? {} : { clientId }),
  ...(domain === undefined ? {} : { domain }),
  ...(senderNumber === undefined ? {} : { senderNumber }),
  ...(from === undefined ? {} : { fromMillis: Date.parse(from) }),
  ...(to === undefined ? {} : { toMillis: Date.parse(to) })
})

export const viewOfMessage = ({ keyVersion: _, senderMasked, seq: __, ...record }: MessageRecord): MessageView => ({
  ...record,
  sender: senderMasked
})

const asked = (
  operation: string,
  target: string,
  headers: { readonly "idempotency-key"?: string | undefined },
  body?: unknown
): Asked => ({ operation: `messages.${operation}`, target, body, idempotencyKey: headers["idempotency-key"] })

const callerName = Effect.map(CurrentCaller, ({ name }) => name)

export const MessagesLive = HttpApiBuilder.group(
  TandemApi,
  "messages",
  Effect.fnUntraced(function* (handlers) {
    const desk = yield* MessageDesk
    const rows = yield* MessageRows
    const replays = yield* MessageReplays
    const keys = yield* CommandKeys

    const list = Effect.fnUntraced(function* (wanted: Wanted) {
      const page = yield* readPage({
        query: wanted,
        key: SeqCursor,
        read: (before, limit) => asProblems(rows.list({ filter: filterOf(wanted), before, limit })),
        keyOf: ({ seq }: MessageRecord) => seq
      })
      return { ...page, items: page.items.map(viewOfMessage) }
    })

    return handlers.handleAll({
      list: ({ query }) => list(query),
      search: ({ payload }) => list(payload),
      stats: () => Effect.map(asProblems(replays.figures), (items) => ({ items })),
      get: ({ params }) => Effect.map(asProblems(desk.get(params.messageId.toLowerCase())), viewOfMessage),
      body: Effect.fnUntraced(function* ({ params }) {
        const by = yield* callerName
        const { content, record } = yield* asProblems(desk.readBody(by, params.messageId.toLowerCase()))
        const { clientId, domain, messageId } = record
        const { body, metadata, sender } = content
        return { messageId, clientId, domain, senderNumber: sender, body, metadata }
      }),
      replay: Effect.fnUntraced(function* ({ headers, params }) {
        const by = yield* callerName
        const messageId = params.messageId.toLowerCase()
        return yield* keys.once(asked("replay", messageId, headers), MessageView, () =>
          Effect.map(asProblems(desk.replay(by, messageId)), viewOfMessage)
        )
      }),
      replayMany: Effect.fnUntraced(function* ({ headers, payload }) {
        const by = yield* callerName
        return yield* keys.once(asked("replayMany", "", headers, payload), MessagesReplayed, () =>
          Effect.map(asProblems(desk.replayMany(by, payload)), (replayed) => ({ replayed }))
        )
      })
    })
  })
)
