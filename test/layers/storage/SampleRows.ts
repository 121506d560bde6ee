import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Fills the lists: orders 101–105, numbers +12125550100–0104 and +13125550100, back-orders 101-1 to 103-1. */
export const seed = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const at = (minute: number) => `2026-01-01T00:0${minute}:00.123Z`
  for (const n of [1, 2, 3, 4, 5]) {
    yield* sql`INSERT INTO orders (order_id, status, subject, generation, requested, ordered, added, blocked, backordered,
      version, created_at, updated_at) VALUES (${`10${n}`}, ${n === 5 ? "failed" : "completed"}, 'numbers', 1, 5, 5, 5, 5, 0,
      3, ${at(n)}::timestamptz, ${at(n)}::timestamptz)`
  }
  const e164s = ["+12125550100", "+12125550101", "+12125550102", "+12125550103", "+12125550104", "+13125550100"]
  for (const [index, e164] of e164s.entries()) {
    yield* sql`INSERT INTO numbers (e164, status, country, vendor, order_id, line, version, created_at, updated_at)
      VALUES (${e164}, ${index === 0 ? "released" : "blocked"}, 'US', ${index < 3 ? "plivo" : "inteliquent"}, '101',
      ${index < 3 ? 1 : 2}, 4, ${at(1)}::timestamptz, ${at(2)}::timestamptz)`
  }
  for (const n of [1, 2, 3]) {
    yield* sql`INSERT INTO backorders (backorder_id, order_id, line, status, reference, vendor_order_id, locality, quantity,
      received, delivered, version, created_at, updated_at) VALUES (${`10${n}-1`}, ${`10${n}`}, 1, 'placed',
      ${`ref-${n}`}, ${`v${n}`}, ${JSON.stringify({ npa: "212" })}::json, 7, 0, 0, 2, ${at(1)}::timestamptz,
      ${at(1)}::timestamptz)`
  }
})
