import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { answerTo, getJson, openTicket, orderWith, stock, ticketAtDesk, truthOf } from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

/** Inteliquent knows no such trunk group: it refuses orders and back-orders alike. */
const plane = Plane.layer({ settings: { INTELIQUENT_TRUNK_GROUP: "NOSUCHGROUP", MCP_TRANSPORT: "legacy" } })

const refusal = "Invalid Input Parameters:trunkGroup NOSUCHGROUP"

layer(plane, { excludeTestServices: true })("when Inteliquent refuses what we ask", (it) => {
  it.effect("Plivo's part is delivered, and the ticket says what was not ordered and why", () =>
    Effect.gen(function* () {
      yield* stock("503", 2, 0)
      const ticketId = yield* openTicket("Please order 5 numbers in area code 503.")
      const order = yield* orderWith(ticketId, "completed")
      assert.deepStrictEqual([order.ordered, order.blocked, order.backordered], [2, 2, 0])
      const { backorders, blocked, rented } = yield* truthOf("503")
      assert.deepStrictEqual([rented.length, blocked.length, backorders.length], [2, 2, 0])
      const answer = yield* answerTo(ticketId)
      assert.includeMembers(answer, [
        "503 (US): 5 numbers asked for, 2 ordered, 0 back-ordered.",
        "Ordered from Plivo: 2",
        "Result: success. Added to inventory: 2, not added: 0, blocked: 2, not blocked: 0."
      ])
      const told = answer.find((line) => line.startsWith("Not ordered: 3 numbers in 503 could not be back-ordered ("))
      assert.include(told ?? "", refusal)
      const { items } = yield* getJson(`/api/v1/backorders?orderId=${ticketId}`)
      assert.deepStrictEqual(
        items.map(({ status }: { readonly status: string }) => status),
        ["cancelled"]
      )
    })
  )

  it.effect("its numbers are given back, and an order that brought nothing has failed and says so", () =>
    Effect.gen(function* () {
      yield* stock("504", 0, 4)
      const ticketId = yield* openTicket("Please order 3 numbers in area code 504.")
      const order = yield* orderWith(ticketId, "failed")
      assert.include(order.detail, refusal)
      const { backorders, inventory, reserved, sold } = yield* truthOf("504")
      assert.deepStrictEqual([backorders.length, inventory.length, reserved.length, sold.length], [0, 0, 0, 0])
      const { items } = yield* getJson("/api/v1/numbers?areaCode=504")
      assert(items.every(({ status }: { readonly status: string }) => status === "released"))
      // The failure is journaled before the ticket hears of it.
      const { comments } = yield* Effect.repeat(ticketAtDesk(ticketId), { until: (desk) => desk.comments.length === 2 })
      assert.include(comments[1]?.body ?? "", refusal)
    })
  )

  it.effect("the inventory without the protocol takes one call to add and one for each block", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const before = (yield* sandbox.ledger).mcp.calls
      yield* stock("512", 3, 0)
      const ticketId = yield* openTicket("Please order 3 numbers in area code 512.")
      yield* orderWith(ticketId, "completed")
      const { blockCalls, inventory } = yield* truthOf("512")
      assert.deepStrictEqual([inventory.length, blockCalls.length], [3, 3])
      assert(blockCalls.every(({ error }) => error === null))
      assert.strictEqual((yield* sandbox.ledger).mcp.calls - before, 4)
      assert(inventory.every(({ carrierId, reason }) => carrierId === "sandbox-carrier" && reason?.includes(ticketId)))
    })
  )
})
