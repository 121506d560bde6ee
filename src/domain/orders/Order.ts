import { Result, Schema } from "effect"
import { NanpE164 } from "../numbers/E164.ts"
import { NumberVendor } from "../numbers/PhoneNumber.ts"
import { TicketAnalysis } from "../tickets/TicketAnalysis.ts"

/** Longest subject and description that are kept; what is longer is cut. */
export const maxSubjectLength = 1_000
export const maxDescriptionLength = 64 * 1024

/** The ticket as the help desk sent it. `ticketId` is the help desk's own id, digits. */
export const Ticket = Schema.Struct({
  ticketId: Schema.String.pipe(Schema.check(Schema.isPattern(/^\d{1,18}$/))),
  subject: Schema.String,
  description: Schema.String
})
export type Ticket = typeof Ticket.Type

export const OrderStatus = Schema.Literals([
  "unknown",
  "received",
  "ordering",
  "answered",
  "backordered",
  "completed",
  "ignored",
  "clarification",
  "failed"
])
export type OrderStatus = typeof OrderStatus.Type

export const FailedNumber = Schema.Struct({ e164: NanpE164, detail: Schema.String })
export type FailedNumber = typeof FailedNumber.Type

/** What became of the numbers of one vendor order on their way into the inventory. */
export const Delivery = Schema.Struct({
  added: Schema.Array(NanpE164),
  addFailed: Schema.Array(FailedNumber),
  blocked: Schema.Array(NanpE164),
  blockFailed: Schema.Array(FailedNumber),
  inventoryLogId: Schema.NullOr(Schema.String)
})
export type Delivery = typeof Delivery.Type

export const nothingDelivered: Delivery = {
  added: [],
  addFailed: [],
  blocked: [],
  blockFailed: [],
  inventoryLogId: null
}

export const OrderEvent = Schema.Union([
  Schema.TaggedStruct("OrderReceived", { ticket: Ticket }),
  Schema.TaggedStruct("OrderIgnored", { reason: Schema.String }),
  Schema.TaggedStruct("TicketAnalysed", { analysis: TicketAnalysis, analysedBy: Schema.Literals(["model", "parser"]) }),
  Schema.TaggedStruct("LineSearched", {
    line: Schema.Int,
    vendor: NumberVendor,
    wanted: Schema.Int,
    found: Schema.Int
  }),
  Schema.TaggedStruct("LineOrdered", {
    line: Schema.Int,
    vendor: NumberVendor,
    numbers: Schema.Array(NanpE164),
    vendorOrderIds: Schema.Array(Schema.String)
  }),
  Schema.TaggedStruct("VendorSkipped", { line: Schema.Int, vendor: NumberVendor, detail: Schema.String }),
  Schema.TaggedStruct("LineBackordered", {
    line: Schema.Int,
    backorderId: Schema.String,
    vendorOrderId: Schema.NullOr(Schema.String),
    quantity: Schema.Int
  }),
  Schema.TaggedStruct("NumbersDelivered", { line: Schema.Int, delivery: Delivery }),
  Schema.TaggedStruct("TicketAnswered", { kind: Schema.String, marker: Schema.String }),
  Schema.TaggedStruct("BackorderDelivered", { backorderId: Schema.String, delivery: Delivery }),
  Schema.TaggedStruct("BackorderEnded", { backorderId: Schema.String, outcome: Schema.String }),
  Schema.TaggedStruct("OrderFailed", { detail: Schema.String }),
  Schema.TaggedStruct("OrderReplayed", { ticket: Ticket, by: Schema.String })
])
export type OrderEvent = typeof OrderEvent.Type

const OpenBackorder = Schema.Struct({ backorderId: Schema.String, quantity: Schema.Int, open: Schema.Boolean })

export const OrderState = Schema.Struct({
  orderId: Schema.String,
  status: OrderStatus,
  ticket: Schema.NullOr(Ticket),
  /** Counts replays; each generation is one run of the workflow. */
  generation: Schema.Int,
  analysis: Schema.NullOr(TicketAnalysis),
  ordered: Schema.Array(NanpE164),
  added: Schema.Array(NanpE164),
  blocked: Schema.Array(NanpE164),
  backorders: Schema.Array(OpenBackorder),
  detail: Schema.NullOr(Schema.String)
})
export type OrderState = typeof OrderState.Type

/** No such order. */
export class OrderUnknown extends Schema.TaggedError<OrderUnknown>()("OrderUnknown", { orderId: Schema.String }) {}

/** The command does not fit the order's present status. */
export class OrderStatusRefused extends Schema.TaggedError<OrderStatusRefused>()("OrderStatusRefused", {
  orderId: Schema.String,
  status: OrderStatus,
  command: Schema.String
}) {}

export const OrderRefusal = Schema.Union([OrderUnknown, OrderStatusRefused])
export type OrderRefusal = typeof OrderRefusal.Type

