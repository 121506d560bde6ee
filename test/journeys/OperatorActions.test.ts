import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import {
  eventually,
  getJson,
  openTicket,
  orderWith,
  postJson,
  send,
  stock,
  ticketAtDesk,
  truthOf
} from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

const addressOf = (digits: string | undefined) => `/api/v1/numbers/%2B${digits}`

const lastComment = (ticketId: string) =>
  Effect.map(ticketAtDesk(ticketId), ({ comments }) => comments.at(-1)?.body ?? "")

/** A ticket for so many more numbers than there are; its id and that of its back-order. */
const backordered = Effect.fnUntraced(function* (npa: string, quantity: number) {
  yield* stock(npa, 1, 0)
  const ticketId = yield* openTicket(`Please order ${quantity} numbers in area code ${npa}.`)
  yield* orderWith(ticketId, "backordered")
  const { items } = yield* getJson(`/api/v1/backorders?orderId=${ticketId}`)
  assert.strictEqual(items.length, 1)
  return { ticketId, backorderId: String(items[0].backorderId) }
})

/** One number that was ordered for a ticket, as eleven digits; it is blocked. */
const ordered = Effect.fnUntraced(function* (npa: string, plivo: number, inteliquent: number) {
  yield* stock(npa, plivo, inteliquent)
  const ticketId = yield* openTicket(`Please order 1 number in area code ${npa}.`)
  yield* orderWith(ticketId, "completed")
  const { rented, sold } = yield* truthOf(npa)
  assert.deepStrictEqual([rented.length, sold.length], [plivo, inteliquent])
  return [...rented, ...sold][0]?.number
})

