import { Array, Effect, Option } from "effect"
import type { SqlClient } from "effect/sql"
import type { MessageRecord, MessageStatus } from "../../../domain/messaging/Message.ts"
import { isMessageId } from "../../../domain/messaging/MessageSubmission.ts"
import { openBody, type SealedBody } from "../../messaging/BodyCipher.ts"
import type { KeyRing } from "../../messaging/KeyRing.ts"
import { senderHash } from "../../messaging/SenderHash.ts"
import { equalTo, limited } from "../RowQueries.ts"
import { messageColumns } from "./MessageColumns.ts"
import { keysUnavailable, orUnavailable } from "./Unavailable.ts"

/** Nodes' clocks differ by less, and no commit takes longer: what has an earlier place was taken in this much later at most. */
const disorder = "1 minute"

/** Which messages are asked for. What is not given does not matter. */
export interface MessageFilter {
  readonly status?: MessageStatus
  readonly clientId?: string
  readonly domain?: string
  /** The whole number, E.164: parts of it cannot be searched for. */
  readonly senderNumber?: string
  /** Taken in from this instant on, and before that one. */
  readonly fromMillis?: number
  readonly toMillis?: number
}

const isSeq = (text: string): boolean => /^\d{1,18}$/.test(text)

/** A period by the places in the table, which have an index, and then exactly by the times, which have none. */
const within = (sql: SqlClient.SqlClient, { fromMillis, toMillis }: MessageFilter) => {
  const from = fromMillis === undefined ? undefined : new Date(fromMillis)
  const to = toMillis === undefined ? undefined : new Date(toMillis)
  return [
    ...(from === undefined
      ? []
      : [
          sql`seq >= (SELECT messages_seq_at(${from}::timestamptz - ${disorder}::interval))`,
          sql`queued_at >= ${from}::timestamptz`
        ]),
    ...(to === undefined
      ? []
      : [
          sql`seq < (SELECT messages_seq_at(${to}::timestamptz + ${disorder}::interval))`,
          sql`queued_at < ${to}::timestamptz`
        ])
  ]
}

/** Questions about messages, none of which shows a text or a whole number. */
export const makeMessageQueries = (sql: SqlClient.SqlClient, ring: KeyRing["Service"]) => {
  const columns = sql.literal(messageColumns)

  const list = Effect.fnUntraced(function* (query: {
    readonly filter: MessageFilter
    readonly before: string | null
    readonly limit: number
  }) {
    const { before, filter, limit } = query
    const { clientId, domain, senderNumber, status } = filter
    const conditions = [...equalTo(sql, { client_id: clientId, domain, status }), ...within(sql, filter)]
    if (senderNumber !== undefined) {
      const key = yield* ring.senderKey.pipe(Effect.catch(keysUnavailable))
      conditions.push(sql`sender_hash = ${senderHash(key, senderNumber)}`)
    }
    if (before !== null) conditions.push(isSeq(before) ? sql`seq < ${before}::bigint` : sql`false`)
    return yield* sql<MessageRecord>`SELECT ${columns} FROM messages WHERE ${sql.and(conditions)}
      ORDER BY messages.seq DESC LIMIT ${limited(limit)}`.pipe(orUnavailable)
  })

  const get = Effect.fnUntraced(function* (messageId: string) {
    const rows = isMessageId(messageId)
      ? yield* sql<MessageRecord>`SELECT ${columns} FROM messages WHERE message_id = ${messageId}::uuid`.pipe(
          orUnavailable
        )
      : []
    return Array.head(rows)
  })

  const readBody = Effect.fnUntraced(function* (messageId: string) {
    if (!isMessageId(messageId)) return Option.none()
    const rows = yield* sql<SealedBody>`SELECT message_id::text AS "messageId", client_id AS "clientId",
      body FROM messages WHERE message_id = ${messageId}::uuid`.pipe(orUnavailable)
    const [stored] = rows
    if (stored === undefined) return Option.none()
    return Option.some(
      yield* openBody(ring, stored).pipe(
        Effect.catchTags({ MessageKeysUnusable: keysUnavailable, MessageKeysUnproven: keysUnavailable })
      )
    )
  })

  return { list, get, readBody }
}