export const unknownOrder = (orderId: string): OrderState => ({
  orderId,
  status: "unknown",
  ticket: null,
  generation: 0,
  analysis: null,
  ordered: [],
  added: [],
  blocked: [],
  backorders: [],
  detail: null
})

const union = <A>(left: ReadonlyArray<A>, right: ReadonlyArray<A>) => [...new Set([...left, ...right])]

const withDelivery = (state: OrderState, delivery: Delivery): OrderState => ({
  ...state,
  ordered: union(state.ordered, [...delivery.added, ...delivery.addFailed.map((failed) => failed.e164)]),
  added: union(state.added, delivery.added),
  blocked: union(state.blocked, delivery.blocked)
})

/** Adds the back-order, or changes the one that is known by its id. */
const withBackorder = (
  { backorders }: OrderState,
  backorderId: string,
  change: (known: { readonly quantity: number; readonly open: boolean } | undefined) => {
    readonly quantity: number
    readonly open: boolean
  }
): OrderState["backorders"] =>
  backorders.some((each) => each.backorderId === backorderId)
    ? backorders.map((each) => (each.backorderId === backorderId ? { backorderId, ...change(each) } : each))
    : [...backorders, { backorderId, ...change(undefined) }]

/** A back-order may be filled and over before the order hears that it was placed: then it is kept as over. */
const afterBackorderEnd = (state: OrderState, backorderId: string): OrderState => {
  const backorders = withBackorder(state, backorderId, (known) => ({ quantity: known?.quantity ?? 0, open: false }))
  const done = state.status === "backordered" && !backorders.some((each) => each.open)
  return { ...state, backorders, status: done ? "completed" : state.status }
}

const afterAnswer = (state: OrderState, kind: string): OrderState => {
  if (kind === "question") return { ...state, status: "clarification" }
  if (kind === "failure") return { ...state, status: "failed" }
  if (kind !== "answer") return state
  return { ...state, status: state.backorders.some((each) => each.open) ? "backordered" : "completed" }
}

export const evolveOrder = (state: OrderState, event: OrderEvent): OrderState => {
  switch (event._tag) {
    case "OrderReceived":
      return { ...state, status: "received", ticket: event.ticket, generation: 1 }
    case "OrderReplayed":
      return { ...state, status: "received", ticket: event.ticket, generation: state.generation + 1, detail: null }
    case "OrderIgnored":
      return { ...state, status: "ignored", detail: event.reason }
    case "TicketAnalysed":
      return { ...state, status: "ordering", analysis: event.analysis }
    case "LineSearched":
    case "VendorSkipped":
      return state
    case "LineOrdered":
      return { ...state, ordered: union(state.ordered, event.numbers) }
    case "LineBackordered":
      return {
        ...state,
        backorders: withBackorder(state, event.backorderId, (known) => ({
          quantity: event.quantity,
          open: known?.open ?? true
        }))
      }
    case "NumbersDelivered":
    case "BackorderDelivered":
      return withDelivery(state, event.delivery)
    case "TicketAnswered":
      return afterAnswer(state, event.kind)
    case "BackorderEnded":
      return afterBackorderEnd(state, event.backorderId)
    case "OrderFailed":
      return { ...state, status: "failed", detail: event.detail }
  }
}

/** The workflow still has something to do for this order. */
export const isUnderWay = (state: OrderState): boolean => state.status === "received" || state.status === "ordering"

/** The first sight of a ticket starts an order; every later one changes nothing. */
export const decideReceive = (state: OrderState, ticket: Ticket): Result.Result<ReadonlyArray<OrderEvent>> =>
  Result.succeed(state.status === "unknown" ? [{ _tag: "OrderReceived", ticket }] : [])

/** Something was bought or back-ordered for the ticket: from then on it means what it meant then. */
export const hasBought = (state: OrderState): boolean => state.ordered.length > 0 || state.backorders.length > 0

/**
 * A ticket that was ignored, failed, or waits for a person may run again: with its text of today, or, once something was
 * bought for it, with the text that it was bought for, so that the run goes on and does not begin anew.
 */
export const decideReplay = (
  state: OrderState,
  ticket: Ticket,
  by: string
): Result.Result<ReadonlyArray<OrderEvent>, OrderRefusal> => {
  if (state.status === "unknown") return Result.fail(new OrderUnknown({ orderId: state.orderId }))
  return state.status === "ignored" || state.status === "failed" || state.status === "clarification"
    ? Result.succeed([{ _tag: "OrderReplayed", ticket: hasBought(state) ? (state.ticket ?? ticket) : ticket, by }])
    : Result.fail(new OrderStatusRefused({ orderId: state.orderId, status: state.status, command: "Replay" }))
}

export const decideRecord = (
  state: OrderState,
  event: OrderEvent
): Result.Result<ReadonlyArray<OrderEvent>, OrderRefusal> =>
  state.status === "unknown" ? Result.fail(new OrderUnknown({ orderId: state.orderId })) : Result.succeed([event])
