import { Effect } from "effect"
import { SqlMessageStorage } from "effect/cluster"
import { Migrator, SqlClient } from "effect/sql"
import { verifyJournal } from "../Audit.ts"
import * as Migrations from "../Migrations.ts"
import { all } from "../migrations/All.ts"
import { BackupDamaged, BackupTooNew, DatabaseNotEmpty } from "./BackupErrors.ts"
import type { BackupTable, Header, Sequences } from "./BackupFormat.ts"
import { rowsOf } from "./BackupFormat.ts"
import type { CatalogTable } from "./Catalog.ts"
import { quoted, tables } from "./Catalog.ts"
import { orDatabaseError } from "./ErrorDetail.ts"
import { readBackup } from "./ReadBackup.ts"
import { verifyBackup } from "./VerifyBackup.ts"

export interface RestoredBackup {
  readonly rows: number
  readonly position: number
}

/** Tables that a database has rows in before anything happened; what the backup has takes their place. */
const seeded = new Set(["journal_head", "message_lanes", "webhook_cursor"])

/** Another's transaction is waited for as long. */
const lockWaitSeconds = 10
/** A runner that was seen within this time lives. */
const runnerLifetimeSeconds = 60

/** The migrations of the backup, so that later ones find its rows as they found everybody's. */
const migrationsOf = Effect.fnUntraced(function* ({ migrations }: Header) {
  const known = Object.keys(all).sort()
  const unknown = migrations.filter((name, index) => known[index] !== name)
  if (unknown.length > 0) return yield* new BackupTooNew({ unknown })
  return Object.fromEntries(Object.entries(all).filter(([name]) => migrations.includes(name)))
})

const hasRows = Effect.fnUntraced(function* (from: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql.unsafe<{ readonly found: boolean }>(`SELECT EXISTS (SELECT FROM ${from}) AS found`)
  return rows[0]?.found === true
})

const requireEmpty = Effect.fnUntraced(function* (found: ReadonlyArray<CatalogTable>) {
  for (const { name } of found) {
    if (!seeded.has(name) && (yield* hasRows(quoted(name)))) {
      return yield* new DatabaseNotEmpty({ found: `rows in ${name}` })
    }
  }
})

/** Also of a plane that has written nothing yet, but would go on from what it has in memory. */
const requireStopped = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const present = yield* sql<{ readonly found: boolean }>`
    SELECT to_regclass('cluster_runners') IS NOT NULL AS found`
  if (present[0]?.found !== true) return
  const alive = `cluster_runners WHERE healthy
    AND last_heartbeat > now() AT TIME ZONE 'UTC' - interval '${runnerLifetimeSeconds} seconds'`
  if (yield* hasRows(alive)) {
    return yield* new DatabaseNotEmpty({ found: `a node that was alive in the last ${runnerLifetimeSeconds} seconds` })
  }
})

/** Makes what the cluster would make at its first start. */
const migrateCluster = Migrator.make({})({ loader: SqlMessageStorage.migrations(), table: "cluster_migrations" })

const prepare = Effect.fnUntraced(function* (header: Header) {
  yield* Migrations.runOf(yield* migrationsOf(header)).pipe(
    Effect.catchTag("DatabaseTooNew", ({ unknown }) =>
      Effect.fail(new DatabaseNotEmpty({ found: `newer migrations than the backup: ${unknown.join(", ")}` }))
    )
  )
  yield* migrateCluster
})

/** Columns of a table with their types, in the order of the backup. */
const columnsOf = Effect.fnUntraced(function* (found: ReadonlyArray<CatalogTable>, { columns, name }: BackupTable) {
  const has = found.find((table) => table.name === name)?.columns ?? []
  const matched = columns.flatMap((column) => has.filter((other) => other.name === column))
  if (matched.length < columns.length) return yield* new BackupTooNew({ unknown: [`columns of ${name}`] })
  return matched
})

/** Each row of `$1`, a JSON array of rows, through the texts of its columns. */
const insertion = Effect.fnUntraced(function* (found: ReadonlyArray<CatalogTable>, table: BackupTable) {
  const columns = yield* columnsOf(found, table)
  return `INSERT INTO ${quoted(table.name)} (${columns.map(({ name }) => quoted(name)).join(", ")})
    OVERRIDING SYSTEM VALUE
    SELECT ${columns.map(({ type }, index) => `(r->>${index})::${type}`).join(", ")}
    FROM jsonb_array_elements($1::text::jsonb) r`
})

const setSequences = Effect.fnUntraced(function* ({ sequences }: Sequences) {
  const sql = yield* SqlClient.SqlClient
  for (const { called, name, value } of sequences) {
    yield* sql`SELECT setval(${quoted(name)}::text::regclass, ${value}::text::bigint, ${called}::boolean)`
  }
})

const insertAll = Effect.fnUntraced(function* (path: string, found: ReadonlyArray<CatalogTable>) {
  const sql = yield* SqlClient.SqlClient
  const statements = new Map<string, string>()
  return yield* readBackup(path, {
    header: Effect.fnUntraced(function* (header: Header) {
      for (const table of header.tables) {
        statements.set(table.name, yield* insertion(found, table))
        for (const day of table.days) yield* sql`SELECT calls_partition(${day}::text::date)`
      }
    }),
    rows: ({ name }, lines) => Effect.asVoid(sql.unsafe(statements.get(name) ?? "", [`[${lines.join(",")}]`])),
    sequences: setSequences
  })
})

const requireSound = Effect.fnUntraced(function* ({ position, seal }: Header) {
  const sql = yield* SqlClient.SqlClient
  const { findings } = yield* verifyJournal
  if (findings[0] !== undefined) return yield* new BackupDamaged({ detail: findings[0] })
  const head = yield* sql`SELECT FROM journal_head WHERE position = ${position}::bigint AND seal = ${seal}`
  if (head.length !== 1) return yield* new BackupDamaged({ detail: "its header is of another journal" })
})

const fill = Effect.fnUntraced(function* (path: string) {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(`SET LOCAL lock_timeout = '${lockWaitSeconds}s'`)
  const found = yield* tables
  const names = found.map(({ name }) => quoted(name)).join(", ")
  yield* sql.unsafe(`LOCK TABLE ${names} IN ACCESS EXCLUSIVE MODE`)
  yield* requireEmpty(found)
  yield* requireStopped
  yield* sql.unsafe(`TRUNCATE ${names}`)
  const header = yield* insertAll(path, found)
  // Nobody of then holds a lane now.
  yield* sql`DO $$ BEGIN IF to_regclass('message_lanes') IS NOT NULL THEN
    UPDATE message_lanes SET owner = NULL, expires_at = NULL WHERE owner IS NOT NULL; END IF; END $$`
  yield* requireSound(header)
  const restored: RestoredBackup = { rows: rowsOf(header), position: header.position }
  return restored
})

/**
 * Brings an empty database to what the backup has, in one transaction: all, or nothing but empty tables. The file is read
 * twice, so that one that is damaged leaves no trace at all.
 */
export const restoreBackup = Effect.fnUntraced(function* (path: string) {
  const sql = yield* SqlClient.SqlClient
  const header = yield* verifyBackup(path)
  yield* prepare(header)
  const restored = yield* sql.withTransaction(fill(path))
  // The planner knows nothing of what came at once.
  yield* sql`ANALYZE`
  return restored
}, orDatabaseError)
