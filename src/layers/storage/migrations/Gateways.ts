import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { projection } from "./Projections.ts"

const columns = (
  "gateway_id status status_reason status_expires_at health name code ip_address port protocol " +
  "carrier_id carrier_name carrier_type country_code region gateway_type direction source_group " +
  "dispatcher_set weight priority fraud_threshold cpm_limit acd_threshold_seconds max_concurrent_calls " +
  "max_calls_per_second version created_at updated_at"
).split(" ")

const ruleSetColumns = ["rule_set_id", "rules", "version", "created_at", "updated_at"]

const gatewayTable = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE gateways (
    gateway_id text PRIMARY KEY,
    status text NOT NULL,
    status_reason text,
    status_expires_at timestamptz(3),
    health text NOT NULL,
    name text NOT NULL,
    code text NOT NULL,
    ip_address text NOT NULL,
    port integer NOT NULL,
    protocol text NOT NULL,
    carrier_id text NOT NULL,
    carrier_name text NOT NULL,
    carrier_type text NOT NULL,
    country_code text NOT NULL,
    region text NOT NULL,
    gateway_type text NOT NULL,
    direction text NOT NULL,
    source_group integer NOT NULL,
    dispatcher_set integer NOT NULL,
    weight integer NOT NULL,
    priority integer NOT NULL,
    fraud_threshold double precision NOT NULL,
    cpm_limit integer NOT NULL,
    acd_threshold_seconds integer NOT NULL,
    max_concurrent_calls integer NOT NULL,
    max_calls_per_second integer NOT NULL,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL
  )`
  yield* sql`CREATE INDEX gateways_dispatcher ON gateways (dispatcher_set, status)`
  yield* sql`CREATE INDEX gateways_carrier ON gateways (carrier_name, gateway_id)`
  yield* sql.unsafe(projection("gateways", "gateway_id", columns))
})

/** Gateways as the lists show them, what each did minute by minute, which code and address is whose, and the rules. */
export const gateways = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* gatewayTable
  yield* sql`CREATE TABLE gateway_claims (
    kind text NOT NULL,
    value text NOT NULL,
    gateway_id text NOT NULL,
    claimed_at timestamptz(3) NOT NULL,
    PRIMARY KEY (kind, value)
  )`
  yield* sql`CREATE TABLE gateway_metrics (
    gateway_id text NOT NULL,
    at timestamptz(3) NOT NULL,
    attempts bigint NOT NULL,
    answered bigint NOT NULL,
    user_busy bigint NOT NULL,
    no_answer bigint NOT NULL,
    rejected_by_user bigint NOT NULL,
    blocked bigint NOT NULL,
    fraud_calls bigint NOT NULL,
    short_calls bigint NOT NULL,
    duration_millis bigint NOT NULL,
    setup_millis bigint NOT NULL,
    pdd_millis bigint NOT NULL,
    pdd_calls bigint NOT NULL,
    probes bigint NOT NULL,
    probes_answered bigint NOT NULL,
    peak_cps bigint NOT NULL,
    peak_cpm bigint NOT NULL,
    peak_concurrent bigint NOT NULL,
    PRIMARY KEY (gateway_id, at)
  )`
  yield* sql`CREATE INDEX gateway_metrics_at ON gateway_metrics (at)`
  yield* sql`CREATE TABLE gateway_rule_sets (
    rule_set_id text PRIMARY KEY,
    rules json NOT NULL,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL
  )`
  yield* sql.unsafe(projection("gateway_rule_sets", "rule_set_id", ruleSetColumns))
})
