import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { Buffer } from "node:buffer"
import type { IntakeOutcome } from "../../../domain/messaging/Message.ts"
import { isoUtc } from "./MessageColumns.ts"
import type { IntakeRow } from "./IntakeRow.ts"

/** A message that has the id, or the key, of one that was handed in. */
interface Existing {
  readonly n: number
  readonly byKey: boolean
  readonly messageId: string
  readonly clientId: string
  readonly contentHash: Uint8Array
  readonly queuedAt: string
}

export interface Told {
  readonly outcome: IntakeOutcome
  readonly messageId: string
  readonly queuedAt: string
}

const columns = `m.message_id::text AS "messageId", m.client_id AS "clientId", m.content_hash AS "contentHash",
  ${isoUtc("m.queued_at")} AS "queuedAt"`

const statement = `SELECT g.n::integer, f."byKey", f."messageId", f."clientId", f."contentHash", f."queuedAt"
  FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY AS g(message_id, client_id, idempotency_key, n)
  CROSS JOIN LATERAL (
    (SELECT true AS "byKey", ${columns} FROM messages m
      WHERE m.client_id = g.client_id AND m.idempotency_key = nullif(g.idempotency_key, '') LIMIT 1)
    UNION ALL
    (SELECT false, ${columns} FROM messages m WHERE m.message_id = g.message_id LIMIT 1)
  ) f`

const toldOf = (row: IntakeRow, found: ReadonlyArray<Existing>): Told | undefined => {
  const existing = found.find(({ byKey }) => byKey) ?? found[0]
  if (existing === undefined) return undefined
  const { messageId, queuedAt } = existing
  const isSame =
    existing.clientId === row.clientId &&
    Buffer.compare(existing.contentHash, row.contentHash) === 0 &&
    (!row.isNamed || messageId === row.messageId)
  // What another client has under this id is none of this one's business.
  if (!isSame) return { outcome: "conflict", messageId: row.isNamed ? row.messageId : "", queuedAt: "" }
  // An id that was made for this message is there already: the answer to the commit was lost, not the message.
  return { outcome: !row.isNamed && messageId === row.messageId ? "accepted" : "repeated", messageId, queuedAt }
}

/** What became of messages that were not written since others have their id or key; none when those are gone again. */
export const tellExisting = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, rows: ReadonlyArray<IntakeRow>) {
  const found = yield* sql.unsafe<Existing>(statement, [
    rows.map((row) => row.messageId),
    rows.map((row) => row.clientId),
    rows.map((row) => row.idempotencyKey)
  ])
  return rows.map((row, index) =>
    toldOf(
      row,
      found.filter(({ n }) => n === index + 1)
    )
  )
})
