import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Lists that the API shows, one row an entity, written by the journal together with the events that change them. */
export const readModels = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE orders (
    order_id text PRIMARY KEY,
    status text NOT NULL,
    subject text NOT NULL,
    generation integer NOT NULL,
    detail text,
    requested integer NOT NULL,
    ordered integer NOT NULL,
    added integer NOT NULL,
    blocked integer NOT NULL,
    backordered integer NOT NULL,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL
  )`
  yield* sql`CREATE INDEX orders_status ON orders (status, order_id)`
  yield* sql`CREATE TABLE numbers (
    e164 text PRIMARY KEY,
    status text NOT NULL,
    country text,
    vendor text,
    order_id text,
    line integer,
    vendor_order_id text,
    backorder_id text,
    inventory_error text,
    block_error text,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL
  )`
  yield* sql`CREATE INDEX numbers_order ON numbers (order_id, line)`
  yield* sql`CREATE INDEX numbers_status ON numbers (status, e164)`
  yield* sql`CREATE TABLE backorders (
    backorder_id text PRIMARY KEY,
    order_id text NOT NULL,
    line integer NOT NULL,
    status text NOT NULL,
    reference text NOT NULL,
    vendor_order_id text,
    locality json NOT NULL,
    quantity integer NOT NULL,
    received integer NOT NULL,
    delivered integer NOT NULL,
    desired_due_at text,
    checked_at timestamptz(3),
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL
  )`
  yield* sql`CREATE INDEX backorders_vendor_order ON backorders (vendor_order_id)`
  yield* sql`CREATE INDEX backorders_status ON backorders (status, backorder_id)`
})
