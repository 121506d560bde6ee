import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { Buffer } from "node:buffer"
import { createHmac, type KeyObject } from "node:crypto"
import type { MessageKey } from "../../messaging/KeyRing.ts"

/** Under which the key of the senders' hashes is noted. */
export const senderKeyVersion = 0

const fingerprintBytes = 16

const fingerprintOf = (secret: KeyObject): Uint8Array =>
  createHmac("sha256", secret).update("fingerprint\0").digest().subarray(0, fingerprintBytes)

/** Notes a key before it is used, or says that the version is another key's: false. */
export const noteKey = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, { secret, version }: MessageKey) {
  const fingerprint = fingerprintOf(secret)
  yield* sql`INSERT INTO message_keys (version, fingerprint) VALUES (${version}, ${fingerprint}) ON CONFLICT DO NOTHING`
  const rows = yield* sql<{ readonly fingerprint: Uint8Array }>`
    SELECT fingerprint FROM message_keys WHERE version = ${version}`
  return rows[0] !== undefined && Buffer.compare(rows[0].fingerprint, fingerprint) === 0
})
