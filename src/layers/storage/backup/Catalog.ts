import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** What is about nodes that live now, and what the migrations write themselves. */
const leftOut = [
  "tandem_migrations",
  "cluster_migrations",
  "cluster_runner_migrations",
  "cluster_runners",
  "cluster_locks",
  "message_couriers"
]

/** A column as the catalog has it, with its type as a cast names it. */
export interface Column {
  readonly name: string
  readonly type: string
}

export interface CatalogTable {
  readonly name: string
  readonly columns: ReadonlyArray<Column>
  readonly days: ReadonlyArray<string>
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

interface TableRow extends CatalogTable {
  readonly refers_to: ReadonlyArray<string>
}

/** Those that others refer to come first. */
const inOrder = (rows: ReadonlyArray<TableRow>): ReadonlyArray<TableRow> => {
  const done = new Set<TableRow>()
  const add = (row: TableRow): void => {
    if (done.has(row)) return
    for (const other of rows) if (other !== row && row.refers_to.includes(other.name)) add(other)
    done.add(row)
  }
  rows.forEach(add)
  return [...done]
}

/** Every table whose rows are truth; a partitioned one counts as one, and its partitions as its days. */
export const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<TableRow>`
    SELECT c.relname::text AS name,
      (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
         ORDER BY a.attnum), '[]') FROM pg_attribute a
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
      (SELECT coalesce(json_agg(right(p.relname, 8) ORDER BY p.relname), '[]')
       FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid WHERE i.inhparent = c.oid) AS days,
      (SELECT coalesce(json_agg(f.relname), '[]') FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
       WHERE k.conrelid = c.oid AND k.contype = 'f') AS refers_to
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> ALL (${leftOut}::text[])
    ORDER BY c.relname COLLATE "C"`
  return inOrder(rows)
})

/** Names of the sequences, but for those of tables that are left out. */
export const sequences = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly name: string }>`
    SELECT c.relname::text AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' AND NOT EXISTS (
      SELECT FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
        AND t.relname = ANY (${leftOut}::text[]))
    ORDER BY c.relname COLLATE "C"`
  return rows.map(({ name }) => name)
})
