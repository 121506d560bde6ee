import { Clock, Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { join } from "node:path"
import * as Migrations from "../Migrations.ts"
import { createBackupFile } from "./BackupFile.ts"
import { BackupDatabaseError } from "./BackupErrors.ts"
import type { Header, Sequences } from "./BackupFormat.ts"
import { formatVersion, journalEvents, rowsOf } from "./BackupFormat.ts"
import type { CatalogTable } from "./Catalog.ts"
import { quoted, sequences, tables } from "./Catalog.ts"
import { orDatabaseError } from "./ErrorDetail.ts"

export interface TakenBackup {
  readonly path: string
  readonly bytes: number
  readonly rows: number
  readonly position: number
}

const line = (value: unknown) => `${JSON.stringify(value)}\n`

/** Texts of all types in the forms that lose nothing and that every server reads. */
const exactTexts = `SELECT set_config('datestyle', 'ISO, YMD', true), set_config('timezone', 'UTC', true),
  set_config('intervalstyle', 'postgres', true), set_config('bytea_output', 'hex', true),
  set_config('extra_float_digits', '1', true)`

/** See the format: what the reader needs to prove the chain row by row. */
const chainColumns = `,
  coalesce((SELECT p.hash FROM journal_events p WHERE p.entity_type = t.entity_type AND p.entity_id = t.entity_id
    AND p.version = t.version - 1), ''),
  (SELECT s.seal FROM journal_seals s WHERE s.last_position = t.position)`

const rowsQuery = ({ columns, name }: CatalogTable) => {
  const texts = columns.map((column) => `t.${quoted(column.name)}::text`).join(", ")
  const [more, order] = name === journalEvents ? [chainColumns, " ORDER BY t.position"] : ["", ""]
  return `SELECT json_build_array(${texts}${more})::text AS line FROM ${quoted(name)} t${order}`
}

const countRows = Effect.fnUntraced(function* (name: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql.unsafe<{ readonly rows: string }>(`SELECT count(*)::text AS rows FROM ${quoted(name)}`)
  return Number(rows[0]?.rows)
})

const makeHeader = Effect.fnUntraced(function* (found: ReadonlyArray<CatalogTable>) {
  const sql = yield* SqlClient.SqlClient
  const heads = yield* sql<{ readonly position: string; readonly seal: string }>`
    SELECT position::text, seal FROM journal_head`
  const head = heads[0]
  if (head === undefined) return yield* new BackupDatabaseError({ detail: "the journal has no head" })
  const header: Header = {
    tandemBackup: formatVersion,
    takenAt: new Date(yield* Clock.currentTimeMillis).toISOString(),
    position: Number(head.position),
    seal: head.seal,
    migrations: yield* Migrations.applied,
    tables: yield* Effect.forEach(found, ({ columns, days, name }) =>
      Effect.map(countRows(name), (rows) => ({ name, columns: columns.map((column) => column.name), rows, days }))
    )
  }
  return header
})

const sequenceValues = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const values: Sequences = {
    sequences: yield* Effect.forEach(yield* sequences, (name) =>
      Effect.flatMap(
        sql.unsafe<{ readonly value: string; readonly called: boolean }>(
          `SELECT last_value::text AS value, is_called AS called FROM ${quoted(name)}`
        ),
        (rows) =>
          rows[0] === undefined
            ? Effect.fail(new BackupDatabaseError({ detail: `the sequence ${name} has no value` }))
            : Effect.succeed({ name, ...rows[0] })
      )
    )
  }
  return values
})

const nameOf = ({ position, takenAt }: Header) =>
  `tandem-${takenAt.replace(/\.\d+/, "").replaceAll(/[-:]/g, "")}-${position}.backup.gz`

/**
 * Writes all rows of one moment into a new file in `directory`, whatever is written to the database meanwhile. Memory
 * does not grow with the database.
 */
export const takeBackup = Effect.fnUntraced(
  function* (directory: string) {
    const sql = yield* SqlClient.SqlClient
    yield* sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`
    yield* sql.unsafe(exactTexts)
    const found = yield* tables
    // Nothing is dropped or altered until we are done.
    yield* sql.unsafe(`LOCK TABLE ${found.map(({ name }) => quoted(name)).join(", ")} IN ACCESS SHARE MODE`)
    const header = yield* makeHeader(found)
    const path = join(directory, nameOf(header))
    const file = yield* createBackupFile(path)
    yield* file.write(line(header))
    for (const table of found) {
      yield* file.write(line({ table: table.name }))
      const rows = sql.unsafe<{ readonly line: string }>(rowsQuery(table)).stream
      yield* Stream.runForEachArray(rows, (some) => file.write(some.map((row) => `${row.line}\n`).join("")))
    }
    // Sequences know no snapshot: read last, none is behind the rows.
    yield* file.write(line(yield* sequenceValues))
    const bytes = yield* file.finish
    const taken: TakenBackup = { path, bytes, rows: rowsOf(header), position: header.position }
    return taken
  },
  (effect) => Effect.flatMap(SqlClient.SqlClient, (sql) => orDatabaseError(sql.withTransaction(Effect.scoped(effect))))
)
