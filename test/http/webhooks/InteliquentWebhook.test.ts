import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Option } from "effect"
import { TestRunner } from "effect/cluster"
import { unknownBackorder } from "../../../src/domain/backorders/Backorder.ts"
import { JournalUnavailable } from "../../../src/domain/journal/CommandErrors.ts"
import { Backorder } from "../../../src/entities/Backorder.ts"
import { InteliquentWebhookLive } from "../../../src/http/webhooks/InteliquentWebhook.ts"
import type { BackorderRow } from "../../../src/layers/storage/BackorderRows.ts"
import { BackorderRows } from "../../../src/layers/storage/BackorderRows.ts"
import { send, serving } from "../server/TestServer.ts"

const row: BackorderRow = {
  backorderId: "35-1",
  orderId: "35",
  line: 1,
  status: "placed",
  reference: "35-1",
  vendorOrderId: "9001",
  locality: { npa: "212" },
  quantity: 7,
  received: 0,
  delivered: 0,
  desiredDueAt: null,
  checkedAt: null,
  version: 2,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z"
}

const found = (isOurs: boolean) => Effect.succeed(isOurs ? Option.some(row) : Option.none())

const rows: BackorderRows["Service"] = {
  list: () => Effect.succeed([]),
  get: () => found(false),
  byVendorOrder: (id) =>
    id === "5030" ? Effect.fail(new JournalUnavailable({ detail: "no database" })) : found(id === row.vendorOrderId),
  byReference: (reference) => found(reference === row.reference)
}

const start = (settings: Record<string, string> = {}) =>
  Effect.gen(function* () {
    const woken: Array<readonly [string, string]> = []
    const state = unknownBackorder("35-1")
    const backorders = Backorder.toLayer(
      Effect.succeed(
        Backorder.of({
          Place: () => Effect.succeed(state),
          CheckNow: () => Effect.succeed(state),
          Cancel: () => Effect.succeed(state),
          Get: () => Effect.succeed(state),
          Wake: ({ payload, address }) => Effect.sync(() => void woken.push([address.entityId, payload.trigger]))
        })
      )
    ).pipe(Layer.provideMerge(TestRunner.layer))
    const origin = yield* serving(
      InteliquentWebhookLive.pipe(
        Layer.provide([backorders, Layer.succeed(BackorderRows, rows)]),
        Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(settings)))
      )
    )
    const notify = (body: unknown, headers: Record<string, string> = {}) =>
      send(`${origin}/webhooks/inteliquent`, {
        method: "POST",
        headers,
        body: typeof body === "string" ? body : JSON.stringify(body)
      })
    return { woken, notify }
  })

const notification = {
  message: "Order Completed",
  notificationType: "ORDER",
  orderId: 9001,
  customerOrderReference: "35-1",
  orderType: "NEW",
  orderStatus: "CLSD",
  timestamp: "1/2/2026 3:04:05.000000 PM +00:00",
  tnList: { tnItem: [{ tn: "2125550123", tnStatus: "Complete" }] },
  somethingNew: { of: ["the", "vendor"] }
}

describe("Inteliquent's webhook", () => {
  it.live("wakes the back-order, found by the vendor's order id or by our reference", () =>
    Effect.gen(function* () {
      const { woken, notify } = yield* start()
      const answers = yield* Effect.all([
        notify(notification),
        notify({ orderId: "9001" }),
        notify({ orderId: "77", customerOrderReference: "35-1" }),
        notify({ customerOrderReference: "35-1", orderId: null })
      ])
      assert.deepStrictEqual(
        answers.map(({ status, json }) => [status, json["status"]]),
        Array.from({ length: 4 }, () => [200, "success"])
      )
      assert.deepStrictEqual(
        woken,
        Array.from({ length: 4 }, () => ["35-1", "notification"])
      )
    }).pipe(Effect.scoped)
  )

  it.live("ignores an order that is no back-order", () =>
    Effect.gen(function* () {
      const { woken, notify } = yield* start()
      const { status, json } = yield* notify({ orderId: 1, customerOrderReference: "36" })
      assert.deepStrictEqual([status, json["status"], woken], [200, "ignored", []])
    }).pipe(Effect.scoped)
  )

  it.live("refuses what names no order", () =>
    Effect.gen(function* () {
      const { notify } = yield* start()
      for (const body of ["{}", '{"orderId":[1]}', '{"orderId":"\\u0000"}', '{"orderId":', "5", '{"orderId":""}']) {
        const { status, json } = yield* notify(body)
        assert.deepStrictEqual([body, status, json["type"]], [body, 400, "urn:tandem:problem:webhook-invalid"])
      }
    }).pipe(Effect.scoped)
  )

  it.live("asks for the Authorization header that was agreed on", () =>
    Effect.gen(function* () {
      const { woken, notify } = yield* start({ INTELIQUENT_WEBHOOK_AUTHORIZATION: "Basic c2VjcmV0" })
      assert.strictEqual((yield* notify(notification)).status, 401)
      assert.strictEqual((yield* notify(notification, { authorization: "Basic d3Jvbmc=" })).status, 401)
      assert.deepStrictEqual(woken, [])
      assert.strictEqual((yield* notify(notification, { authorization: "Basic c2VjcmV0" })).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("asks for another delivery when the database does not answer", () =>
    Effect.gen(function* () {
      const { notify } = yield* start()
      const { status, headers } = yield* notify({ orderId: 5030 })
      assert.deepStrictEqual([status, headers.get("retry-after") !== null], [503, true])
    }).pipe(Effect.scoped)
  )
})
