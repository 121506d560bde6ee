import { assert, describe, it } from "@effect/vitest"
import type { OrderEvent, OrderState } from "../../../src/domain/orders/Order.ts"
import { evolveOrder, unknownOrder } from "../../../src/domain/orders/Order.ts"

const ticket = { ticketId: "77", subject: "Order", description: "7 numbers in 212" }

const backordered = (backorderId: string, quantity: number): OrderEvent => ({
  _tag: "LineBackordered",
  line: 1,
  backorderId,
  vendorOrderId: "9001",
  quantity
})
const ended = (backorderId: string): OrderEvent => ({ _tag: "BackorderEnded", backorderId, outcome: "closed" })
const answered: OrderEvent = { _tag: "TicketAnswered", kind: "answer", marker: "m" }

const after = (...events: ReadonlyArray<OrderEvent>): OrderState =>
  [{ _tag: "OrderReceived" as const, ticket }, ...events].reduce(evolveOrder, unknownOrder("77"))

describe("an order with back-orders", () => {
  it("is backordered until the last of them is over", () => {
    const open = after(backordered("77-1", 7), backordered("77-2", 2), answered)
    assert.strictEqual(open.status, "backordered")
    const one = evolveOrder(open, ended("77-2"))
    assert.strictEqual(one.status, "backordered")
    assert.strictEqual(evolveOrder(one, ended("77-1")).status, "completed")
  })

  it("is completed when a back-order was over before the order heard that it was placed", () => {
    const state = after(ended("77-1"), backordered("77-1", 7), answered)
    assert.deepStrictEqual(state.backorders, [{ backorderId: "77-1", quantity: 7, open: false }])
    assert.strictEqual(state.status, "completed")
  })

  it("does not open a back-order again that is placed and told of twice", () => {
    const state = after(backordered("77-1", 7), ended("77-1"), backordered("77-1", 7), answered)
    assert.deepStrictEqual(state.backorders, [{ backorderId: "77-1", quantity: 7, open: false }])
    assert.strictEqual(state.status, "completed")
  })

  it("waits for its own back-order although one that it does not know is over", () => {
    const state = after(backordered("77-1", 7), answered, ended("77-2"))
    assert.strictEqual(state.status, "backordered")
    assert.strictEqual(evolveOrder(state, ended("77-1")).status, "completed")
  })
})
