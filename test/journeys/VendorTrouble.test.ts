import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import {
  answerTo,
  eventually,
  getJson,
  openTicket,
  orderWith,
  postJson,
  stock,
  ticketAtDesk,
  truthOf
} from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

const plane = Plane.layer({ settings: { VENDOR_BREAKER_OPEN_SECONDS: "1" } })

layer(plane, { excludeTestServices: true })("when a vendor is in trouble", (it) => {
  it.effect("Plivo does not know us: Inteliquent takes all, and the ticket says why", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock("212", 5, 5)
      yield* sandbox.setFaults([{ vendor: "plivo", kind: "unauthorized" }])
      const ticketId = yield* openTicket("Please order 3 numbers in area code 212.")
      yield* orderWith(ticketId, "completed")
      yield* sandbox.setFaults([])
      const { blocked, rented, sold } = yield* truthOf("212")
      assert.deepStrictEqual([rented.length, sold.length, blocked.length], [0, 3, 3])
      const answer = yield* answerTo(ticketId)
      assert.include(answer, "212 (US): 3 numbers asked for, 3 ordered, 0 back-ordered.")
      assert(
        answer.some((line) => line.startsWith("Plivo could not be used: plivo search: Unauthorized")),
        answer.join("\n")
      )
      assert(!answer.some((line) => line.startsWith("Ordered from Plivo")))
    })
  )

  it.effect("Plivo refuses one purchase: what it sold is kept, and Inteliquent has the rest", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock("213", 4, 4)
      yield* sandbox.setFaults([{ vendor: "plivo", kind: "unauthorized", operation: "rentNumber", times: 1 }])
      const ticketId = yield* openTicket("Please order 4 numbers in area code 213.")
      yield* orderWith(ticketId, "completed")
      const { blocked, rented, reserved, sold } = yield* truthOf("213")
      assert.deepStrictEqual([rented.length, sold.length, blocked.length, reserved.length], [3, 1, 4, 0])
      const { items } = yield* getJson("/api/v1/numbers?areaCode=213&status=released")
      assert.strictEqual(items.length, 1)
      const answer = yield* answerTo(ticketId)
      assert.includeMembers(answer, [
        "213 (US): 4 numbers asked for, 4 ordered, 0 back-ordered.",
        "Ordered from Plivo: 3"
      ])
      assert(answer.some((line) => line.startsWith("Plivo could not be used: ")))
    })
  )

  it.effect("Plivo fails for longer than one call is tried, and comes back: it sells all the same", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock("214", 2, 2)
      yield* sandbox.setFaults([{ vendor: "plivo", kind: "serverError", operation: "searchNumbers", times: 4 }])
      const ticketId = yield* openTicket("Please order 2 numbers in area code 214.")
      yield* orderWith(ticketId, "completed")
      const { blocked, rented, sold } = yield* truthOf("214")
      assert.deepStrictEqual([rented.length, sold.length, blocked.length], [2, 0, 2])
      assert(!(yield* answerTo(ticketId)).some((line) => line.includes("could not be used")))
    })
  )

  it.effect("the inventory refuses to block one number: it stays added, and the ticket says which and why", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock("215", 3, 0)
      // All of the inventory's calls look alike, so each is kept waiting until the next one is known to be a block.
      yield* sandbox.setFaults([{ vendor: "mcp", kind: "slow", delayMillis: 300 }])
      const ticketId = yield* openTicket("Please order 3 numbers in area code 215.")
      yield* eventually(truthOf("215"), ({ blockCalls }) => blockCalls.length === 1)
      yield* sandbox.addFaults([{ vendor: "mcp", kind: "unauthorized", times: 1 }])
      const order = yield* orderWith(ticketId, "completed")
      yield* sandbox.setFaults([])
      assert.deepStrictEqual([order.ordered, order.added, order.blocked], [3, 3, 2])
      const { blocked, inventory, rented } = yield* truthOf("215")
      assert.deepStrictEqual([rented.length, inventory.length, blocked.length], [3, 3, 2])
      const left = inventory.find(({ number }) => !blocked.some((each) => each.number === number))
      const answer = yield* answerTo(ticketId)
      assert.include(answer, "Result: partial. Added to inventory: 3, not added: 0, blocked: 2, not blocked: 1.")
      const title = answer.indexOf("Added to inventory but not blocked:")
      assert.include(answer[title + 1] ?? "", `  +${left?.number}: mcp block_numbers: Unauthorized`)
      const { items } = yield* getJson("/api/v1/numbers?areaCode=215&status=active")
      assert.deepStrictEqual(
        items.map(({ e164 }: { readonly e164: string }) => e164),
        [`+${left?.number}`]
      )
      assert.include(items[0].blockError, "Unauthorized")
    })
  )

  it.effect("the inventory refuses the numbers of one line: those of the other are added and blocked", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock("216", 2, 0)
      yield* stock("240", 1, 0)
      yield* sandbox.setFaults([{ vendor: "mcp", kind: "unauthorized", times: 1 }])
      const ticketId = yield* openTicket("Please order\n2 numbers in area code 216\n1 number in area code 240")
      const order = yield* orderWith(ticketId, "completed")
      assert.deepStrictEqual([order.ordered, order.added, order.blocked], [3, 1, 1])
      const cleveland = yield* truthOf("216")
      assert.deepStrictEqual([cleveland.rented.length, cleveland.inventory.length], [2, 0])
      assert.deepStrictEqual(cleveland.blockCalls, [])
      const answer = yield* answerTo(ticketId)
      assert.includeMembers(answer, [
        "Result: failed. Added to inventory: 0, not added: 2, blocked: 0, not blocked: 0.",
        "Result: success. Added to inventory: 1, not added: 0, blocked: 1, not blocked: 0."
      ])
      const title = answer.indexOf("Not added to inventory:")
      const told = answer.slice(title + 1, title + 3)
      for (const { number } of cleveland.rented) {
        const line = told.find((each) => each.startsWith(`  +${number}: mcp `))
        assert.include(line ?? "", "Unauthorized")
      }
      const { items } = yield* getJson("/api/v1/numbers?areaCode=216&status=ordered")
      assert.strictEqual(items.length, 2)
      assert(items.every((each: { readonly inventoryError: string }) => each.inventoryError.includes("Unauthorized")))
    })
  )

  it.effect("a back-order that was refused is placed by a replay, and filled later", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock("250", 0, 0)
      yield* sandbox.setFaults([{ vendor: "inteliquent", kind: "unauthorized", operation: "tnRequest" }])
      const ticketId = yield* openTicket("Please order 2 numbers in area code 250.")
      yield* orderWith(ticketId, "failed")
      const toldOnce = yield* eventually(ticketAtDesk(ticketId), ({ comments }) => comments.length === 2)
      assert.include(toldOnce.comments[1]?.body ?? "", "Unauthorized")

      yield* sandbox.setFaults([])
      yield* postJson(`/api/v1/tickets/${ticketId}/replay`)
      yield* orderWith(ticketId, "backordered")
      const { backorders } = yield* truthOf("250")
      assert.deepStrictEqual(
        backorders.map(({ quantity, status }) => ({ quantity, status })),
        [{ quantity: 2, status: "Pending" }]
      )
      yield* sandbox.fillBackorder(backorders[0]?.orderId ?? "")
      const order = yield* orderWith(ticketId, "completed")
      assert.deepStrictEqual([order.ordered, order.blocked, order.generation], [2, 2, 2])
      assert.strictEqual((yield* truthOf("250")).sold.length, 2)
    })
  )
})
