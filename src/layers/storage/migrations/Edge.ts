import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** What the HTTP API keeps: its keys, the requests that came with an Idempotency-Key, and the order of its lists. */
export const edge = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE api_keys (
    key_id text PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz(3) NOT NULL,
    revoked_at timestamptz(3)
  )`
  yield* sql`CREATE TABLE idempotency_keys (
    scope text NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint text NOT NULL,
    reply text,
    created_at timestamptz(3) NOT NULL,
    PRIMARY KEY (scope, idempotency_key)
  )`
  yield* sql`CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at)`
  yield* sql`CREATE INDEX orders_created ON orders (created_at, order_id)`
  yield* sql`CREATE INDEX backorders_created ON backorders (created_at, backorder_id)`
  yield* sql`CREATE INDEX backorders_order ON backorders (order_id, line)`
  yield* sql`CREATE INDEX backorders_reference ON backorders (reference)`
})
