import { Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { OrderStatus } from "../../domain/orders/Order.ts"
import { createdBefore, equalTo, iso, limited, orUnavailable } from "./RowQueries.ts"
import type { CreatedBefore } from "./RowQueries.ts"

/** One order as the lists show it. Instants are ISO 8601, UTC, milliseconds. */
export interface OrderRow {
  readonly orderId: string
  readonly status: OrderStatus
  readonly subject: string
  readonly generation: number
  readonly detail: string | null
  readonly requested: number
  readonly ordered: number
  readonly added: number
  readonly blocked: number
  readonly backordered: number
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export class OrderRows extends Context.Service<
  OrderRows,
  {
    /** Newest first; at most 201. */
    readonly list: (query: {
      readonly status?: OrderStatus | undefined
      readonly after: CreatedBefore | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<OrderRow>, JournalUnavailable>
    readonly get: (orderId: string) => Effect.Effect<Option.Option<OrderRow>, JournalUnavailable>
  }
>()("tandem/layers/storage/OrderRows") {
  static readonly layer: Layer.Layer<OrderRows, never, SqlClient.SqlClient> = Layer.effect(
    OrderRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = sql`order_id AS "orderId", status, subject, generation, detail, requested, ordered, added, blocked,
        backordered, version, ${iso(sql, "created_at")} AS "createdAt", ${iso(sql, "updated_at")} AS "updatedAt"`
      return OrderRows.of({
        list: ({ status, after, limit }) =>
          sql<OrderRow>`SELECT ${columns} FROM orders
            WHERE ${sql.and(["true", ...equalTo(sql, { status }), ...createdBefore(sql, "order_id", after)])}
            ORDER BY created_at DESC, order_id DESC LIMIT ${limited(limit)}`.pipe(orUnavailable),
        get: (orderId) =>
          sql<OrderRow>`SELECT ${columns} FROM orders WHERE order_id = ${orderId}`.pipe(
            Effect.map((rows) => Option.fromUndefinedOr(rows[0])),
            orUnavailable
          )
      })
    })
  )
}
