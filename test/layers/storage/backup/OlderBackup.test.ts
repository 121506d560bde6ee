import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { restoreBackup } from "../../../../src/layers/storage/backup/RestoreBackup.ts"
import { takeBackup } from "../../../../src/layers/storage/backup/TakeBackup.ts"
import * as Database from "../../../../src/layers/storage/Database.ts"
import * as Migrations from "../../../../src/layers/storage/Migrations.ts"
import { all } from "../../../../src/layers/storage/migrations/All.ts"
import * as TestDatabase from "../../../fixtures/TestDatabase.ts"

const names = Object.keys(all).sort()
/** The first that has API keys, then every third. */
const levels = names.map((_, index) => index + 1).filter((level) => level < names.length && level % 3 === 0)

const on =
  (url: Redacted.Redacted) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provide(effect, Layer.fresh(Database.layerUrl(url)), { local: true })

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "tandem-backup-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** Tables, columns, indexes and constraints. */
const shape = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly line: string }>`
    SELECT format('%s.%s %s %s', table_name, column_name, data_type, column_default) AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'cluster%'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'cluster%'
    UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'cluster%'
    ORDER BY 1`
  return rows.map(({ line }) => line)
})

const backupOf = Effect.fnUntraced(function* (level: number, out: string) {
  const older = Object.fromEntries(Object.entries(all).filter(([name]) => names.indexOf(name) < level))
  const url = yield* TestDatabase.emptyUrl
  return yield* on(url)(
    Effect.gen(function* () {
      yield* Migrations.runOf(older)
      const sql = yield* SqlClient.SqlClient
      yield* sql`INSERT INTO api_keys VALUES (${`k${level}`}, 'old', 'admin', '\\x00', now(), null)`
      return (yield* takeBackup(out)).path
    })
  )
})

describe("a backup of an older version", () => {
  it.live("is restored as it was, and migrated to what a new database is", () =>
    Effect.gen(function* () {
      const out = yield* folder
      const current = yield* on(yield* TestDatabase.url)(shape)
      for (const level of levels) {
        const path = yield* backupOf(level, yield* folder)
        const fresh = yield* TestDatabase.emptyUrl
        yield* on(fresh)(
          Effect.gen(function* () {
            yield* restoreBackup(path)
            assert.deepStrictEqual(yield* Migrations.pending, names.slice(level))
            yield* Migrations.run
            assert.deepStrictEqual(yield* shape, current, `from ${names[level - 1]}`)
            const sql = yield* SqlClient.SqlClient
            assert.deepStrictEqual(yield* sql`SELECT key_id AS id, name FROM api_keys`, [
              { id: `k${level}`, name: "old" }
            ])
            // What was migrated can be backed up in its turn.
            yield* takeBackup(out)
          })
        )
      }
    }).pipe(Effect.scoped)
  )
})
