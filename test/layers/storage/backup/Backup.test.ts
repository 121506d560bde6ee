import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, type Redacted } from "effect"
import { SqlMessageStorage } from "effect/cluster"
import { Migrator, SqlClient } from "effect/sql"
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { createHash } from "node:crypto"
import { Audit } from "../../../../src/layers/storage/Audit.ts"
import { restoreBackup } from "../../../../src/layers/storage/backup/RestoreBackup.ts"
import { takeBackup } from "../../../../src/layers/storage/backup/TakeBackup.ts"
import { verifyBackup } from "../../../../src/layers/storage/backup/VerifyBackup.ts"
import { CallRecords } from "../../../../src/layers/storage/CallRecords.ts"
import * as Database from "../../../../src/layers/storage/Database.ts"
import { Journal } from "../../../../src/layers/storage/Journal.ts"
import * as Migrations from "../../../../src/layers/storage/Migrations.ts"
import * as TestDatabase from "../../../fixtures/TestDatabase.ts"
import { directory, keyFileIn } from "../../messaging/TestKeys.ts"
import { allowed, attempt, blocked, end, untilScored } from "../calls/SampleCalls.ts"
import { accept, message, nodeOf } from "../messages/SampleMessages.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "tandem-backup-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const append = Effect.fnUntraced(function* (entityId: string, payloads: ReadonlyArray<unknown> = [{ to: entityId }]) {
  const journal = yield* Journal
  const { hash, version } = yield* journal.load("Thing", entityId)
  yield* journal.append({
    entityType: "Thing",
    entityId,
    expectedVersion: version,
    previousHash: hash,
    events: payloads.map((payload) => ({ type: "Happened", payload })),
    row: { table: "numbers", row: { e164: `+1212555${entityId}`, status: "active" } },
    command: { key: `k${version}`, fingerprint: "f", reply: "{}" }
  })
})

const on =
  (url: Redacted.Redacted) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provide(
      effect,
      Layer.mergeAll(Journal.layer, Audit.layer, CallRecords.layer).pipe(
        Layer.provideMerge(Layer.fresh(Database.layerUrl(url)))
      ),
      { local: true }
    )

/** History, calls of two days, messages at rest, cluster commands, a dead letter: every kind of column and table. */
const fill = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* append("0100", [null, { text: 'a "b"\n\\u0000 \u2028 é 😀' }, 1.5e300])
  yield* append("0100")
  yield* append("0101")
  const calls = yield* CallRecords
  calls.recordAttempt(attempt("a"), allowed)
  calls.recordAttempt(attempt("b", { displayName: "O'Neil\t" }), blocked)
  yield* untilScored(2)
  yield* calls.recordEnds([end("a")])
  yield* sql`SELECT calls_partition((now() AT TIME ZONE 'UTC')::date + 5)`
  yield* Migrator.make({})({ loader: SqlMessageStorage.migrations(), table: "cluster_migrations" })
  yield* sql`INSERT INTO cluster_messages (id, message_id, shard_id, entity_type, entity_id, kind, request_id)
    VALUES (9007199254740993, 'm', 'default:1', 'Order', '1', 0, 9007199254740993)`
  yield* sql`INSERT INTO cluster_replies (id, kind, request_id, payload) VALUES (9007199254740995, 0, 9007199254740993, '')`
  yield* sql`INSERT INTO dead_letters (entity_type, entity_id, command, payload, cause, tries, parked_at)
    VALUES ('Order', '1', 'Go', '{ "a" :  [1, null]}', 'boom', 3, now())`
  yield* sql`INSERT INTO subscriptions VALUES ('s', 'n', 'https://example.com', 'standard', '[]', null, 'x', true, null,
    null, 0, now(), now())`
  yield* sql`INSERT INTO deliveries VALUES ('d', 's', 'k', 'a', 1, '{}', 'pending', 0, now(), null, null, now(), null)`
  yield* sql`INSERT INTO message_couriers VALUES ('gone', now())`
  const keys = yield* directory
  yield* Effect.provide(accept(message(), message({ senderNumber: "+2348031234599" })), nodeOf(keyFileIn(keys)))
})

