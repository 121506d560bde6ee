import { Array, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { IndexedEntry } from "../../domain/fraud/lists/ListIndex.ts"
import type { ListEntryState, ListSource } from "../../domain/fraud/lists/ListEntry.ts"
import type { ListKind, ListName } from "../../domain/fraud/lists/ListValue.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { equalTo, iso, limited, orUnavailable } from "./RowQueries.ts"

/** One entry as the lists show it. Instants are ISO 8601, UTC, milliseconds. */
export interface ListEntryRow extends ListEntryState {
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export interface ListFilter {
  readonly list: ListName
  readonly kind?: ListKind | undefined
  readonly source?: ListSource | undefined
  /** What the value begins with. */
  readonly valuePrefix?: string | undefined
  /** On the list and not expired, or the opposite. */
  readonly active?: boolean | undefined
}

/** An entry that is on its list, and where a reader goes on after it. */
export interface ActiveEntry extends IndexedEntry {
  readonly entryId: string
}

/** Entries that one statement brings when a node reads whole lists, or those that changed. */
export const activePerPage = 5_000

interface Row {
  readonly entryId: string
  readonly list: ListName
  readonly kind: ListKind
  readonly value: string
  readonly reason: string
  readonly expiresAtMillis: number | null
}

const activeEntry = ({ expiresAtMillis, ...row }: Row): ActiveEntry => ({
  ...row,
  expiresAtMillis: expiresAtMillis ?? Number.POSITIVE_INFINITY
})

export class ListRows extends Context.Service<
  ListRows,
  {
    /** By kind and value, after the given entry; at most 201. */
    readonly list: (query: {
      readonly filter: ListFilter
      readonly after: string | null
      readonly limit: number
      readonly nowMillis: number
    }) => Effect.Effect<ReadonlyArray<ListEntryRow>, JournalUnavailable>
    /** Entries on both lists, in the order of their ids, after the given one; {@link activePerPage} at most. */
    readonly activeAfter: (entryId: string) => Effect.Effect<ReadonlyArray<ActiveEntry>, JournalUnavailable>
    /** Those of the given entries that are on their list. */
    readonly activeOf: (
      entryIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<ActiveEntry>, JournalUnavailable>
  }
>()("tandem/layers/storage/ListRows") {
  static readonly layer: Layer.Layer<ListRows, never, SqlClient.SqlClient> = Layer.effect(
    ListRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = sql`list, kind, value, status, reason, source, reference, ${iso(sql, "expires_at")} AS "expiresAt",
        changed_by AS "by", version, ${iso(sql, "created_at")} AS "createdAt", ${iso(sql, "updated_at")} AS "updatedAt"`
      const indexed = sql`entry_id AS "entryId", list, kind, value, reason,
        (extract(epoch FROM expires_at) * 1000)::double precision AS "expiresAtMillis"`

      const clauses = (
        { active, kind, list, source, valuePrefix }: ListFilter,
        after: string | null,
        nowMillis: number
      ) => {
        const living = sql`(status = 'active' AND (expires_at IS NULL
          OR expires_at > to_timestamp(${nowMillis}::double precision / 1000)))`
        return sql.and([
          ...equalTo(sql, { list, kind, source }),
          ...(valuePrefix === undefined ? [] : [sql`starts_with(value, ${valuePrefix})`]),
          ...(active === undefined ? [] : [active ? living : sql`NOT ${living}`]),
          ...(after === null ? [] : [sql`entry_id > ${after}`])
        ])
      }

      return ListRows.of({
        list: ({ after, filter, limit, nowMillis }) =>
          sql<ListEntryRow>`SELECT ${columns} FROM list_entries WHERE ${clauses(filter, after, nowMillis)}
            ORDER BY entry_id LIMIT ${limited(limit)}`.pipe(orUnavailable),
        activeAfter: (entryId) =>
          sql<Row>`SELECT ${indexed} FROM list_entries WHERE status = 'active' AND entry_id > ${entryId}
            ORDER BY entry_id LIMIT ${activePerPage}`.pipe(
            Effect.map((rows) => rows.map(activeEntry)),
            orUnavailable
          ),
        activeOf: Effect.fnUntraced(function* (entryIds) {
          const found = yield* Effect.forEach(Array.chunksOf(entryIds, activePerPage), (some) =>
            sql<Row>`SELECT ${indexed} FROM list_entries WHERE status = 'active' AND ${sql.in("entry_id", some)}`.pipe(
              orUnavailable
            )
          )
          return found.flat().map(activeEntry)
        })
      })
    })
  )
}
