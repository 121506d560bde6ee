import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { PhoneNumber } from "../../src/entities/PhoneNumber.ts"
import { Inteliquent } from "../../src/layers/vendors/Inteliquent.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"
import {
  comments,
  commentWith,
  e164s,
  openOrders,
  placed,
  sevenWanted,
  vendorOrder,
  vendorOrders
} from "./BackorderFixture.ts"

const testMillis = 120_000

/** The timer does not get in the test's way. */
const seldom = Plane.layer({ settings: { BACKORDER_CHECK_MINUTES: "60", VENDOR_BREAKER_OPEN_SECONDS: "1" } })
const often = Plane.layer({ settings: { BACKORDER_CHECK_MINUTES: "0.02", VENDOR_BREAKER_OPEN_SECONDS: "1" } })

/** The vendor takes the order after its caller has given up. */
const late = { vendor: "inteliquent", operation: "tnRequest", kind: "timeoutLateCommit" } as const

const wanted = { line: 1, country: "US" as const, locality: { npa: "212" }, quantity: 7 }

/** A second order of ours under the same reference, as a frozen node leaves it. */
const placeTwin = (reference: string) =>
  Effect.flatMap(Inteliquent, (vendor) => vendor.backorder({ reference, locality: { npa: "212" }, quantity: 7 }))

describe("placing a back-order", () => {
  it.live(
    "two placements of one back-order at once leave one order at the vendor",
    () =>
      Effect.gen(function* () {
        const request = { vendor: "inteliquent", operation: "tnRequest" } as const
        const { backorder, orderId, orderIs, sandbox } = yield* sevenWanted([
          { ...request, kind: "serverError", times: 1 },
          { ...request, kind: "slow", delayMillis: 2_000 }
        ])
        yield* eventually(sandbox.calls("inteliquent"), (calls) => calls.some(({ fault }) => fault === "serverError"))
        yield* backorder.Wake({ trigger: "timer" })
        yield* Effect.sleep("500 millis")
        yield* backorder.Place({ commandKey: "again", request: { ...wanted, orderId, reference: orderId } })
        yield* orderIs("backordered")
        const state = yield* backorder.CheckNow({ commandKey: "check", trigger: "operator" })
        assert.deepStrictEqual(
          (yield* vendorOrders).map((order) => [String(order.orderId), order.status]),
          [[state.vendorOrderId, "Pending"]]
        )
      }).pipe(Effect.provide(seldom), Effect.scoped),
    testMillis
  )

  it.live(
    "an order that comes through after its answer timed out is cancelled, and all numbers come from the other",
    () =>
      Effect.gen(function* () {
        const { order, orderIs, sandbox } = yield* sevenWanted([
          { ...late, times: 1, delayMillis: 50, holdMillis: 6_000 }
        ])
        yield* orderIs("backordered")
        yield* eventually(vendorOrders, (orders) => orders.length === 2)
        yield* eventually(openOrders, (orders) => orders.length === 1)
        yield* sandbox.fillBackorder((yield* openOrders)[0]?.orderId ?? 0)
        yield* orderIs("completed")
        const { inteliquent } = yield* sandbox.ledger
        assert.sameMembers(
          inteliquent.backorders.map(({ status }) => status),
          ["Closed", "Canceled"]
        )
        assert.sameMembers([...(yield* order.Get()).added], e164s(inteliquent.sold.map(({ tn }) => tn)))
      }).pipe(Effect.provide(often), Effect.scoped),
    testMillis
  )

  it.live(
    "of two orders under one reference the later is cancelled, and numbers that it brought are ours",
    () =>
      Effect.gen(function* () {
        const { backorder, orderId, orderIs, sandbox } = yield* placed
        const open = yield* placeTwin(orderId)
        const full = yield* placeTwin(orderId)
        yield* sandbox.fillBackorder(open.orderId, 2)
        yield* backorder.CheckNow({ commandKey: "one", trigger: "operator" })
        const [first, ...others] = yield* vendorOrders
        assert.deepStrictEqual(
          [first?.status, ...others.map(({ status }) => status)],
          ["Pending", "Canceled", "Canceled"]
        )
        const state = yield* backorder.Get()
        assert.deepStrictEqual([state.vendorOrderId, state.received.length], [String(first?.orderId), 2])
        assert.notStrictEqual(full.orderId, state.vendorOrderId)
        const filled = yield* placeTwin(orderId)
        yield* sandbox.fillBackorder(filled.orderId)
        yield* backorder.Wake({ trigger: "notification" })
        yield* orderIs("completed")
        assert.deepStrictEqual(yield* openOrders, [])
        assert.strictEqual((yield* sandbox.ledger).mcp.inventory.length, 9)
      }).pipe(Effect.provide(seldom), Effect.scoped),
    testMillis
  )
})

