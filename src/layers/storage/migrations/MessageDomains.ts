import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Where the messages of each domain go and how long they are kept, and which nodes deliver them. */
export const messageDomains = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE message_domains (
    domain text COLLATE "C" PRIMARY KEY,
    -- Kind of the destination.
    kind text NOT NULL,
    url text NOT NULL,
    enabled boolean NOT NULL,
    retention_days integer NOT NULL,
    max_attempts integer NOT NULL,
    first_retry_seconds integer NOT NULL,
    max_retry_seconds integer NOT NULL,
    secret text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    changed_by text NOT NULL
  )`
  // Among them the lanes are shared; one that was not seen for a lease is gone.
  yield* sql`CREATE TABLE message_couriers (
    owner text PRIMARY KEY,
    seen_at timestamptz(3) NOT NULL
  )`
  // Goes up when messages were put back, so that couriers look again at what they had passed.
  yield* sql`CREATE SEQUENCE message_replays`
  yield* sql`CREATE INDEX messages_unsent ON messages (domain, seq) WHERE status IN ('failed', 'dead')`
})