/** All rows of all tables as text, but for those of living nodes and of the migrations' times. */
const everything = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`SELECT tablename AS name FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'message_couriers' AND tablename NOT LIKE '%migrations' ORDER BY 1`
  return yield* Effect.forEach(tables, ({ name }) =>
    Effect.map(sql.unsafe<{ row: string }>(`SELECT t::text AS row FROM "${name}" t ORDER BY 1`), (rows) => ({
      name,
      rows: rows.map(({ row }) => row)
    }))
  )
})

/** The same backup with other text, under a checksum that is right for it. */
const forge = async (path: string, change: (text: string) => string) => {
  const text = gunzipSync(await readFile(path)).toString("utf8")
  const changed = change(text.slice(0, text.lastIndexOf('{"sha256"')))
  const sha256 = createHash("sha256").update(changed).digest("hex")
  await writeFile(`${path}.forged`, gzipSync(`${changed}${JSON.stringify({ sha256 })}\n`))
  return `${path}.forged`
}

const filled = Effect.gen(function* () {
  const url = yield* TestDatabase.url
  const out = yield* folder
  yield* on(url)(fill)
  return { url, out, taken: yield* on(url)(takeBackup(out)) }
})

const tagOf = <A, E extends { readonly _tag: string; readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) => `${error._tag}: ${error.message}`)

