import { assert, describe, it } from "@effect/vitest"
import { maxQuantityPerLine } from "../../../src/domain/numbers/RequestedLine.ts"
import { parseTicket } from "../../../src/domain/tickets/ParseTicket.ts"
import { maxTicketLength } from "../../../src/domain/tickets/TicketText.ts"
import { adversarialTickets } from "./fixtures/AdversarialTickets.ts"
import { heldOutTickets } from "./fixtures/HeldOutTickets.ts"
import { agrees, shownAnalysis, shownLabel } from "./fixtures/LabelledTicket.ts"
import type { LabelledTicket } from "./fixtures/LabelledTicket.ts"
import { layoutTickets } from "./fixtures/LayoutTickets.ts"
import { noRequestTickets } from "./fixtures/NoRequestTickets.ts"
import { placeTickets } from "./fixtures/PlaceTickets.ts"
import { quantityTickets } from "./fixtures/QuantityTickets.ts"

const tunedTickets = [...quantityTickets, ...placeTickets, ...layoutTickets, ...noRequestTickets, ...adversarialTickets]

const misread = (tickets: ReadonlyArray<LabelledTicket>): ReadonlyArray<string> =>
  tickets.flatMap((ticket) => {
    const analysis = parseTicket(ticket)
    const isRight = agrees(ticket.label, analysis)
    return isRight ? [] : [`${ticket.name}: expected ${shownLabel(ticket.label)}, read ${shownAnalysis(analysis)}`]
  })

const accuracy = (title: string, tickets: ReadonlyArray<LabelledTicket>): number => {
  const wrong = misread(tickets)
  const right = tickets.length - wrong.length
  const percent = ((100 * right) / tickets.length).toFixed(1)
  console.log([`${title}: exact match ${right} of ${tickets.length} (${percent} %)`, ...wrong].join("\n  "))
  return right / tickets.length
}

const read = (description: string, subject = ""): string => shownAnalysis(parseTicket({ subject, description }))

describe("parseTicket on labelled tickets", () => {
  it("reads the tickets it was made for", () => {
    assert.isAtLeast(accuracy("parser", tunedTickets), 0.98)
  })

  it("reads tickets it was not tuned on", () => {
    assert.isAtLeast(accuracy("parser, held out", heldOutTickets), 0.95)
  })

  it("never orders from a ticket that is no request", () => {
    const none = [...tunedTickets, ...heldOutTickets].filter((ticket) => "none" in ticket.label)
    for (const ticket of none) assert.notStrictEqual(parseTicket(ticket)._tag, "NumbersRequested", ticket.name)
  })

  it("never calls a request certainly none", () => {
    const wanted = [...tunedTickets, ...heldOutTickets].filter((ticket) => !("none" in ticket.label))
    for (const ticket of wanted)
      assert.notStrictEqual(shownAnalysis(parseTicket(ticket)), "none (certain)", ticket.name)
  })
})

describe("parseTicket at its bounds", () => {
  const hostile: ReadonlyArray<readonly [string, string]> = [
    ["area codes", "212,"],
    ["wishes", "5 in 212\n"],
    ["places and wishes", "212\n5 in 646 "],
    ["parentheses", "("],
    ["dashes", "1-"],
    ["spaces", " "],
    ["empty lines", "\n"],
    ["capitals", "New York "],
    ["numbers", "one hundred and "],
    ["labels", "area code "],
    ["quotes", "> "],
    ["thanks", "Thanks\n"],
    ["tags", "<a "],
    ["pipes", "| "],
    ["masked", "212-xxx-"],
    ["surrogates", "\ud83d"]
  ]

  for (const [name, piece] of hostile) {
    it(`ends on ${maxTicketLength} characters of ${name}, and orders nothing`, () => {
      const description = `Please order 5 numbers in 303. ${piece.repeat(Math.ceil(maxTicketLength / piece.length) + 10)}`
      assert.include(["ClarificationNeeded", "NoNumbersRequested"], parseTicket({ subject: "", description })._tag)
    })
  }

  it("asks for a shorter ticket when the request may go on where reading stops", () => {
    const padding = "All is well with the lines of text that follow here. ".repeat(2000)
    assert.include(read(`Please order 5 numbers in 212. ${padding} And 10 in 646.`), "too long")
  })

  it("reads a short request above a long trail", () => {
    const trail = "> Your 25 numbers in 646 are ready.\n".repeat(4000)
    assert.strictEqual(read(`Please order 5 numbers in 212.\n\nOn Monday, Support wrote:\n${trail}`), "5 212")
  })

  it("takes the largest quantity of one line and asks above it", () => {
    assert.strictEqual(read(`Please order ${maxQuantityPerLine} numbers in 212.`), `${maxQuantityPerLine} 212`)
    assert.include(read(`Please order ${maxQuantityPerLine + 1} numbers in 212.`), "ask: ")
    assert.include(read("Please order:\n212 - 600\n212 - 600"), "ask: ")
  })
})
