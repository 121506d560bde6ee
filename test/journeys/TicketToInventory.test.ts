import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { eventually, getJson, orderWith } from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

const lines = (body: string) => body.split("\n")

describe("a ticket becomes numbers in inventory", () => {
  it.live(
    "25 numbers of which Plivo has 10 and Inteliquent 8: 18 bought once, added, blocked; 7 back-ordered and filled later",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        yield* sandbox.setStock("plivo", { npa: "212", count: 10, mode: "replace" })
        yield* sandbox.setStock("inteliquent", { npa: "212", count: 8, mode: "replace" })
        const ticket = yield* sandbox.openTicket({
          subject: "Number order",
          description: "Hello, please order 25 numbers in area code 212. Thanks!"
        })
        const ticketId = String(ticket.id)
        yield* eventually(
          getJson("/api/v1/orders").pipe(Effect.map((page) => page.items)),
          (items) => items.length === 1
        )
        yield* orderWith(ticketId, "backordered")

        const first = yield* sandbox.ledger
        assert.strictEqual(first.plivo.rented.length, 10)
        assert(first.plivo.rented.every((row) => row.times === 1))
        assert.strictEqual(first.inteliquent.sold.length, 8)
        assert.deepStrictEqual(
          first.inteliquent.backorders.map(({ quantity, reference }) => ({ quantity, reference })),
          [{ quantity: 7, reference: ticketId }]
        )
        assert.strictEqual(first.mcp.inventory.length, 18)
        assert(first.mcp.inventory.every((row) => row.times === 1))
        assert.strictEqual(first.mcp.blockCalls.length, 18)
        assert.strictEqual(new Set(first.mcp.blockCalls.map((call) => call.number)).size, 18)
        const answered = first.zendesk.tickets[0]
        assert(answered)
        assert.strictEqual(answered.comments.length, 2)
        assert.includeMembers(lines(answered.comments[1]?.body ?? ""), [
          "212 (US): 25 numbers asked for, 18 ordered, 7 back-ordered.",
          "Ordered from Plivo: 10",
          `Ordered from Inteliquent: 8 (order ${first.inteliquent.orders[0]?.orderId})`,
          "Result: success. Added to inventory: 18, not added: 0, blocked: 18, not blocked: 0.",
          `Back-ordered: 7 numbers in 212, order ${first.inteliquent.backorders[0]?.orderId}. This ticket is updated when they arrive.`
        ])
        assert.includeMembers([...answered.tags], ["support_automation", "us_number_order_ai_automation"])

        yield* sandbox.fillBackorder(first.inteliquent.backorders[0]?.orderId ?? "")
        yield* orderWith(ticketId, "completed")
        const second = yield* sandbox.ledger
        assert.strictEqual(second.inteliquent.sold.length, 15)
        assert.strictEqual(second.mcp.inventory.length, 25)
        assert.strictEqual(second.mcp.blockCalls.length, 25)
        const filled = second.zendesk.tickets[0]?.comments ?? []
        assert.strictEqual(filled.length, 3)
        assert.include(filled[2]?.body ?? "", "7 numbers arrived, 7 of 7 in all.")

        const [aNumber] = second.plivo.rented
        const timeline = yield* getJson(`/api/v1/numbers/%2B${aNumber?.number}/timeline`)
        assert.deepStrictEqual(
          timeline.items.map((each: { readonly type: string }) => each.type),
          ["NumberReserved", "NumberOrdering", "NumberOrdered", "NumberActivated", "NumberBlocked"]
        )
      }).pipe(Effect.provide(Plane.layer()), Effect.scoped),
    120_000
  )
})
