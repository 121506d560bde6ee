import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** About what a message with a text of this length takes in a backup; ciphertext, so that nothing gets shorter. */
export const bytesPerMessage = 1_024

/** Fills the table of messages with rows that nobody can read. */
export const manyMessages = Effect.fnUntraced(function* (count: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO messages
      (message_id, client_id, domain, sender_hash, sender_masked, lane, content_hash, key_version, body, due_at, queued_at)
    SELECT gen_random_uuid(), 'bank', 'otp', sha256(n::text::bytea), '+234******4567', n % 64, sha256(n::text::bytea), 1,
      (SELECT string_agg(sha256((n || ':' || m)::bytea), NULL) FROM generate_series(1, 14) m), now(), now()
    FROM generate_series(1, ${count}::integer) n`
})
