import { Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { BackorderStatus } from "../../domain/backorders/Backorder.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { Locality } from "../../domain/numbers/RequestedLine.ts"
import { createdBefore, equalTo, iso, limited, orUnavailable } from "./RowQueries.ts"
import type { CreatedBefore } from "./RowQueries.ts"

/** One back-order as the lists show it. `received` and `delivered` count numbers. */
export interface BackorderRow {
  readonly backorderId: string
  readonly orderId: string
  readonly line: number
  readonly status: BackorderStatus
  readonly reference: string
  readonly vendorOrderId: string | null
  readonly locality: Locality
  readonly quantity: number
  readonly received: number
  readonly delivered: number
  readonly desiredDueAt: string | null
  readonly checkedAt: string | null
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

type Found = Effect.Effect<Option.Option<BackorderRow>, JournalUnavailable>

export class BackorderRows extends Context.Service<
  BackorderRows,
  {
    /** Newest first; at most 201. */
    readonly list: (query: {
      readonly status?: BackorderStatus | undefined
      readonly orderId?: string | undefined
      readonly after: CreatedBefore | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<BackorderRow>, JournalUnavailable>
    readonly get: (backorderId: string) => Found
    /** By the id that the vendor gave the order. */
    readonly byVendorOrder: (vendorOrderId: string) => Found
    /** By the customerOrderReference under which it stands at the vendor. */
    readonly byReference: (reference: string) => Found
  }
>()("tandem/layers/storage/BackorderRows") {
  static readonly layer: Layer.Layer<BackorderRows, never, SqlClient.SqlClient> = Layer.effect(
    BackorderRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = sql`backorder_id AS "backorderId", order_id AS "orderId", line, status, reference,
        vendor_order_id AS "vendorOrderId", locality, quantity, received, delivered, desired_due_at AS "desiredDueAt",
        ${iso(sql, "checked_at")} AS "checkedAt", version, ${iso(sql, "created_at")} AS "createdAt",
        ${iso(sql, "updated_at")} AS "updatedAt"`
      const first = (column: string) => (value: string) =>
        sql<BackorderRow>`SELECT ${columns} FROM backorders WHERE ${sql(column)} = ${value}
          ORDER BY created_at DESC, backorder_id DESC LIMIT 1`.pipe(
          Effect.map((rows) => Option.fromUndefinedOr(rows[0])),
          orUnavailable
        )
      return BackorderRows.of({
        list: ({ status, orderId, after, limit }) =>
          sql<BackorderRow>`SELECT ${columns} FROM backorders
            WHERE ${sql.and(["true", ...equalTo(sql, { status, order_id: orderId }), ...createdBefore(sql, "backorder_id", after)])}
            ORDER BY created_at DESC, backorder_id DESC LIMIT ${limited(limit)}`.pipe(orUnavailable),
        get: first("backorder_id"),
        byVendorOrder: first("vendor_order_id"),
        byReference: first("reference")
      })
    })
  )
}
