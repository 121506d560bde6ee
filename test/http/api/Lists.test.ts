import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { seed } from "../../layers/storage/SampleRows.ts"
import * as Api from "./ApiFixture.ts"

/** Follows nextCursor to the end. */
const walk = Effect.fnUntraced(function* (path: string, key: string, limit: number) {
  const pages: Array<Api.Body["items"]> = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`
    const answer: Api.Answer = yield* Api.send(`${path}?limit=${limit}${query}`, { key })
    assert.strictEqual(answer.status, 200)
    pages.push(answer.body.items)
    cursor = answer.body.nextCursor
  } while (cursor !== null)
  return pages
})

layer(Api.layer, { excludeTestServices: true })("lists", (it) => {
  describe("pages", () => {
    it.effect("give every order once, newest first", () =>
      Effect.gen(function* () {
        yield* seed
        const key = yield* Api.keyOf("viewer")
        const pages = yield* walk("/api/v1/orders", key, 2)
        assert.deepStrictEqual(
          pages.map((items) => items.map((order) => order.orderId)),
          [["105", "104"], ["103", "102"], ["101"]]
        )
        assert.strictEqual(pages[2]?.[0]?.createdAt, "2026-01-01T00:01:00.123Z")
      })
    )

    it.effect("give back-orders of one instant once each", () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("viewer")
        const pages = yield* walk("/api/v1/backorders", key, 1)
        assert.deepStrictEqual(
          pages.flat().map((each) => each.backorderId),
          ["103-1", "102-1", "101-1"]
        )
        assert.deepStrictEqual(pages[0]?.[0]?.locality, { npa: "212" })
      })
    )

    it.effect("give numbers in order, and an exact last page without a further one", () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("viewer")
        const pages = yield* walk("/api/v1/numbers", key, 3)
        assert.deepStrictEqual(
          pages.map((items) => items.length),
          [3, 3]
        )
        assert.deepStrictEqual(
          pages
            .flat()
            .map(({ e164 }) => e164)
            .toSorted(),
          pages.flat().map(({ e164 }) => e164)
        )
      })
    )
  })

  describe("filters", () => {
    for (const [query, e164s] of [
      ["status=released", ["+12125550100"]],
      ["vendor=plivo", ["+12125550100", "+12125550101", "+12125550102"]],
      ["areaCode=312", ["+13125550100"]],
      ["orderId=101&vendor=inteliquent&areaCode=212", ["+12125550103", "+12125550104"]],
      ["orderId=999", []]
    ] as const) {
      it.effect(`numbers?${query}`, () =>
        Effect.gen(function* () {
          const { body } = yield* Api.send(`/api/v1/numbers?${query}`, { key: yield* Api.keyOf("viewer") })
          assert.deepStrictEqual(
            body.items.map((item) => item.e164),
            [...e164s]
          )
        })
      )
    }

    it.effect("orders by status, back-orders by order", () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("viewer")
        const orders = yield* Api.send("/api/v1/orders?status=failed", { key })
        assert.deepStrictEqual([orders.body.items.length, orders.body.items[0]?.orderId], [1, "105"])
        const backorders = yield* Api.send("/api/v1/backorders?orderId=102&status=placed", { key })
        assert.deepStrictEqual([backorders.body.items.length, backorders.body.items[0]?.reference], [1, "ref-2"])
      })
    )
  })

  describe("one row", () => {
    for (const [path, field, value] of [
      ["/api/v1/orders/101", "status", "completed"],
      ["/api/v1/backorders/101-1", "vendorOrderId", "v1"],
      ["/api/v1/numbers/%2B12125550101", "orderId", "101"],
      ["/api/v1/numbers/+12125550101", "orderId", "101"]
    ] as const) {
      it.effect(path, () =>
        Effect.gen(function* () {
          const { body, status } = yield* Api.send(path, { key: yield* Api.keyOf("viewer") })
          assert.deepStrictEqual([status, body[field]], [200, value])
        })
      )
    }

    for (const [path, problem] of [
      ["/api/v1/orders/999", "order-unknown"],
      ["/api/v1/backorders/999-1", "backorder-unknown"],
      ["/api/v1/numbers/+12125559999", "number-unknown"],
      ["/api/v1/numbers/+12125559999/timeline", "number-unknown"],
      ["/api/v1/dead-letters/999", "dead-letter-unknown"]
    ] as const) {
      it.effect(`${path} is ${problem}`, () =>
        Effect.gen(function* () {
          const { body, status } = yield* Api.send(path, { key: yield* Api.keyOf("viewer") })
          assert.deepStrictEqual([status, body.type], [404, `urn:tandem:problem:${problem}`])
        })
      )
    }
  })

  describe("malformed cursors", () => {
    const cursors = {
      "not base64url": "%25%25",
      "no JSON": Buffer.from("{").toString("base64url"),
      "another list's": Buffer.from('"+12125550100"').toString("base64url"),
      "SQL in the instant": Buffer.from(JSON.stringify({ createdAt: "'; DROP TABLE orders; --", id: "1" })).toString(
        "base64url"
      ),
      "a zero byte in the id": Buffer.from(
        JSON.stringify({ createdAt: "2026-01-01T00:00:00.000Z", id: "1\0" })
      ).toString("base64url")
    }
    for (const [name, cursor] of Object.entries(cursors)) {
      it.effect(name, () =>
        Effect.gen(function* () {
          const answer = yield* Api.send(`/api/v1/orders?cursor=${cursor}`, { key: yield* Api.keyOf("viewer") })
          assert.deepStrictEqual([answer.status, answer.body.type], [400, "urn:tandem:problem:invalid-cursor"])
        })
      )
    }
  })
})
