import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { unitedStatesTime } from "../../../src/simulators/inteliquent/InteliquentNotification.ts"
import { ask, inSandbox } from "../SandboxFixture.ts"
import { webhookReceiver } from "../WebhookReceiver.ts"
import { backorder, inteliquent, trunkGroup } from "./InteliquentFixture.ts"

describe("Inteliquent's back-orders", () => {
  it.live("are filled in parts, closed when full, and notified each time", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const hook = yield* webhookReceiver()
        yield* inSandbox(
          (sandbox) =>
            Effect.gen(function* () {
              const orderId = yield* backorder(sandbox, "1001", 7)
              assert.isString(orderId)
              const detail = Effect.map(
                inteliquent(sandbox, "orderDetail", { orderId: Number(orderId) }),
                (answer) => answer.json.orderDetailResponse
              )
              assert.deepInclude(yield* detail, { orderStatus: "Pending", customerOrderReference: "1001" })
              assert.match((yield* detail).desiredDueDate, /^\d{4}-\d\d-\d\d$/)
              const part = yield* ask(`${sandbox.baseUrl}/sandbox/inteliquent/backorders/${orderId}/fill`, {
                json: { count: 3 }
              })
              assert.strictEqual(part.status, 200)
              assert.strictEqual((yield* detail).orderStatus, "Pending")
              assert.strictEqual((yield* detail).tnList.tnItem.length, 3)
              yield* ask(`${sandbox.baseUrl}/sandbox/inteliquent/backorders/${orderId}/fill`, { method: "POST" })
              const closed = yield* detail
              assert.strictEqual(closed.orderStatus, "Closed")
              const tns: ReadonlyArray<string> = closed.tnList.tnItem.map((item: { tn: string }) => item.tn)
              assert.strictEqual(new Set(tns).size, 7)
              assert.isTrue(tns.every((tn) => tn.startsWith("212")))
              const [first, last] = yield* hook.count(2)
              assert.deepInclude(first?.json, { orderId: Number(orderId), orderStatus: "Pending" })
              assert.deepInclude(last?.json, {
                message: "Order completed",
                notificationType: "Order status update",
                customerOrderReference: "1001",
                orderStatus: "Closed"
              })
              assert.match(last?.json.timestamp, /^\d{1,2}\/\d{1,2}\/\d{4} \d{1,2}:\d\d:\d\d\.\d{6} [AP]M -06:00$/)
              assert.strictEqual(last?.headers.authorization, "Bearer hook")
              const [order] = (yield* sandbox.ledger).inteliquent.backorders
              assert.deepInclude(order, { filled: 7, status: "Closed", reference: "1001" })
              const again = yield* ask(`${sandbox.baseUrl}/sandbox/inteliquent/backorders/${orderId}/fill`, {
                method: "POST"
              })
              assert.strictEqual(again.status, 404)
            }),
          { inteliquentWebhook: { url: hook.url, authorization: "Bearer hook" } }
        )
      })
    )
  )

  it.live("fill themselves after a while when told so, at the exchange that was asked for", () =>
    inSandbox(
      (sandbox) =>
        Effect.gen(function* () {
          yield* inteliquent(sandbox, "tnRequest", { npa: "646", nxx: "397", quantity: 2, trunkGroup })
          const isClosed = Effect.map(sandbox.ledger, (ledger) => ledger.inteliquent.backorders[0]?.status === "Closed")
          yield* Effect.repeat(Effect.delay(isClosed, 20), { until: (closed) => closed })
          const { sold } = (yield* sandbox.ledger).inteliquent
          assert.deepStrictEqual(
            sold.map(({ tn }) => tn.slice(0, 6)),
            ["646397", "646397"]
          )
        }),
      { settings: { inteliquentAutoFillMillis: 10 } }
    )
  )

  it.live("are placed anew for the same reference, can be cancelled once, and need what they need", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const first = yield* backorder(sandbox, "1001", 2)
        const second = yield* backorder(sandbox, "1001", 2)
        assert.notStrictEqual(first, second)
        const cancel = Effect.map(
          inteliquent(sandbox, "orderCancel", { orderId: first }),
          (answer) => answer.json.statusCode
        )
        assert.strictEqual(yield* cancel, "200")
        assert.strictEqual(yield* cancel, "410")
        const list = yield* inteliquent(sandbox, "orderList", { orderStatus: "CNCL" })
        assert.strictEqual(list.json.orderList.orderType[0].orderStatus, "Canceled")
        const code = (body: Readonly<Record<string, unknown>>) =>
          Effect.map(inteliquent(sandbox, "tnRequest", body), (answer) => answer.json.statusCode)
        assert.strictEqual(yield* code({ npa: "212", trunkGroup }), "414")
        assert.strictEqual(yield* code({ quantity: 1, trunkGroup }), "414")
        assert.strictEqual(yield* code({ npa: "212", quantity: 1 }), "414")
        assert.strictEqual(yield* code({ npa: "212", quantity: 0, trunkGroup }), "409")
        assert.strictEqual(yield* code({ npa: "212", quantity: 1, trunkGroup, customerOrderReference: "a[1]" }), "409")
        assert.strictEqual(yield* code({ state: "CO", quantity: 1, trunkGroup }), "200")
      })
    )
  )

  it.live("tell the webhook that the account was given", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const hook = yield* webhookReceiver()
        yield* inSandbox((sandbox) =>
          Effect.gen(function* () {
            const set = yield* inteliquent(sandbox, "accountDefault", {
              customerDefault: { webhookUrl: hook.url, webhookHeader: "Basic abc" }
            })
            assert.strictEqual(set.json.statusCode, "200")
            yield* sandbox.fillBackorder(yield* backorder(sandbox, "9", 1))
            const [notification] = yield* hook.count(1)
            assert.strictEqual(notification?.headers.authorization, "Basic abc")
          })
        )
      })
    )
  )

  it("have times in the United States' form", () => {
    assert.strictEqual(unitedStatesTime(Date.UTC(2017, 6, 31, 10, 56, 6)), "7/31/2017 4:56:06.000000 AM -06:00")
    assert.strictEqual(unitedStatesTime(Date.UTC(2026, 0, 1, 6, 0, 0, 25)), "1/1/2026 12:00:00.025000 AM -06:00")
    assert.strictEqual(unitedStatesTime(Date.UTC(2026, 0, 1, 18)), "1/1/2026 12:00:00.000000 PM -06:00")
  })
})
