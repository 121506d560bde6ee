import { randomUUID, type KeyObject } from "node:crypto"
import type { NewMessage } from "../../../domain/messaging/Message.ts"
import { maskSender } from "../../../domain/messaging/SenderNumber.ts"
import { sealBody } from "../../messaging/BodyCipher.ts"
import type { MessageKey } from "../../messaging/KeyRing.ts"
import { contentHash, laneOf, senderHash } from "../../messaging/SenderHash.ts"

/** A message as its row will be: there is nothing in it any more that may not be written down. */
export interface IntakeRow {
  readonly messageId: string
  /** The client chose the id. */
  readonly isNamed: boolean
  readonly clientId: string
  readonly domain: string
  readonly senderHash: Uint8Array
  readonly senderMasked: string
  readonly lane: number
  /** Empty: there is none. */
  readonly idempotencyKey: string
  readonly contentHash: Uint8Array
  readonly keyVersion: number
  readonly body: Uint8Array
}

/** Encrypts a message. Its id is chosen here, before it is written, so that writing it twice writes it once. */
export const intakeRow = (message: NewMessage, key: MessageKey, senderKey: KeyObject): IntakeRow => {
  const { clientId, domain, idempotencyKey, senderNumber } = message
  const messageId = message.messageId?.toLowerCase() ?? randomUUID()
  const content = { sender: senderNumber, body: message.body, metadata: message.metadata }
  const hash = senderHash(senderKey, senderNumber)
  return {
    messageId,
    isNamed: message.messageId !== null,
    clientId,
    domain,
    senderHash: hash,
    senderMasked: maskSender(senderNumber),
    lane: laneOf(hash),
    idempotencyKey: idempotencyKey ?? "",
    contentHash: contentHash(senderKey, content),
    keyVersion: key.version,
    body: sealBody(key, { messageId, clientId }, content)
  }
}

/**
 * Writes the rows in their order, and answers with the places of those that are not new. The transaction is given its number
 * before the first row is, so that whoever sees a row knows by the numbers under way which rows before it are still to come.
 */
export const insertStatement = `WITH given AS MATERIALIZED (
    SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::smallint[], $8::text[],
      $9::bytea[], $10::smallint[], $11::bytea[]) WITH ORDINALITY AS g(message_id, client_id, domain, sender_hash,
      sender_masked, lane, idempotency_key, content_hash, key_version, body, n)
    WHERE pg_current_xact_id() IS NOT NULL
  ), kept AS (
    INSERT INTO messages (message_id, client_id, domain, sender_hash, sender_masked, lane, idempotency_key, content_hash,
      key_version, body, due_at, queued_at)
    SELECT message_id, client_id, domain, sender_hash, sender_masked, lane, nullif(idempotency_key, ''), content_hash,
      key_version, body, $1::timestamptz, $1::timestamptz
    FROM given ORDER BY n ON CONFLICT DO NOTHING RETURNING message_id
  )
  SELECT n::integer FROM given WHERE message_id NOT IN (SELECT message_id FROM kept)`

export const insertParameters = (rows: ReadonlyArray<IntakeRow>, at: string): ReadonlyArray<unknown> => [
  at,
  rows.map((row) => row.messageId),
  rows.map((row) => row.clientId),
  rows.map((row) => row.domain),
  rows.map((row) => row.senderHash),
  rows.map((row) => row.senderMasked),
  rows.map((row) => row.lane),
  rows.map((row) => row.idempotencyKey),
  rows.map((row) => row.contentHash),
  rows.map((row) => row.keyVersion),
  rows.map((row) => row.body)
]
