import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Lanes that the messages of all senders are spread over; one node at a time delivers those of a lane. */
const lanes = 64

/**
 * The first place in the table at or after an instant. Nodes' clocks differ and commits overlap, so ask for an instant a
 * little earlier, or later, than the one that is meant. Places follow time, so that halving finds it: times have no index.
 */
const seqAt = `
CREATE FUNCTION messages_seq_at(instant timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  low bigint := coalesce((SELECT min(seq) FROM messages), 1);
  high bigint := coalesce((SELECT max(seq) FROM messages), 0) + 1;
  middle bigint;
  found record;
BEGIN
  WHILE low < high LOOP
    middle := low + (high - low) / 2;
    SELECT seq, queued_at INTO found FROM messages WHERE seq >= middle ORDER BY seq LIMIT 1;
    IF found.queued_at < instant THEN low := found.seq + 1;
    ELSE high := middle;
    END IF;
  END LOOP;
  RETURN low;
END $$`

/**
 * Messages that clients handed in, at rest. Neither a body nor a sender's number is here in plain text. Each status change
 * leaves a dead row, so the table is vacuumed after a fixed number of them rather than after a share of its size.
 */
export const messages = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE messages (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Also the delivery key: a receiver that has seen it drops a repeat.
    message_id uuid NOT NULL UNIQUE,
    client_id text COLLATE "C" NOT NULL,
    domain text COLLATE "C" NOT NULL,
    -- HMAC-SHA-256 of the E.164 number.
    sender_hash bytea NOT NULL CHECK (octet_length(sender_hash) = 32),
    sender_masked text NOT NULL,
    -- First byte of sender_hash modulo 64, so that one sender's messages stay in order.
    lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 63),
    idempotency_key text COLLATE "C",
    -- HMAC of what was sent: tells a repeat from other content under the same key.
    content_hash bytea NOT NULL,
    key_version smallint NOT NULL,
    -- Version byte, nonce of 12 bytes, AES-256-GCM ciphertext, tag of 16 bytes.
    body bytea NOT NULL,
    -- queued, processing, delivered, failed or dead.
    status text NOT NULL DEFAULT 'queued',
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz(3) NOT NULL,
    error text CHECK (length(error) <= 500),
    queued_at timestamptz(3) NOT NULL,
    last_attempt_at timestamptz(3),
    delivered_at timestamptz(3)
  ) WITH (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1
  )`
  // Ciphertext does not shrink, so there is no use in trying.
  yield* sql`ALTER TABLE messages ALTER COLUMN body SET STORAGE EXTERNAL`
  yield* sql`CREATE UNIQUE INDEX messages_idempotency ON messages (client_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL`
  yield* sql`CREATE INDEX messages_waiting ON messages (lane, seq) WHERE status IN ('queued', 'processing')`
  yield* sql`CREATE INDEX messages_client ON messages (client_id, seq)`
  yield* sql`CREATE INDEX messages_domain ON messages (domain, seq)`
  yield* sql`CREATE INDEX messages_sender ON messages (sender_hash, seq)`
  yield* sql`CREATE INDEX messages_key_version ON messages (key_version, seq)`
  yield* sql.unsafe(seqAt)
  // Tells a node whose keys are not those that the messages were written with; 0 is the key of the senders' hashes.
  yield* sql`CREATE TABLE message_keys (
    version smallint PRIMARY KEY,
    fingerprint bytea NOT NULL
  )`
  yield* sql`CREATE TABLE message_lanes (
    lane smallint PRIMARY KEY,
    -- Goes up each time that a lane changes hands; who comes with an older one has lost it.
    epoch bigint NOT NULL DEFAULT 0,
    owner text,
    expires_at timestamptz(3)
  )`
  yield* sql`INSERT INTO message_lanes (lane) SELECT generate_series(0, ${lanes - 1}::integer)`
})