describe("backup and restore", () => {
  it.live("bring every row to a fresh database, which goes on where the other was", () =>
    Effect.gen(function* () {
      const { out, taken, url } = yield* filled
      assert.match(basename(taken.path), /^tandem-\d{8}T\d{6}Z-5\.backup\.gz$/)
      const { mode, size } = yield* Effect.promise(() => stat(taken.path))
      assert.deepStrictEqual([mode & 0o777, size], [0o600, taken.bytes])
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(out)), [basename(taken.path)])
      const header = yield* verifyBackup(taken.path)
      assert.strictEqual(header.position, 5)

      const fresh = yield* TestDatabase.emptyUrl
      const restored = yield* on(fresh)(restoreBackup(taken.path))
      assert.deepStrictEqual(restored, { rows: taken.rows, position: 5 })
      assert.deepStrictEqual(yield* on(fresh)(everything), yield* on(url)(everything))
      const nodes = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT * FROM message_couriers`)
      assert.deepStrictEqual(yield* on(fresh)(nodes), [])

      yield* on(fresh)(append("0100"))
      const report = yield* on(fresh)(Effect.flatMap(Audit, (audit) => audit.verify))
      assert.deepStrictEqual([report.events, report.findings], [6, []])
      const next = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`INSERT INTO dead_letters (entity_type, entity_id, command, payload, cause, tries, parked_at)
          VALUES ('Order', '2', 'Go', '{}', 'boom', 3, now()) RETURNING id`
      )
      assert.deepStrictEqual(yield* on(fresh)(next), [{ id: 2n }])
    }).pipe(Effect.scoped)
  )

  it.live("are of one moment while others write", () =>
    Effect.gen(function* () {
      const url = yield* TestDatabase.url
      const out = yield* folder
      const fresh = yield* TestDatabase.emptyUrl
      yield* Effect.gen(function* () {
        const writer = yield* Effect.forkChild(Effect.forever(append("0100")))
        yield* Effect.sleep("300 millis")
        const first = yield* takeBackup(out)
        yield* Effect.sleep("50 millis")
        const second = yield* takeBackup(out)
        yield* Fiber.interrupt(writer)
        assert.isAbove(second.position, first.position)
        assert.isAbove(first.position, 0)
        for (const { path, position } of [first, second]) {
          assert.strictEqual((yield* verifyBackup(path)).position, position)
        }
        const restored = yield* on(fresh)(restoreBackup(second.path))
        assert.strictEqual(restored.position, second.position)
      }).pipe(on(url))
    }).pipe(Effect.scoped)
  )

  it.live("refuse a file that is not as it was written, and leave no trace", () =>
    Effect.gen(function* () {
      const { out, taken } = yield* filled
      const fresh = yield* TestDatabase.emptyUrl
      const bytes = yield* Effect.promise(() => readFile(taken.path))
      const other = join(out, "other.gz")
      const damage = (content: Uint8Array) => Effect.promise(() => writeFile(other, content))
      for (const length of [0, 5, bytes.length >> 1, bytes.length - 9, bytes.length - 1]) {
        yield* damage(bytes.subarray(0, length))
        assert.match(yield* tagOf(verifyBackup(other)), /^BackupDamaged: The backup is damaged: /, `${length} bytes`)
      }
      // The first ten bytes are gzip's own.
      const step = Math.max(1, Math.floor((bytes.length - 10) / 60))
      for (let at = 10; at < bytes.length; at += step) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ 0x10
        yield* damage(flipped)
        assert.match(yield* tagOf(verifyBackup(other)), /^BackupDamaged/, `byte ${at}`)
      }
      assert.match(yield* tagOf(on(fresh)(restoreBackup(other))), /^BackupDamaged/)
      const tables = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
      )
      assert.deepStrictEqual(yield* on(fresh)(tables), [])
      assert.match(yield* tagOf(verifyBackup(join(out, "none.gz"))), /^BackupFileError: .*ENOENT/)
    }).pipe(Effect.scoped)
  )

  it.live("refuse what somebody changed under a new checksum", () =>
    Effect.gen(function* () {
      const { taken } = yield* filled
      const forged = (change: (text: string) => string) =>
        Effect.flatMap(
          Effect.promise(() => forge(taken.path, change)),
          (path) => tagOf(verifyBackup(path))
        )
      assert.match(yield* forged((text) => text.replaceAll('0101\\"', '0102\\"')), /event at position 5 was changed/)
      assert.match(
        yield* forged((text) => text.replace(/^\["5", "Thing".*\n/m, "")),
        /1 rows of journal_events are missing/
      )
      assert.match(yield* forged((text) => text.replace(/^(\["5", "Thing".*\n)/m, "$1$1")), /rows that were not there/)
      assert.match(yield* forged((text) => text.replace('"position":5', '"position":4')), /the journal's end/)
      assert.match(yield* forged((text) => text.replace('{"table":"orders"}\n', "")), /is missing|is not there/)
    }).pipe(Effect.scoped)
  )

  it.live("refuse a backup of a newer version", () =>
    Effect.gen(function* () {
      const { taken } = yield* filled
      const fresh = yield* TestDatabase.emptyUrl
      const newer = yield* Effect.promise(() =>
        forge(taken.path, (text) => text.replace('"migrations":[', '"migrations":["0000_first",'))
      )
      assert.match(yield* tagOf(on(fresh)(restoreBackup(newer))), /^BackupTooNew: .*newer version.* 0000_first/)
      const format = yield* Effect.promise(() =>
        forge(taken.path, (text) => text.replace('"tandemBackup":1', '"tandemBackup":2'))
      )
      assert.match(yield* tagOf(verifyBackup(format)), /^BackupTooNew: .* format 2/)
    }).pipe(Effect.scoped)
  )

  it.live("refuse a database that has anything, and leave it as it is", () =>
    Effect.gen(function* () {
      const { taken, url } = yield* filled
      const before = yield* on(url)(everything)
      assert.match(yield* tagOf(on(url)(restoreBackup(taken.path))), /^DatabaseNotEmpty: .*has rows in /)
      assert.deepStrictEqual(yield* on(url)(everything), before)

      const migrated = yield* TestDatabase.url
      const key = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`INSERT INTO api_keys VALUES ('k', 'n', 'admin', '\\x00', now(), null)`
      )
      yield* on(migrated)(key)
      assert.match(yield* tagOf(on(migrated)(restoreBackup(taken.path))), /^DatabaseNotEmpty: .*rows in api_keys/)
    }).pipe(Effect.scoped)
  )

  it.live("refuse a database that a node works on", () =>
    Effect.gen(function* () {
      const { taken } = yield* filled
      const used = yield* TestDatabase.url
      const node = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE cluster_runners (address text, healthy boolean, last_heartbeat timestamp)`
        yield* sql`INSERT INTO cluster_runners VALUES ('a', true, now())`
      })
      yield* on(used)(node)
      assert.match(yield* tagOf(on(used)(restoreBackup(taken.path))), /^DatabaseNotEmpty: .*a node that was alive/)
      assert.deepStrictEqual(yield* on(used)(Migrations.pending), [])
    }).pipe(Effect.scoped)
  )
})
