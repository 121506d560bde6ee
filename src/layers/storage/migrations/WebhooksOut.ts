import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Who is told of what happens, what they are told, and how far the journal has been read for that. */
export const webhooksOut = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE subscriptions (
    subscription_id text PRIMARY KEY,
    name text NOT NULL,
    url text NOT NULL,
    format text NOT NULL,
    kinds json NOT NULL,
    min_severity text,
    -- The signing secret, or PagerDuty's routing key.
    secret text NOT NULL,
    enabled boolean NOT NULL,
    disabled_reason text,
    failing_since timestamptz(3),
    -- Events up to here are not told to it.
    since_position bigint NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL
  )`
  yield* sql`CREATE INDEX subscriptions_created ON subscriptions (created_at, subscription_id)`
  yield* sql`CREATE TABLE deliveries (
    delivery_id text PRIMARY KEY,
    subscription_id text NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
    kind text NOT NULL,
    alert_id text NOT NULL,
    -- Of the event in the journal; 0 for a test.
    position bigint NOT NULL,
    body text NOT NULL,
    status text NOT NULL,
    tries integer NOT NULL,
    -- When it is to be sent; while it is being sent, when somebody else may send it.
    due_at timestamptz(3),
    last_status integer,
    last_error text,
    created_at timestamptz(3) NOT NULL,
    delivered_at timestamptz(3)
  )`
  yield* sql`CREATE INDEX deliveries_due ON deliveries (subscription_id, due_at) WHERE status = 'pending'`
  yield* sql`CREATE INDEX deliveries_alert ON deliveries (subscription_id, alert_id, position) WHERE status = 'pending'`
  yield* sql`CREATE INDEX deliveries_created ON deliveries (subscription_id, created_at, delivery_id)`
  yield* sql`CREATE INDEX deliveries_done ON deliveries (created_at) WHERE status <> 'pending'`
  yield* sql`CREATE TABLE webhook_cursor (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    position bigint NOT NULL
  )`
  yield* sql`INSERT INTO webhook_cursor (position) SELECT position FROM journal_head`
})