describe("cancelling a back-order", () => {
  it.live(
    "delivers what the vendor assigned unseen and cancels the rest at the vendor",
    () =>
      Effect.gen(function* () {
        const { backorder, order, orderIs, sandbox, vendorOrderId } = yield* placed
        yield* sandbox.fillBackorder(vendorOrderId, 3)
        const state = yield* backorder.Cancel({ commandKey: "cancel", reason: "customer left" })
        assert.deepStrictEqual([state.status, state.delivered.length], ["cancelled", 3])
        assert.deepStrictEqual(yield* backorder.Cancel({ commandKey: "cancel", reason: "customer left" }), state)
        yield* orderIs("completed")
        const { tns, status } = yield* vendorOrder
        assert.strictEqual(status, "Canceled")
        assert.sameMembers([...(yield* order.Get()).blocked], e164s(tns))
        const [arrived, ended, ...more] = yield* comments
        assert.include(arrived, "3 numbers arrived, 3 of 7 in all.")
        assert.include(ended, "cancelled: 3 of 7 received.")
        assert.deepStrictEqual(more, [])
      }).pipe(Effect.provide(seldom), Effect.scoped),
    testMillis
  )

  it.live(
    "is refused when the vendor has filled it meanwhile; all is delivered",
    () =>
      Effect.gen(function* () {
        const { backorder, orderIs, sandbox, vendorOrderId } = yield* placed
        yield* sandbox.fillBackorder(vendorOrderId)
        const refusal = yield* Effect.flip(backorder.Cancel({ commandKey: "cancel", reason: "too late" }))
        assert.strictEqual(refusal._tag, "BackorderStatusRefused")
        yield* orderIs("completed")
        assert.strictEqual((yield* backorder.Get()).status, "closed")
        assert.strictEqual((yield* sandbox.ledger).mcp.inventory.length, 7)
      }).pipe(Effect.provide(seldom), Effect.scoped),
    testMillis
  )

  it.live(
    "cancels an order at the vendor that was placed although its answer was lost",
    () =>
      Effect.gen(function* () {
        const { backorder, sandbox } = yield* sevenWanted([
          { vendor: "inteliquent", operation: "tnRequest", kind: "timeoutAfterCommit", times: 1, holdMillis: 3_000 }
        ])
        yield* eventually(openOrders, (orders) => orders.length === 1)
        yield* sandbox.setFaults([{ vendor: "inteliquent", operation: "orderList", kind: "serverError" }])
        const refusal = yield* Effect.flip(backorder.Cancel({ commandKey: "cancel", reason: "customer left" }))
        assert.strictEqual(refusal._tag, "BackorderActionRefused")
        assert.strictEqual((yield* backorder.Get()).status, "requested")
        yield* sandbox.setFaults([])
        yield* Effect.retry(backorder.Cancel({ commandKey: "cancel", reason: "customer left" }), {
          while: (error) => error._tag === "BackorderActionRefused",
          schedule: Schedule.spaced("200 millis")
        })
        assert.deepStrictEqual(
          (yield* vendorOrders).map(({ status }) => status),
          ["Canceled"]
        )
      }).pipe(Effect.provide(seldom), Effect.scoped),
    testMillis
  )

  it.live(
    "cancels at the vendor what comes through only after the cancellation",
    () =>
      Effect.gen(function* () {
        const { backorder, isStatus, orderIs } = yield* sevenWanted([
          { ...late, times: 1, delayMillis: 1_500, holdMillis: 6_000 }
        ])
        yield* isStatus("requested")
        yield* backorder.Cancel({ commandKey: "cancel", reason: "customer left" })
        assert.deepStrictEqual(yield* vendorOrders, [])
        yield* eventually(vendorOrders, (orders) => orders.length === 1)
        yield* eventually(openOrders, (orders) => orders.length === 0)
        assert.strictEqual((yield* backorder.Get()).status, "cancelled")
        // Nothing was bought and nothing is awaited: the ticket may be run again.
        yield* orderIs("failed")
      }).pipe(Effect.provide(often), Effect.scoped),
    testMillis
  )
})

