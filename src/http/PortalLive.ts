import { Effect, Option, Redacted } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { mayReadText, seesMessagesOf } from "../domain/access/PortalRights.ts"
import type { MessageRecord } from "../domain/messaging/Message.ts"
import { isSenderNumber } from "../domain/messaging/SenderNumber.ts"
import { MessageDesk, MessageUnknown } from "../entities/MessageDesk.ts"
import { PortalPasswordDesk } from "../entities/PortalPasswordDesk.ts"
import { MessageRows } from "../layers/storage/MessageRows.ts"
import type { MessageView } from "./api/MessagesApi.ts"
import { CurrentUser } from "./api/PortalAuthorization.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { SeqCursor, viewOfMessage } from "./MessagesLive.ts"
import { readPage } from "./Paging.ts"
import { viewOfUser } from "./PortalUserHandlers.ts"
import { asProblems } from "./ProblemDetails.ts"

interface Wanted {
  readonly status?: MessageView["status"]
  readonly from_date?: string
  readonly to_date?: string
  readonly search?: string
  readonly per_page?: number
  readonly cursor?: string
}

/** The client whose messages the user sees; none: all of them. */
const clientSeen = Effect.gen(function* () {
  const { user } = yield* CurrentUser
  return yield* asProblems(Effect.fromResult(seesMessagesOf(user)))
})

const filterOf = ({ from_date, search, status, to_date }: Wanted, clientId: Option.Option<string>) => ({
  ...(status === undefined ? {} : { status }),
  ...(Option.isNone(clientId) ? {} : { clientId: clientId.value }),
  ...(search === undefined || !isSenderNumber(search) ? {} : { senderNumber: search }),
  ...(from_date === undefined ? {} : { fromMillis: Date.parse(from_date) }),
  ...(to_date === undefined ? {} : { toMillis: Date.parse(to_date) })
})

const isWanted = (record: MessageRecord, wanted: Wanted, clientId: Option.Option<string>): boolean => {
  const queuedAtMillis = Date.parse(record.queuedAt)
  return (
    !Option.exists(clientId, (client) => client !== record.clientId) &&
    (wanted.status === undefined || wanted.status === record.status) &&
    (wanted.from_date === undefined || queuedAtMillis >= Date.parse(wanted.from_date)) &&
    (wanted.to_date === undefined || queuedAtMillis < Date.parse(wanted.to_date))
  )
}

export const PortalLive = HttpApiBuilder.group(
  TandemApi,
  "portal",
  Effect.fnUntraced(function* (handlers) {
    const desk = yield* MessageDesk
    const rows = yield* MessageRows
    const passwords = yield* PortalPasswordDesk

    const list = Effect.fnUntraced(function* (wanted: Wanted) {
      const clientId = yield* clientSeen
      const { cursor, per_page, search } = wanted
      if (search !== undefined && !isSenderNumber(search)) {
        const found = Option.toArray(yield* asProblems(rows.get(search.toLowerCase())))
        const items = found.filter((record) => isWanted(record, wanted, clientId)).map(viewOfMessage)
        return { items, nextCursor: null }
      }
      const filter = filterOf(wanted, clientId)
      const page = yield* readPage({
        query: { cursor, limit: per_page },
        key: SeqCursor,
        read: (before, limit) => asProblems(rows.list({ filter, before, limit })),
        keyOf: ({ seq }: MessageRecord) => seq
      })
      return { ...page, items: page.items.map(viewOfMessage) }
    })

    return handlers.handleAll({
      messages: ({ query }) => list(query),
      search: ({ payload }) => list(payload),
      message: Effect.fnUntraced(function* ({ params }) {
        const clientId = yield* clientSeen
        const messageId = params.messageId.toLowerCase()
        const record = yield* asProblems(desk.get(messageId))
        // Of another client's message nobody learns that it is there.
        if (!isWanted(record, {}, clientId)) return yield* asProblems(new MessageUnknown({ messageId }))
        return viewOfMessage(record)
      }),
      body: Effect.fnUntraced(function* ({ params }) {
        const { user } = yield* CurrentUser
        yield* asProblems(Effect.fromResult(mayReadText(user)))
        const { content, record } = yield* asProblems(desk.readBody(user.userId, params.messageId.toLowerCase()))
        const { body, metadata, sender } = content
        const { clientId, domain, messageId } = record
        return { messageId, clientId, domain, senderNumber: sender, body, metadata }
      }),
      profile: () => Effect.map(CurrentUser, ({ user }) => viewOfUser(user)),
      changePassword: Effect.fnUntraced(function* ({ payload }) {
        const { source, user } = yield* CurrentUser
        const current = Redacted.make(payload.currentPassword)
        const newPassword = Redacted.make(payload.newPassword)
        yield* asProblems(passwords.change({ user, current, newPassword, source }))
      })
    })
  })
)
