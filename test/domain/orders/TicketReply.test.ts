import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { RequestedLine } from "../../../src/domain/numbers/RequestedLine.ts"
import { nothingDelivered } from "../../../src/domain/orders/Order.ts"
import type { LineOutcome } from "../../../src/domain/orders/TicketReply.ts"
import {
  answerText,
  backorderDeliveryText,
  backorderEndText,
  backorderStatusText,
  deliveryText,
  failureText,
  markers,
  placeName,
  questionText
} from "../../../src/domain/orders/TicketReply.ts"

const [first, second, third] = ["+12122200000", "+12122200001", "+12122200002"] as const

const line = (given: Partial<RequestedLine> = {}): RequestedLine => ({
  kind: "local",
  country: "US",
  locality: { npa: "212" },
  quantity: 3,
  ...given
})

const outcome = (given: Partial<LineOutcome> = {}): LineOutcome => ({
  line: line(),
  bought: [],
  skippedVendors: [],
  delivery: nothingDelivered,
  deliveryFailure: null,
  backorder: null,
  ...given
})

const answer = (...outcomes: ReadonlyArray<LineOutcome>) => answerText(outcomes, "ref.").split("\n")

describe("the answer to a ticket", () => {
  it("names places as people do", () => {
    assert.strictEqual(placeName({ npa: "212" }), "212")
    assert.strictEqual(placeName({ npa: "212", nxx: "555" }), "212-555")
    assert.strictEqual(placeName({ city: "Austin", region: "TX" }), "Austin, TX")
    assert.strictEqual(placeName({ region: "TX" }), "TX")
    assert.strictEqual(placeName({}), "toll-free")
  })

  it("tells what came from where, what was back-ordered, and how each number fared", () => {
    const told = answer(
      outcome({
        line: line({ quantity: 5 }),
        bought: [
          { vendor: "plivo", numbers: [first], vendorOrderIds: [] },
          { vendor: "inteliquent", numbers: [second, third], vendorOrderIds: ["178", "179"] }
        ],
        delivery: {
          added: [first, second],
          addFailed: [{ e164: third, detail: "no such carrier" }],
          blocked: [first],
          blockFailed: [{ e164: second, detail: "locked" }],
          inventoryLogId: "log-7"
        },
        backorder: { vendorOrderId: "180", quantity: 2, failure: null }
      })
    )
    assert.deepStrictEqual(told, [
      "Your number order:",
      "",
      "212 (US): 5 numbers asked for, 3 ordered, 2 back-ordered.",
      "Ordered from Plivo: 1",
      "Ordered from Inteliquent: 2 (order 178, 179)",
      "Result: partial. Added to inventory: 2, not added: 1, blocked: 1, not blocked: 1.",
      "Inventory log: log-7",
      "Added to inventory and blocked:",
      `  ${first}`,
      "Added to inventory but not blocked:",
      `  ${second}: locked`,
      "Not added to inventory:",
      `  ${third}: no such carrier`,
      "Back-ordered: 2 numbers in 212, order 180. This ticket is updated when they arrive.",
      "",
      "Ref: ref."
    ])
  })

  it("says why a vendor was left out, and does not count as back-ordered what the vendor refused", () => {
    const told = answer(
      outcome({
        line: line({ quantity: 1 }),
        skippedVendors: [{ vendor: "plivo", detail: "plivo search: Unauthorized" }],
        backorder: { vendorOrderId: null, quantity: 1, failure: "409" }
      })
    )
    assert.includeMembers(told, [
      "212 (US): 1 number asked for, 0 ordered, 0 back-ordered.",
      "Plivo could not be used: plivo search: Unauthorized",
      "Not ordered: 1 number in 212 could not be back-ordered (409)."
    ])
    assert(!told.some((each) => each.startsWith("Result:") || each.startsWith("Back-ordered:")))
  })

  it("names what was bought when it could not be carried into the inventory at all", () => {
    const told = answer(
      outcome({
        bought: [{ vendor: "plivo", numbers: [first, second], vendorOrderIds: [] }],
        deliveryFailure: "mcp is down"
      })
    )
    const title = told.indexOf("Bought, but not carried into the inventory (mcp is down):")
    assert.deepStrictEqual(told.slice(title + 1, title + 3), [`  ${first}`, `  ${second}`])
    assert(!told.some((each) => each.startsWith("Result:")))
  })

  it("has a paragraph for each line, and leaves toll-free numbers to people", () => {
    const told = answer(
      outcome({ line: line({ kind: "tollFree", locality: {}, quantity: 1 }) }),
      outcome({ line: line({ country: "CA", locality: { npa: "416" } }) })
    )
    assert.deepStrictEqual(told.slice(2, 5), [
      "toll-free: 1 number asked for. Toll-free numbers are not ordered automatically.",
      "",
      "416 (CA): 3 numbers asked for, 0 ordered, 0 back-ordered."
    ])
  })

  it("asks its questions, or gives its reason and what was bought so far", () => {
    assert.include(questionText(["How many?", "Where?"], "ref."), "- How many?\n- Where?")
    const failed = failureText("the vendor said no", [first], "ref.")
    assert.include(failed, "Reason: the vendor said no")
    assert.include(failed, `Bought so far:\n  ${first}`)
    assert.notInclude(failureText("the vendor said no", [], "ref."), "Bought so far")
  })
})

