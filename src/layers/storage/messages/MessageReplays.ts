import { Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { MessagesUnavailable } from "../../../domain/messaging/Message.ts"
import { isMessageId } from "../../../domain/messaging/MessageSubmission.ts"
import { isoUtc } from "./MessageColumns.ts"
import { orUnavailable } from "./Unavailable.ts"

/** Most messages that are put back at once; whoever has more comes again. */
export const maxReplayed = 10_000

/** Which of the messages that failed or are dead. What is not given does not matter. */
export interface UnsentFilter {
  readonly messageId?: string
  readonly status?: "failed" | "dead"
  readonly clientId?: string
  readonly domain?: string
}

/** What became of the messages of one domain. */
export interface DomainFigures {
  readonly domain: string
  readonly queued: number
  readonly processing: number
  readonly failed: number
  readonly dead: number
  /** Of those that were taken in within the last hour. */
  readonly acceptedLastHour: number
  readonly deliveredLastHour: number
  /** When the oldest that waits was taken in; ISO 8601, UTC, milliseconds. */
  readonly oldestQueuedAt: string | null
}

const figuresStatement = `SELECT domain, sum(queued)::integer AS queued, sum(processing)::integer AS processing,
    sum(failed)::integer AS failed, sum(dead)::integer AS dead, sum(accepted)::integer AS "acceptedLastHour",
    sum(delivered)::integer AS "deliveredLastHour", ${isoUtc("min(oldest)")} AS "oldestQueuedAt"
  FROM (
    SELECT domain, count(*) FILTER (WHERE status = 'queued') AS queued,
      count(*) FILTER (WHERE status = 'processing') AS processing, 0 AS failed, 0 AS dead, 0 AS accepted,
      0 AS delivered, min(queued_at) AS oldest
    FROM messages WHERE status IN ('queued', 'processing') GROUP BY domain
    UNION ALL
    SELECT domain, 0, 0, count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'dead'), 0, 0, NULL
    FROM messages WHERE status IN ('failed', 'dead') GROUP BY domain
    UNION ALL
    SELECT domain, 0, 0, 0, 0, count(*), count(*) FILTER (WHERE status = 'delivered'), NULL
    FROM messages
    WHERE seq >= (SELECT messages_seq_at($1::timestamptz)) AND queued_at >= $1::timestamptz GROUP BY domain) f
  GROUP BY domain ORDER BY domain`

/** Messages that were given up, and how many there are. */
export class MessageReplays extends Context.Service<
  MessageReplays,
  {
    /** How many there are, {@link maxReplayed} at most. */
    readonly count: (filter: UnsentFilter) => Effect.Effect<number, MessagesUnavailable>
    /** Has them delivered once more, oldest first, as if they had just been taken in; how many. */
    readonly replay: (filter: UnsentFilter) => Effect.Effect<number, MessagesUnavailable>
    readonly figures: Effect.Effect<ReadonlyArray<DomainFigures>, MessagesUnavailable>
  }
>()("tandem/layers/storage/messages/MessageReplays") {
  static readonly layer: Layer.Layer<MessageReplays, never, SqlClient.SqlClient> = Layer.effect(
    MessageReplays,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      const where = ({ clientId, domain, messageId, status }: UnsentFilter) =>
        sql.and([
          sql`status IN ('failed', 'dead')`,
          ...(messageId === undefined
            ? []
            : [isMessageId(messageId) ? sql`message_id = ${messageId}::uuid` : sql`false`]),
          ...(status === undefined ? [] : [sql`status = ${status}`]),
          ...(clientId === undefined ? [] : [sql`client_id = ${clientId}`]),
          ...(domain === undefined ? [] : [sql`domain = ${domain}`])
        ])

      return MessageReplays.of({
        count: (filter) =>
          sql<{ readonly many: number }>`SELECT count(*)::integer AS many FROM (
            SELECT FROM messages WHERE ${where(filter)} LIMIT ${maxReplayed}) m`.pipe(
            Effect.map(([row]) => row?.many ?? 0),
            orUnavailable
          ),
        replay: Effect.fnUntraced(function* (filter) {
          const at = new Date(yield* Clock.currentTimeMillis)
          const rows = yield* sql<{ readonly many: number }>`WITH unsent AS (
              SELECT seq FROM messages WHERE ${where(filter)} ORDER BY seq LIMIT ${maxReplayed} FOR UPDATE),
            back AS (
              UPDATE messages SET status = 'queued', attempts = 0, due_at = ${at}, error = NULL
              WHERE seq IN (SELECT seq FROM unsent) RETURNING 1)
            SELECT count(*)::integer AS many FROM back`.pipe(orUnavailable)
          // After the commit, so that whoever hears of it finds them. Unheard, they are found a minute later.
          yield* orUnavailable(sql`SELECT nextval('message_replays')`)
          return rows[0]?.many ?? 0
        }),
        figures: Effect.gen(function* () {
          const since = new Date((yield* Clock.currentTimeMillis) - 3_600_000)
          return yield* sql.unsafe<DomainFigures>(figuresStatement, [since]).pipe(orUnavailable)
        })
      })
    })
  )
}