describe("delivering the numbers of a back-order", () => {
  it.live(
    "reports numbers that arrive between a comment and the record of it",
    () =>
      Effect.gen(function* () {
        const { backorder, order, orderIs, sandbox, vendorOrderId } = yield* placed
        yield* sandbox.setFaults([
          { vendor: "zendesk", operation: "^PUT", kind: "timeoutAfterCommit", holdMillis: 1_000 }
        ])
        yield* sandbox.fillBackorder(vendorOrderId, 2)
        yield* backorder.Wake({ trigger: "notification" })
        yield* commentWith("2 numbers arrived")
        yield* sandbox.setFaults([{ vendor: "zendesk", kind: "serverError" }])
        yield* sandbox.fillBackorder(vendorOrderId)
        yield* eventually(
          sandbox.calls("zendesk"),
          (calls) => calls.filter(({ fault }) => fault === "serverError").length >= 5
        )
        yield* backorder.Wake({ trigger: "notification" })
        yield* Effect.sleep("1 second")
        yield* sandbox.setFaults([])
        yield* backorder
          .Wake({ trigger: "notification" })
          .pipe(Effect.andThen(Effect.sleep("1 second")), Effect.forever, Effect.raceFirst(orderIs("completed")))
        const told = (yield* comments).join("\n")
        const { tns } = yield* vendorOrder
        for (const e164 of e164s(tns)) assert.include(told, e164)
        assert.sameMembers([...(yield* order.Get()).added], e164s(tns))
      }).pipe(Effect.provide(seldom), Effect.scoped),
    testMillis
  )

  it.live(
    "reports a number that another order holds as failed, delivers the others and closes",
    () =>
      Effect.gen(function* () {
        const { backorder, isStatus, order, orderIs, sandbox, vendorOrderId } = yield* placed
        yield* sandbox.fillBackorder(vendorOrderId)
        const [taken = "", ...free] = e164s((yield* vendorOrder).tns)
        const hold = {
          orderId: "4711",
          line: 1,
          vendor: "inteliquent" as const,
          country: "US" as const,
          backorderId: null
        }
        yield* (yield* PhoneNumber.client)(taken).Reserve({ commandKey: "mine", hold })
        yield* backorder.Wake({ trigger: "notification" })
        yield* isStatus("closed")
        yield* orderIs("completed")
        assert.sameMembers([...(yield* order.Get()).added], free)
        const [told = ""] = yield* comments
        assert.include(told, "Added to inventory: 6, not added: 1, blocked: 6, not blocked: 0.")
        assert.include(told, `${taken}: held by order 4711`)
      }).pipe(Effect.provide(seldom), Effect.scoped),
    testMillis
  )

  it.live(
    "does nothing twice however many notifications come at once",
    () =>
      Effect.gen(function* () {
        const { backorder, orderIs, sandbox, vendorOrderId } = yield* placed
        yield* sandbox.fillBackorder(vendorOrderId)
        const wake = backorder.Wake({ trigger: "notification" })
        const look = (n: number) => backorder.CheckNow({ commandKey: `check-${n}`, trigger: "operator" })
        yield* Effect.all([wake, look(1), wake, look(2), wake, look(3), wake], { concurrency: "unbounded" })
        yield* orderIs("completed")
        yield* Effect.all([wake, look(4), wake], { concurrency: "unbounded" })
        const state = yield* look(5)
        assert.deepStrictEqual([state.status, state.received.length, state.delivered.length], ["closed", 7, 7])
        const { mcp } = yield* (yield* Sandbox).ledger
        assert.deepStrictEqual(
          mcp.inventory.map(({ times }) => times),
          [1, 1, 1, 1, 1, 1, 1]
        )
        assert.strictEqual(mcp.blockCalls.length, 7)
        assert.strictEqual((yield* comments).length, 1)
      }).pipe(Effect.provide(seldom), Effect.scoped),
    testMillis
  )
})

describe("a back-order's timer", () => {
  it.live(
    "writes a status note after each interval, without a notification and although the vendor cannot be asked",
    () =>
      Effect.gen(function* () {
        const { sandbox } = yield* placed
        yield* sandbox.setFaults([{ vendor: "inteliquent", kind: "serverError" }])
        yield* eventually(comments, (all) => all.length >= 2)
        const [first = "", second = ""] = yield* comments
        assert.include(first, "0 of 7 received.")
        assert.match(first, /status-1\./)
        assert.match(second, /status-2\./)
      }).pipe(
        Effect.provide(Plane.layer({ settings: { BACKORDER_CHECK_MINUTES: "0.02", BACKORDER_NOTE_HOURS: "0.0005" } })),
        Effect.scoped
      ),
    testMillis
  )

  it.live(
    "finds numbers whose notification was lost",
    () =>
      Effect.gen(function* () {
        const { orderIs, sandbox, vendorOrderId } = yield* placed
        yield* sandbox.fillBackorder(vendorOrderId)
        yield* orderIs("completed")
        assert.strictEqual((yield* sandbox.ledger).mcp.inventory.length, 7)
      }).pipe(Effect.provide(often), Effect.scoped),
    testMillis
  )

  it.live(
    "gives up after the longest wait: what came is delivered, the rest cancelled at the vendor",
    () =>
      Effect.gen(function* () {
        const { isStatus, orderIs, sandbox, vendorOrderId } = yield* placed
        yield* sandbox.fillBackorder(vendorOrderId, 2)
        yield* isStatus("expired")
        yield* orderIs("completed")
        assert.strictEqual((yield* vendorOrder).status, "Canceled")
        const told = yield* comments
        assert.include(told.at(-1), "expired: 2 of 7 received.")
        assert.strictEqual((yield* sandbox.ledger).mcp.inventory.length, 2)
      }).pipe(
        Effect.provide(
          Plane.layer({ settings: { BACKORDER_CHECK_MINUTES: "0.02", BACKORDER_EXPIRE_DAYS: "0.00005" } })
        ),
        Effect.scoped
      ),
    testMillis
  )
})
