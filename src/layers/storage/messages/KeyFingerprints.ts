import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { Buffer } from "node:buffer"
import { createHmac, type KeyObject } from "node:crypto"
import { MessagesUnavailable } from "../../../domain/messaging/Message.ts"
import type { MessageKey } from "../../messaging/KeyRing.ts"
import { orUnavailable } from "./Unavailable.ts"

/** Under which the key of the senders' hashes is noted. */
export const senderKeyVersion = 0

const fingerprintBytes = 16

const fingerprintOf = (secret: KeyObject): Uint8Array =>
  createHmac("sha256", secret).update("fingerprint\0").digest().subarray(0, fingerprintBytes)

const keysDiffer = new MessagesUnavailable({
  detail: "this node's keys are not those that the messages of this database are written with"
})

/** Notes a key before it is used, or says that the version is another key's: false. */
export const noteKey = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, { secret, version }: MessageKey) {
  const fingerprint = fingerprintOf(secret)
  yield* sql`INSERT INTO message_keys (version, fingerprint) VALUES (${version}, ${fingerprint}) ON CONFLICT DO NOTHING`
  const rows = yield* sql<{ readonly fingerprint: Uint8Array }>`
    SELECT fingerprint FROM message_keys WHERE version = ${version}`
  return rows[0] !== undefined && Buffer.compare(rows[0].fingerprint, fingerprint) === 0
})

/**
 * Keeps two nodes with different key files off the same messages: neither could read what the other wrote. Each key is
 * compared once with what the database knows of it; the keys themselves never go there.
 */
export const makeKeyGuard = (sql: SqlClient.SqlClient) => {
  const known = new Set<KeyObject>()
  const check = Effect.fnUntraced(function* (key: MessageKey) {
    if (!(yield* noteKey(sql, key).pipe(orUnavailable))) {
      yield* Effect.logError(keysDiffer.detail).pipe(Effect.annotateLogs({ keyVersion: key.version }))
      return yield* keysDiffer
    }
    known.add(key.secret)
  })
  const ensure = (key: MessageKey): Effect.Effect<void, MessagesUnavailable> =>
    Effect.suspend(() => (known.has(key.secret) ? Effect.void : check(key)))
  return {
    ensure,
    ensureSenderKey: (secret: KeyObject) => ensure({ version: senderKeyVersion, secret })
  }
}
