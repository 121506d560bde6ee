import { Option, Schema } from "effect"
import { BackorderEvent } from "../../domain/backorders/Backorder.ts"
import type { JournalEvent } from "../../domain/journal/JournalEvent.ts"
import type { Locality, RequestedLine } from "../../domain/numbers/RequestedLine.ts"
import type { Delivery, OrderState } from "../../domain/orders/Order.ts"
import { evolveOrder, OrderEvent, unknownOrder } from "../../domain/orders/Order.ts"
import type { TicketAnalysis } from "../../domain/tickets/TicketAnalysis.ts"

/** Most numbers that one line lists; of more, only how many there are. */
export const maxNumbersListed = 4

const vendorNames = { plivo: "Plivo", inteliquent: "Inteliquent" } as const

const numbers = (count: number) => (count === 1 ? "1 number" : `${count} numbers`)

const listed = (e164s: ReadonlyArray<string>) =>
  e164s.length === 0
    ? ""
    : `: ${e164s.slice(0, maxNumbersListed).join(" ")}${e164s.length > maxNumbersListed ? ` and ${e164s.length - maxNumbersListed} more` : ""}`

const placeOf = ({ city, npa, nxx, region }: Locality) =>
  [npa === undefined ? undefined : nxx === undefined ? npa : `${npa}-${nxx}`, city, region]
    .filter((part) => part !== undefined)
    .join(" ")

const linesOf = (order: OrderState): ReadonlyArray<RequestedLine> =>
  order.analysis?._tag === "NumbersRequested" ? order.analysis.lines : []

const placeOfLine = (order: OrderState, line: number) => {
  const requested = linesOf(order)[line - 1]
  return requested === undefined ? `line ${line}` : placeOf(requested.locality)
}

const analysed = (analysis: TicketAnalysis, by: "model" | "parser") => {
  switch (analysis._tag) {
    case "NumbersRequested": {
      const wishes = analysis.lines.map((line) => `${numbers(line.quantity)} for ${placeOf(line.locality)}`)
      return `asks for ${wishes.join(" and ")} (read by the ${by === "model" ? "AI model" : "built-in parser"})`
    }
    case "NoNumbersRequested":
      return "asks for no numbers"
    case "ClarificationNeeded":
      return `leaves a question to a person: ${analysis.questions.join(" ")}`
  }
}

const searched = (vendor: string, place: string, wanted: number, found: number) =>
  found === 0
    ? `${vendor} has none for ${place}`
    : found >= wanted
      ? `${vendor} has all ${wanted} for ${place}, buying them`
      : `${vendor} has ${found} of ${wanted} for ${place}, buying ${found}`

const delivered = ({ added, addFailed, blocked, blockFailed }: Delivery) =>
  [
    `${numbers(added.length)} in the inventory`,
    addFailed.length > 0 ? `${addFailed.length} not taken by it` : "",
    `${blocked.length} blocked`,
    blockFailed.length > 0 ? `${blockFailed.length} could not be blocked` : ""
  ]
    .filter((part) => part !== "")
    .join(", ")

const answered: Readonly<Record<string, string>> = {
  answer: "is answered",
  question: "gets a question to a person",
  failure: "is told that it failed"
}

const orderLine = (order: OrderState, event: OrderEvent): string => {
  switch (event._tag) {
    case "OrderReceived":
      return `received: ${event.ticket.subject}`
    case "OrderReplayed":
      return `runs once more, asked by ${event.by}`
    case "OrderIgnored":
      return `is left alone: ${event.reason}`
    case "TicketAnalysed":
      return analysed(event.analysis, event.analysedBy)
    case "LineSearched":
      return searched(vendorNames[event.vendor], placeOfLine(order, event.line), event.wanted, event.found)
    case "LineOrdered":
      return `bought ${numbers(event.numbers.length)} from ${vendorNames[event.vendor]}${listed(event.numbers)}`
    case "VendorSkipped":
      return `goes on without ${vendorNames[event.vendor]}: ${event.detail}`
    case "LineBackordered":
      return `back-ordered ${event.quantity} for ${placeOfLine(order, event.line)} at Inteliquent`
    case "NumbersDelivered":
      return delivered(event.delivery)
    case "BackorderDelivered":
      return `from the back-order: ${delivered(event.delivery)}`
    case "BackorderEnded":
      return `back-order ${event.outcome}`
    case "TicketAnswered":
      return answered[event.kind] ?? `gets a note (${event.kind})`
    case "OrderFailed":
      return `failed: ${event.detail}`
  }
}

const backorderLine = (event: BackorderEvent): string | undefined => {
  switch (event._tag) {
    case "BackorderPlaced":
      return `Inteliquent took the back-order as ${event.vendorOrderId}`
    case "BackorderNumbersReceived":
      return `Inteliquent filled ${event.numbers.length} of the back-order${listed(event.numbers)}`
    case "BackorderCancelled":
      return `back-order cancelled: ${event.reason}`
    default:
      return undefined
  }
}

const decodeOrderEvent = Schema.decodeUnknownOption(OrderEvent)
const decodeBackorderEvent = Schema.decodeUnknownOption(BackorderEvent)

/** What one journal event means in plain words, with what came before it in mind. */
export interface Narrator {
  /** One line for a terminal, or undefined when there is nothing to tell. */
  readonly tell: (event: JournalEvent) => string | undefined
  /** Every order that was told of, as it stands. */
  readonly orders: ReadonlyMap<string, OrderState>
}

export const makeNarrator = (): Narrator => {
  const orders = new Map<string, OrderState>()
  const line = (ticketId: string, text: string | undefined) =>
    text === undefined ? undefined : `ticket ${ticketId}  ${text.replace(/[\p{Cc}\s]+/gu, " ")}`

  const tell = (event: JournalEvent) => {
    if (event.entityType === "Order") {
      const decoded = Option.getOrUndefined(decodeOrderEvent(event.payload))
      if (decoded === undefined) return undefined
      const before = orders.get(event.entityId) ?? unknownOrder(event.entityId)
      orders.set(event.entityId, evolveOrder(before, decoded))
      return line(event.entityId, orderLine(before, decoded))
    }
    if (event.entityType !== "Backorder") return undefined
    const decoded = Option.getOrUndefined(decodeBackorderEvent(event.payload))
    return decoded && line(event.entityId.replace(/-\d+$/, ""), backorderLine(decoded))
  }
  return { tell, orders }
}
