import { Array, Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { NumberStatus, NumberVendor, PhoneNumberState } from "../../domain/numbers/PhoneNumber.ts"
import { equalTo, iso, limited, orUnavailable } from "./RowQueries.ts"

/** One number as the lists show it. Instants are ISO 8601, UTC, milliseconds. */
export interface NumberRow extends PhoneNumberState {
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export interface NumberFilter {
  readonly status?: NumberStatus | undefined
  readonly vendor?: NumberVendor | undefined
  readonly orderId?: string | undefined
  /** Three digits. */
  readonly areaCode?: string | undefined
}

/** Numbers that one statement asks for; a longer list takes several. */
const knownPerStatement = 5_000

export class NumberRows extends Context.Service<
  NumberRows,
  {
    /** By number, after the given one; at most 201. */
    readonly list: (query: {
      readonly filter: NumberFilter
      readonly afterE164: string | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<NumberRow>, JournalUnavailable>
    readonly get: (e164: string) => Effect.Effect<Option.Option<NumberRow>, JournalUnavailable>
    /** Every number of one line (from 1) of one order. */
    readonly ofOrderLine: (orderId: string, line: number) => Effect.Effect<ReadonlyArray<NumberRow>, JournalUnavailable>
    /** Those of the given numbers that Tandem holds in any status but `released`. */
    readonly known: (e164s: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>, JournalUnavailable>
  }
>()("tandem/layers/storage/NumberRows") {
  static readonly layer: Layer.Layer<NumberRows, never, SqlClient.SqlClient> = Layer.effect(
    NumberRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = sql`e164, status, country, vendor, order_id AS "orderId", line, vendor_order_id AS "vendorOrderId",
        backorder_id AS "backorderId", inventory_error AS "inventoryError", block_error AS "blockError", version,
        ${iso(sql, "created_at")} AS "createdAt", ${iso(sql, "updated_at")} AS "updatedAt"`
      const clauses = ({ status, vendor, orderId, areaCode }: NumberFilter, afterE164: string | null) =>
        sql.and([
          "true",
          ...equalTo(sql, { status, vendor, order_id: orderId }),
          ...(areaCode === undefined ? [] : [sql`starts_with(e164, ${`+1${areaCode}`})`]),
          ...(afterE164 === null ? [] : [sql`e164 > ${afterE164}`])
        ])
      return NumberRows.of({
        list: ({ filter, afterE164, limit }) =>
          sql<NumberRow>`SELECT ${columns} FROM numbers WHERE ${clauses(filter, afterE164)}
            ORDER BY e164 LIMIT ${limited(limit)}`.pipe(orUnavailable),
        get: (e164) =>
          sql<NumberRow>`SELECT ${columns} FROM numbers WHERE e164 = ${e164}`.pipe(
            Effect.map((rows) => Option.fromUndefinedOr(rows[0])),
            orUnavailable
          ),
        ofOrderLine: (orderId, line) =>
          sql<NumberRow>`SELECT ${columns} FROM numbers WHERE order_id = ${orderId} AND line = ${line}
            ORDER BY e164`.pipe(orUnavailable),
        known: Effect.fnUntraced(function* (e164s) {
          const found = yield* Effect.forEach(Array.chunksOf(e164s, knownPerStatement), (some) =>
            sql<{ readonly e164: string }>`SELECT e164 FROM numbers
              WHERE ${sql.in("e164", some)} AND status <> 'released'`.pipe(orUnavailable)
          )
          return new Set(found.flat().map((row) => row.e164))
        })
      })
    })
  )
}
