import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../../../src/layers/storage/Database.ts"
import * as Migrations from "../../../src/layers/storage/Migrations.ts"
import { all } from "../../../src/layers/storage/migrations/All.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

const statement = (text: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.asVoid(sql.unsafe(text))) satisfies Migrations.Source[string]

const one = { "0001_customers": statement("CREATE TABLE customers (id int)") }
const two = { ...one, "0002_invoices": statement("CREATE TABLE invoices (id int)") }

const tables = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) =>
    sql<{
      name: string
    }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename COLLATE "C"`
).pipe(Effect.map((rows) => rows.map(({ name }) => name)))

const empty = Effect.provide(TestDatabase.layerEmpty, { local: true })

describe("Migrations", () => {
  it.live("applies what is pending in order, once", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Migrations.pendingOf(two), ["0001_customers", "0002_invoices"])
      assert.deepStrictEqual(yield* Migrations.runOf(one), ["0001_customers"])
      assert.deepStrictEqual(yield* Migrations.pendingOf(two), ["0002_invoices"])
      assert.deepStrictEqual(yield* Migrations.runOf(two), ["0002_invoices"])
      assert.deepStrictEqual(yield* Migrations.runOf(two), [])
      assert.deepStrictEqual(yield* tables, ["customers", "invoices", "tandem_migrations"])
    }).pipe(empty)
  )

  it.live("asking what is pending changes nothing", () =>
    Effect.gen(function* () {
      yield* Migrations.pendingOf(two)
      assert.deepStrictEqual(yield* tables, [])
    }).pipe(empty)
  )

  it.live("keeps what was applied before a migration that fails, and nothing of that one", () =>
    Effect.gen(function* () {
      const broken = { ...one, "0002_broken": statement("CREATE TABLE half (id int); SELECT 1 / 0") }
      const halves = {
        ...one,
        "0002_broken": Effect.andThen(statement("CREATE TABLE half (id int)"), statement("SELECT 1 / 0"))
      }
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Migrations.runOf(broken))))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Migrations.runOf(halves))))
      assert.deepStrictEqual(yield* tables, ["customers", "tandem_migrations"])
      assert.deepStrictEqual(yield* Migrations.runOf(two), ["0002_invoices"])
    }).pipe(empty)
  )

  it.live("many nodes that start together apply each migration once", () =>
    Effect.gen(function* () {
      const url = yield* TestDatabase.emptyUrl
      const node = Effect.provide(Migrations.runOf(two), Layer.fresh(Database.layerUrl(url)), { local: true })
      const applied = yield* Effect.all([node, node, node, node], { concurrency: "unbounded" })
      assert.deepStrictEqual(applied.flat().sort(), ["0001_customers", "0002_invoices"])
    }).pipe(Effect.scoped)
  )

  it.live("refuses a database that a newer version has migrated", () =>
    Effect.gen(function* () {
      yield* Migrations.runOf(two)
      const error = yield* Effect.flip(Migrations.runOf(one))
      assert.isTrue(error instanceof Migrations.DatabaseTooNew)
      assert.include(error.message, "0002_invoices")
      assert.strictEqual((yield* Effect.flip(Migrations.pendingOf(one)))._tag, "DatabaseTooNew")
    }).pipe(empty)
  )

  it.live("refuses a program in which an applied migration has another name", () =>
    Effect.gen(function* () {
      yield* Migrations.runOf(one)
      const renamed = { "0001_clients": one["0001_customers"] }
      const error = yield* Effect.flip(Migrations.runOf(renamed))
      assert.isTrue(error instanceof Migrations.MigrationChanged)
      assert.include(error.message, "0001_customers")
      assert.include(error.message, "0001_clients")
    }).pipe(empty)
  )

  it.effect("the project's own migrations are numbered without gaps, and applied in every test database", () =>
    Effect.gen(function* () {
      Object.keys(all)
        .sort()
        .forEach((name, index) => assert.match(name, new RegExp(`^${String(index + 1).padStart(4, "0")}_[a-z_]+$`)))
      assert.deepStrictEqual(yield* Migrations.pending, [])
    }).pipe(Effect.provide(TestDatabase.layer))
  )
})
