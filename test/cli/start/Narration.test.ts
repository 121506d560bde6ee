import { assert, describe, it } from "@effect/vitest"
import { makeNarrator, maxNumbersListed } from "../../../src/cli/start/Narration.ts"
import type { BackorderEvent } from "../../../src/domain/backorders/Backorder.ts"
import type { JournalEvent } from "../../../src/domain/journal/JournalEvent.ts"
import type { Delivery, OrderEvent } from "../../../src/domain/orders/Order.ts"

const journalEvent = (entityType: string, entityId: string, payload: OrderEvent | BackorderEvent): JournalEvent => ({
  position: 1,
  entityType,
  entityId,
  version: 1,
  type: payload._tag,
  payload,
  commandKey: null,
  requestId: null,
  occurredAt: "2026-01-01T00:00:00.000Z"
})

const ticket = { ticketId: "1002", subject: "Ten numbers\nfor New York", description: "" }
const line = { kind: "local", country: "US", locality: { npa: "646" }, quantity: 10 } as const
const received: OrderEvent = { _tag: "OrderReceived", ticket }
const analysed: OrderEvent = {
  _tag: "TicketAnalysed",
  analysis: { _tag: "NumbersRequested", lines: [line] },
  analysedBy: "model"
}
const e164 = (last: number) => `+1646555010${last}`
const delivery: Delivery = {
  added: [e164(1), e164(2)],
  addFailed: [{ e164: e164(3), detail: "no" }],
  blocked: [e164(1)],
  blockFailed: [{ e164: e164(2), detail: "no" }],
  inventoryLogId: null
}

const toldOf = (...events: ReadonlyArray<OrderEvent>) => {
  const narrator = makeNarrator()
  return events.map((event) => narrator.tell(journalEvent("Order", "1002", event))).at(-1)
}

describe("the narration of a start", () => {
  it.each<[OrderEvent, string]>([
    [{ _tag: "LineSearched", line: 1, vendor: "plivo", wanted: 10, found: 6 }, "Plivo has 6 of 10 for 646, buying 6"],
    [
      { _tag: "LineSearched", line: 1, vendor: "plivo", wanted: 10, found: 10 },
      "Plivo has all 10 for 646, buying them"
    ],
    [{ _tag: "LineSearched", line: 1, vendor: "inteliquent", wanted: 4, found: 0 }, "Inteliquent has none for 646"],
    [{ _tag: "LineSearched", line: 7, vendor: "plivo", wanted: 4, found: 0 }, "Plivo has none for line 7"],
    [
      { _tag: "LineOrdered", line: 1, vendor: "plivo", numbers: [e164(1)], vendorOrderIds: [] },
      "bought 1 number from Plivo: +16465550101"
    ],
    [
      { _tag: "LineBackordered", line: 1, backorderId: "1002-1", vendorOrderId: null, quantity: 4 },
      "back-ordered 4 for 646 at Inteliquent"
    ],
    [
      { _tag: "NumbersDelivered", line: 1, delivery },
      "2 numbers in the inventory, 1 not taken by it, 1 blocked, 1 could not be blocked"
    ],
    [{ _tag: "TicketAnswered", kind: "answer", marker: "m" }, "is answered"],
    [{ _tag: "OrderIgnored", reason: "on hold" }, "is left alone: on hold"]
  ])("tells %j", (event, text) => {
    assert.strictEqual(toldOf(received, analysed, event), `ticket 1002  ${text}`)
  })

  it("says what a ticket asks for and who read it, in one line whatever the ticket holds", () => {
    assert.strictEqual(toldOf(received), "ticket 1002  received: Ten numbers for New York")
    assert.strictEqual(toldOf(analysed), "ticket 1002  asks for 10 numbers for 646 (read by the AI model)")
  })

  it("names places by exchange, and by city and state", () => {
    const at = (locality: { npa?: string; nxx?: string; city?: string; region?: string }): OrderEvent => ({
      ...analysed,
      analysis: { _tag: "NumbersRequested", lines: [{ ...line, locality, quantity: 1 }] }
    })
    assert.include(toldOf(at({ npa: "646", nxx: "555" })), "1 number for 646-555 ")
    assert.include(toldOf(at({ city: "Austin", region: "TX" })), "1 number for Austin TX ")
  })

  it("lists the first few numbers of a long purchase", () => {
    const numbers = Array.from({ length: 9 }, (_, index) => e164(index))
    const told = toldOf({ _tag: "LineOrdered", line: 1, vendor: "inteliquent", numbers, vendorOrderIds: [] })
    assert.include(told, "bought 9 numbers")
    assert.include(told, `and ${9 - maxNumbersListed} more`)
  })

  it("tells a back-order's news under its ticket, and keeps quiet on routine", () => {
    const { tell } = makeNarrator()
    const news: BackorderEvent = { _tag: "BackorderNumbersReceived", numbers: [e164(1)] }
    const routine: BackorderEvent = { _tag: "BackorderStatusNoted", atMillis: 0 }
    assert.strictEqual(
      tell(journalEvent("Backorder", "1002-1", news)),
      "ticket 1002  Inteliquent filled 1 of the back-order: +16465550101"
    )
    assert.isUndefined(tell(journalEvent("Backorder", "1002-1", routine)))
    assert.isUndefined(tell({ ...journalEvent("Order", "1002", received), payload: { _tag: "Unheard" } }))
  })

  it("knows how each order stands", () => {
    const { orders, tell } = makeNarrator()
    tell(journalEvent("Order", "1002", received))
    assert.strictEqual(orders.get("1002")?.status, "received")
    tell(journalEvent("Order", "1002", { _tag: "TicketAnswered", kind: "answer", marker: "m" }))
    assert.strictEqual(orders.get("1002")?.status, "completed")
  })
})
