import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { BackorderRows } from "../../../src/layers/storage/BackorderRows.ts"
import { NumberRows } from "../../../src/layers/storage/NumberRows.ts"
import { OrderRows } from "../../../src/layers/storage/OrderRows.ts"
import { maxRowsPerPage } from "../../../src/layers/storage/RowQueries.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"
import { seed } from "./SampleRows.ts"

const rows = Layer.mergeAll(BackorderRows.layer, NumberRows.layer, OrderRows.layer).pipe(
  Layer.provideMerge(TestDatabase.layer)
)

const hostile = "' OR '1'='1'; DROP TABLE numbers; --"

layer(rows)("read models", (it) => {
  it.effect("find a back-order by the vendor's id and by our reference", () =>
    Effect.gen(function* () {
      yield* seed
      const backorders = yield* BackorderRows
      const found = yield* backorders.byVendorOrder("v2")
      assert.strictEqual(Option.getOrThrow(found).backorderId, "102-1")
      assert.deepStrictEqual(yield* backorders.byReference("ref-2"), found)
      assert.deepStrictEqual(yield* backorders.get("102-1"), found)
      assert.isTrue(Option.isNone(yield* backorders.byVendorOrder("v9")))
      assert.isTrue(Option.isNone(yield* backorders.byReference(hostile)))
    })
  )

  it.effect("give the numbers of one line of one order", () =>
    Effect.gen(function* () {
      const numbers = yield* NumberRows
      const line = yield* numbers.ofOrderLine("101", 2)
      assert.deepStrictEqual(
        line.map(({ e164 }) => e164),
        ["+12125550103", "+12125550104", "+13125550100"]
      )
      assert.deepStrictEqual(
        [line[0]?.vendor, line[0]?.createdAt, line[0]?.updatedAt, line[0]?.version],
        ["inteliquent", "2026-01-01T00:01:00.123Z", "2026-01-01T00:02:00.123Z", 4]
      )
      assert.deepStrictEqual(yield* numbers.ofOrderLine("101", 3), [])
      assert.deepStrictEqual(yield* numbers.ofOrderLine(hostile, 1), [])
    })
  )

  it.effect("know which numbers are held, a released one not", () =>
    Effect.gen(function* () {
      const numbers = yield* NumberRows
      const known = yield* numbers.known(["+12125550100", "+12125550101", "+12125559999", hostile])
      assert.deepStrictEqual([...known], ["+12125550101"])
      assert.strictEqual((yield* numbers.known([])).size, 0)
    })
  )

  it.effect("know them however many are asked for", () =>
    Effect.gen(function* () {
      const numbers = yield* NumberRows
      const many = Array.from({ length: 12_000 }, (_, index) => `+1312${5_550_100 + index}`)
      assert.deepStrictEqual([...(yield* numbers.known(many.toReversed()))], ["+13125550100"])
    })
  )

  it.effect("give no more than a page, and one row to tell that there are more", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`INSERT INTO orders (order_id, status, subject, generation, requested, ordered, added, blocked, backordered,
        version, created_at, updated_at) SELECT n::text, 'completed', '', 1, 0, 0, 0, 0, 0, 1, now(), now()
        FROM generate_series(1000, 1300) AS n`
      const orders = yield* OrderRows
      const page = yield* orders.list({ after: null, limit: 100_000 })
      assert.strictEqual(page.length, maxRowsPerPage + 1)
      assert.strictEqual((yield* orders.list({ after: null, limit: 0 })).length, 1)
    })
  )

  it.effect("bind every value", () =>
    Effect.gen(function* () {
      const numbers = yield* NumberRows
      const orders = yield* OrderRows
      const filter = { orderId: hostile, areaCode: hostile }
      assert.deepStrictEqual(yield* numbers.list({ filter, afterE164: hostile, limit: 5 }), [])
      const after = { createdAt: "2030-01-01T00:00:00.000Z", id: hostile }
      assert.strictEqual((yield* orders.list({ after, limit: 5 })).length, 5)
      assert.isTrue(Option.isNone(yield* orders.get(hostile)))
      assert.strictEqual((yield* numbers.ofOrderLine("101", 1)).length, 3)
    })
  )

  it.effect("say that they cannot be read, and nothing of the database", () =>
    Effect.gen(function* () {
      const orders = yield* OrderRows
      const error = yield* Effect.flip(orders.list({ after: { createdAt: "no instant", id: "1" }, limit: 5 }))
      assert.deepStrictEqual([error._tag, error.detail], ["JournalUnavailable", "the lists cannot be read"])
    })
  )
})
