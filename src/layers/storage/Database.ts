import { PgClient } from "@effect/sql-pg"
import { Config, Effect, Layer, Option, type Redacted, Schema } from "effect"
import { EmbeddedPostgres } from "./EmbeddedPostgres.ts"

const connectTimeoutSeconds = 10
const idleSeconds = 60
const keepAliveSeconds = 15

/**
 * Address of the Postgres to use, as a libpq URI. When it is not set, a Postgres of our own is started in
 * `TANDEM_DATA_DIR`.
 */
const databaseUrl = Config.option(Config.schema(Schema.Redacted(Schema.NonEmptyString), "DATABASE_URL"))

const dataDir = Config.NonEmptyString("TANDEM_DATA_DIR").pipe(Config.withDefault(".tandem"))

/**
 * Connections of this process to Postgres, at most. The cluster keeps one of them for its locks, every listener keeps
 * one, and every open transaction holds one.
 */
const poolSize = Config.schema(
  Schema.Int.check(Schema.isBetween({ minimum: 4, maximum: 150 })),
  "DATABASE_POOL_SIZE"
).pipe(Config.withDefault(24))

const client = (url: Redacted.Redacted, maxConnections: number) =>
  PgClient.layer({
    url,
    maxConnections,
    applicationName: "tandem",
    connectTimeout: `${connectTimeoutSeconds} seconds`,
    idleTimeout: `${idleSeconds} seconds`,
    keepAlive: `${keepAliveSeconds} seconds`,
    startupParameters: { timezone: "UTC", idle_in_transaction_session_timeout: "60000" }
  })

/** `PgClient` and `SqlClient` for the Postgres at `url`. `bigint` columns arrive as `bigint`, `timestamptz` as `Date`. */
export const layerUrl = (url: Redacted.Redacted) =>
  Layer.unwrap(Effect.map(poolSize, (maxConnections) => client(url, maxConnections)))

/** `PgClient` and `SqlClient` for `DATABASE_URL`, or else for an embedded Postgres that lives as long as the layer. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const url = yield* databaseUrl
    if (Option.isSome(url)) return layerUrl(url.value)
    const embedded = EmbeddedPostgres.layer({ dataDir: yield* dataDir })
    return Layer.unwrap(Effect.map(EmbeddedPostgres, (server) => layerUrl(server.url))).pipe(Layer.provide(embedded))
  })
)