describe("the words about a delivery", () => {
  const failedNumbers = (numbers: ReadonlyArray<string>) => numbers.map((e164) => ({ e164, detail: "refused" }))

  it("call it a success, partial or failed by what went wrong", () => {
    const result = (added: number, addFailed: number, blockFailed: number) =>
      deliveryText({
        added: [first, second].slice(0, added),
        addFailed: failedNumbers([third].slice(0, addFailed)),
        blocked: [first, second].slice(0, added - blockFailed),
        blockFailed: failedNumbers([first, second].slice(added - blockFailed, added)),
        inventoryLogId: null
      })[0]?.split(".")[0]
    assert.deepStrictEqual(
      [result(2, 0, 0), result(2, 0, 1), result(2, 0, 2), result(2, 1, 0), result(0, 1, 0)],
      ["Result: success", "Result: partial", "Result: partial", "Result: partial", "Result: failed"]
    )
  })

  it("name every number exactly once", () => {
    const counts = fc.record({
      blocked: fc.nat(5),
      blockFailed: fc.nat(5),
      addFailed: fc.nat(5)
    })
    fc.assert(
      fc.property(counts, ({ addFailed, blockFailed, blocked }) => {
        const numbers = Array.from(
          { length: addFailed + blockFailed + blocked },
          (_, index) => `+121222000${10 + index}`
        )
        const added = numbers.slice(0, blocked + blockFailed)
        const text = deliveryText({
          added,
          addFailed: failedNumbers(numbers.slice(blocked + blockFailed)),
          blocked: added.slice(0, blocked),
          blockFailed: failedNumbers(added.slice(blocked)),
          inventoryLogId: null
        }).join("\n")
        for (const e164 of numbers) assert.strictEqual(text.split(e164).length, 2, e164)
      })
    )
  })
})

describe("the words about a back-order", () => {
  const facts = { vendorOrderId: "180", place: "212", quantity: 7, received: 3 }

  it("tell what arrived, how it stands and how it ended", () => {
    const arrived = backorderDeliveryText(
      facts,
      [first],
      { ...nothingDelivered, added: [first], blocked: [first] },
      "r."
    )
    assert.include(arrived, "Back-order 180 for 7 numbers in 212: 1 number arrived, 3 of 7 in all.")
    assert.include(arrived, `Added to inventory and blocked:\n  ${first}`)
    const note = { ...facts, status: "checking", dueAt: null, nextCheckAt: "2026-01-01T00:00:00.000Z" }
    const noted = backorderStatusText(note, "r.")
    assert.include(noted, "status CHECKING, 3 of 7 received.")
    assert.include(noted, "Estimated completion: not given by the vendor. Next check: 2026-01-01T00:00:00.000Z.")
    assert.include(backorderStatusText({ ...note, dueAt: "2026-02-03" }, "r."), "Estimated completion: 2026-02-03.")
    assert.include(backorderEndText(facts, "cancelled", "r."), "in 212 cancelled: 3 of 7 received.")
    const unplaced = { ...facts, vendorOrderId: null, quantity: 1, received: 0 }
    assert.include(
      backorderEndText(unplaced, "expired", "r."),
      "Back-order (not yet placed) for 1 number in 212 expired"
    )
  })
})

describe("a comment's reference", () => {
  const all = (id: string, count: number) => [
    markers.answer(id, count),
    markers.delivery(`${id}-1`, count),
    markers.status(`${id}-1`, count),
    markers.end(`${id}-1`)
  ]

  it("is at the end of each comment", () => {
    assert(questionText([], markers.answer("77", 1)).endsWith(`\n\nRef: ${markers.answer("77", 1)}`))
  })

  it("is never a part of another one, so that one comment is not taken for another", () => {
    const key = fc.tuple(fc.integer({ min: 1, max: 2_000 }).map(String), fc.nat(200))
    fc.assert(
      fc.property(key, key, (one, other) => {
        for (const marker of all(...one)) {
          for (const text of all(...other)) if (text !== marker) assert.notInclude(text, marker)
        }
      })
    )
  })
})
