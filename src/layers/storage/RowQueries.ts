import { Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"

/** Most rows that one page of a list holds. */
export const maxRowsPerPage = 200

export const limited = (limit: number) => Math.min(Math.max(1, limit), maxRowsPerPage + 1)

/** The database cannot be read; the details are in the log, not in the error. */
export const orUnavailable = <A, R>(query: Effect.Effect<A, SqlError.SqlError, R>) =>
  query.pipe(
    Effect.tapError((error) => Effect.logWarning("a list cannot be read", error)),
    Effect.mapError(() => new JournalUnavailable({ detail: "the lists cannot be read" }))
  )

/** `column = value` for each value that is given, all of them bound. */
export const equalTo = (
  sql: SqlClient.SqlClient,
  values: Readonly<Record<string, string | number | undefined>>
): Array<Statement.Fragment> =>
  Object.entries(values).flatMap(([column, value]) => (value === undefined ? [] : [sql`${sql(column)} = ${value}`]))

/** An instant as ISO 8601, UTC, milliseconds. */
export const iso = (sql: SqlClient.SqlClient, column: string) =>
  sql`to_char(${sql(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Newest first: the rows after this one are those created before it. */
export interface CreatedBefore {
  readonly createdAt: string
  readonly id: string
}

export const createdBefore = (
  sql: SqlClient.SqlClient,
  idColumn: string,
  after: CreatedBefore | null
): Array<Statement.Fragment> =>
  after === null ? [] : [sql`(created_at, ${sql(idColumn)}) < (${after.createdAt}::timestamptz, ${after.id})`]