layer(Plane.layer(), { excludeTestServices: true })("an operator", (it) => {
  it.effect("cancels a back-order: at the vendor, for the order and on the ticket", () =>
    Effect.gen(function* () {
      const { backorderId, ticketId } = yield* backordered("602", 4)
      const path = `/api/v1/backorders/${backorderId}`
      const sent = { body: { reason: "the customer changed his mind" } }
      const cancelled = yield* postJson(`${path}/cancel`, sent)
      assert.strictEqual(cancelled.status, "cancelled")
      assert.deepStrictEqual(
        (yield* truthOf("602")).backorders.map(({ filled, status }) => ({ filled, status })),
        [{ filled: 0, status: "Canceled" }]
      )
      yield* orderWith(ticketId, "completed")
      assert.strictEqual((yield* getJson(path)).status, "cancelled")
      assert.include(yield* lastComment(ticketId), "for 3 numbers in 602 cancelled: 0 of 3 received.")

      assert.strictEqual((yield* postJson(`${path}/cancel`, sent)).status, "cancelled")
      assert.strictEqual((yield* ticketAtDesk(ticketId)).comments.length, 3)
    })
  )

  it.effect("has a back-order checked, which finds what no notification told, and cannot cancel it then", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { backorderId, ticketId } = yield* backordered("612", 3)
      const path = `/api/v1/backorders/${backorderId}`
      const unchanged = yield* postJson(`${path}/check-now`)
      assert.deepStrictEqual(unchanged.received, [])

      yield* sandbox.setFaults([{ vendor: "inteliquent", kind: "lostNotification" }])
      const { vendorOrderId } = yield* getJson(path)
      yield* sandbox.fillBackorder(vendorOrderId)
      const found = yield* postJson(`${path}/check-now`)
      assert.strictEqual(found.received.length, 2)
      yield* sandbox.setFaults([])
      yield* orderWith(ticketId, "completed")
      const { blocked, inventory, sold } = yield* truthOf("612")
      assert.deepStrictEqual([sold.length, inventory.length, blocked.length], [2, 3, 3])
      const { comments } = yield* ticketAtDesk(ticketId)
      assert(comments.some(({ body }) => body.includes("2 numbers arrived, 2 of 2 in all.")))

      const late = yield* send("POST", `${path}/cancel`, { body: { reason: "too late" } })
      assert.strictEqual(late.status, 409)
      assert.strictEqual(late.body.type, "urn:tandem:problem:backorder-status-refused")
    })
  )

  it.effect("is told of no back-order and no number that never was", () =>
    Effect.gen(function* () {
      const cancel = yield* send("POST", "/api/v1/backorders/999999-1/cancel", { body: { reason: "gone" } })
      assert.deepStrictEqual([cancel.status, cancel.body.type], [404, "urn:tandem:problem:backorder-unknown"])
      const check = yield* send("POST", "/api/v1/backorders/999999-1/check-now")
      assert.deepStrictEqual([check.status, check.body.type], [404, "urn:tandem:problem:backorder-unknown"])
      const block = yield* send("POST", `${addressOf("12129990000")}/block`)
      assert.deepStrictEqual([block.status, block.body.type], [404, "urn:tandem:problem:number-unknown"])
    })
  )

  it.effect("gives a number back to Plivo, which no longer rents it to us", () =>
    Effect.gen(function* () {
      const number = yield* ordered("617", 1, 0)
      const released = yield* postJson(`${addressOf(number)}/release`, { body: { reason: "not needed" } })
      assert.strictEqual(released.status, "released")
      const truth = yield* truthOf("617")
      assert.deepStrictEqual(truth.rented, [])
      assert.deepStrictEqual(
        truth.released.map((row) => row.number),
        [number]
      )
      const { items } = yield* getJson(`${addressOf(number)}/timeline`)
      assert.strictEqual(items.at(-1).type, "NumberReleased")
      const block = yield* send("POST", `${addressOf(number)}/block`)
      assert.deepStrictEqual([block.status, block.body.numberStatus], [409, "released"])
    })
  )

  it.effect("is told that a number of Inteliquent is disconnected by hand", () =>
    Effect.gen(function* () {
      const number = yield* ordered("619", 0, 1)
      const refused = yield* send("POST", `${addressOf(number)}/release`, { body: { reason: "not needed" } })
      assert.strictEqual(refused.status, 502)
      assert.strictEqual(refused.body.type, "urn:tandem:problem:number-action-refused")
      assert.strictEqual(refused.body.retryable, false)
      assert.include(refused.body.detail, "disconnected in the carrier's portal")
      assert.strictEqual((yield* getJson(addressOf(number))).status, "blocked")
      assert.strictEqual((yield* truthOf("619")).sold.length, 1)
    })
  )

  it.effect("gets the same answer for the same Idempotency-Key, whatever happened since", () =>
    Effect.gen(function* () {
      const number = yield* ordered("628", 1, 0)
      const calls = Effect.map(truthOf("628"), ({ blockCalls }) => blockCalls.map(({ operation }) => operation))
      const ask = (command: string, idempotencyKey: string) =>
        send("POST", `${addressOf(number)}/${command}`, { idempotencyKey })
      const unblocked = yield* ask("unblock", "first")
      assert.deepStrictEqual([unblocked.status, unblocked.body.status], [200, "active"])
      const blocked = yield* ask("block", "second")
      assert.deepStrictEqual([blocked.status, blocked.body.status], [200, "blocked"])
      assert.deepStrictEqual(yield* calls, ["block", "unblock", "block"])

      assert.deepStrictEqual(yield* ask("unblock", "first"), unblocked)
      assert.deepStrictEqual(yield* ask("block", "second"), blocked)
      assert.deepStrictEqual(yield* calls, ["block", "unblock", "block"])
      assert.strictEqual((yield* getJson(addressOf(number))).status, "blocked")

      const conflict = yield* ask("block", "first")
      assert.strictEqual(conflict.status, 409)
      assert.strictEqual(conflict.body.type, "urn:tandem:problem:idempotency-key-conflict")
      assert.deepStrictEqual(yield* calls, ["block", "unblock", "block"])
    })
  )

  it.effect("gets one answer for two requests at once with one Idempotency-Key", () =>
    Effect.gen(function* () {
      const number = yield* ordered("646", 1, 0)
      const ask = send("POST", `${addressOf(number)}/unblock`, { idempotencyKey: "at-once" })
      const [one, other] = yield* Effect.all([ask, ask], { concurrency: 2 })
      assert.deepStrictEqual(one, other)
      assert.strictEqual(one.body.status, "active")
      yield* eventually(truthOf("646"), ({ blockCalls }) => blockCalls.length === 2)
      assert.deepStrictEqual((yield* truthOf("646")).blocked, [])
    })
  )
})
