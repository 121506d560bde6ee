import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../../../src/layers/storage/Database.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

const withSettings = (settings: Record<string, string>) =>
  Database.layer.pipe(Layer.fresh, Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(settings))))

const settingsError = (settings: Record<string, string>) =>
  Effect.map(Effect.flip(Effect.provide(Effect.void, withSettings(settings))), String)

describe("Database", () => {
  it.live("uses DATABASE_URL, under the program's name, in UTC", () =>
    Effect.gen(function* () {
      const url = Redacted.value(yield* TestDatabase.emptyUrl)
      const query = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`SELECT current_setting('application_name') AS name, current_setting('timezone') AS zone,
          current_setting('synchronous_commit') AS durable, current_database()::text AS database`
      )
      const rows = yield* Effect.provide(query, withSettings({ DATABASE_URL: url }))
      const database = new URL(url).pathname.slice(1)
      assert.deepStrictEqual(rows, [{ name: "tandem", zone: "UTC", durable: "on", database }])
    }).pipe(Effect.scoped)
  )

  it.live("keeps its connections under DATABASE_POOL_SIZE", () =>
    Effect.gen(function* () {
      const url = Redacted.value(yield* TestDatabase.emptyUrl)
      const query = Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* Effect.all(
          Array.from({ length: 30 }, () => sql`SELECT pg_sleep(0.01)`),
          { concurrency: "unbounded" }
        )
        return yield* sql<{ count: number }>`SELECT count(*)::int AS count FROM pg_stat_activity
          WHERE datname = current_database()`
      })
      const rows = yield* Effect.provide(query, withSettings({ DATABASE_URL: url, DATABASE_POOL_SIZE: "5" }))
      assert.deepStrictEqual(rows, [{ count: 5 }])
    }).pipe(Effect.scoped)
  )

  it.live("keeps 64-bit integers whole", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const rows = yield* sql`SELECT 9007199254740993::bigint AS large, ${9007199254740993n} + 0::bigint AS sent`
      assert.deepStrictEqual(rows, [{ large: 9007199254740993n, sent: 9007199254740993n }])
    }).pipe(Effect.provide(TestDatabase.layerEmpty))
  )

  it.live("names a setting that is wrong", () =>
    Effect.gen(function* () {
      const url = "postgres://nobody@127.0.0.1:1/none"
      for (const size of ["0", "3", "151", "many", "7.5"]) {
        assert.include(yield* settingsError({ DATABASE_URL: url, DATABASE_POOL_SIZE: size }), "DATABASE_POOL_SIZE")
      }
    })
  )

  it.live("two test databases know nothing of each other", () =>
    Effect.gen(function* () {
      const make = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE mine (id int)`)
      yield* Effect.all([
        Effect.provide(make, TestDatabase.layerEmpty, { local: true }),
        Effect.provide(make, TestDatabase.layerEmpty, { local: true })
      ])
    })
  )
})
