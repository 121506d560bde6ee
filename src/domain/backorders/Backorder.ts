import { Schema } from "effect"
import { NanpE164 } from "../numbers/E164.ts"
import { Country, Locality } from "../numbers/RequestedLine.ts"

export const BackorderStatus = Schema.Literals([
  "unknown",
  "requested",
  "placed",
  "checking",
  "partiallyFilled",
  "filled",
  "closed",
  "cancelled",
  "expired"
])
export type BackorderStatus = typeof BackorderStatus.Type

/** What is back-ordered, for which line of which ticket, under which reference at the vendor. */
export const BackorderRequest = Schema.Struct({
  orderId: Schema.String,
  line: Schema.Int,
  country: Country,
  locality: Locality,
  quantity: Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0))),
  /** The vendor's customerOrderReference, unique for each back-order. */
  reference: Schema.String,
  /** Which run of the ticket asks, from 1; what never reached the vendor may be asked for again by a later run. */
  generation: Schema.optionalKey(Schema.Int)
})
export type BackorderRequest = typeof BackorderRequest.Type

/** How a back-order ends before the vendor is done with it: on an operator's word, or because it waited too long. */
export const BackorderEnding = Schema.Struct({
  outcome: Schema.Literals(["cancelled", "expired"]),
  reason: Schema.String
})
export type BackorderEnding = typeof BackorderEnding.Type

export const BackorderState = Schema.Struct({
  backorderId: Schema.String,
  status: BackorderStatus,
  request: Schema.NullOr(BackorderRequest),
  vendorOrderId: Schema.NullOr(Schema.String),
  /** Numbers that the vendor has assigned. */
  received: Schema.Array(NanpE164),
  /** Those of them whose inventory and block steps are over and reported on the ticket. */
  delivered: Schema.Array(NanpE164),
  /** Those whose way through inventory, block and ticket has begun: exactly they are told in one comment. */
  delivering: Schema.Array(NanpE164),
  /** What was asked for while the vendor may still assign numbers; it is over once the vendor has let go. */
  ending: Schema.NullOr(BackorderEnding),
  /** The vendor says that nothing more will come. */
  vendorClosed: Schema.Boolean,
  desiredDueAt: Schema.NullOr(Schema.String),
  /** Milliseconds since the epoch; null before the first of its kind. */
  requestedAtMillis: Schema.NullOr(Schema.Number),
  /** When the request was sent whose answer is still out. */
  placingAtMillis: Schema.NullOr(Schema.Number),
  /** When the last request was sent whose answer never came: its order may turn up late. */
  doubtedAtMillis: Schema.NullOr(Schema.Number),
  placedAtMillis: Schema.NullOr(Schema.Number),
  checkedAtMillis: Schema.NullOr(Schema.Number),
  notedAtMillis: Schema.NullOr(Schema.Number),
  notes: Schema.Int
})
export type BackorderState = typeof BackorderState.Type

export const BackorderEvent = Schema.Union([
  Schema.TaggedStruct("BackorderRequested", { request: BackorderRequest, atMillis: Schema.Number }),
  /** The request is about to be sent to the vendor. */
  Schema.TaggedStruct("BackorderPlacing", { atMillis: Schema.Number }),
  Schema.TaggedStruct("BackorderPlaced", { vendorOrderId: Schema.String, atMillis: Schema.Number }),
  /** Of several vendor orders under the reference, this one stands from now on. */
  Schema.TaggedStruct("BackorderAdopted", { vendorOrderId: Schema.String }),
  Schema.TaggedStruct("BackorderChecked", {
    atMillis: Schema.Number,
    trigger: Schema.String,
    desiredDueAt: Schema.NullOr(Schema.String)
  }),
  Schema.TaggedStruct("BackorderNumbersReceived", { numbers: Schema.Array(NanpE164) }),
  Schema.TaggedStruct("BackorderVendorClosed", {}),
  Schema.TaggedStruct("BackorderDeliveryBegun", { numbers: Schema.Array(NanpE164) }),
  Schema.TaggedStruct("BackorderNumbersDelivered", { numbers: Schema.Array(NanpE164) }),
  Schema.TaggedStruct("BackorderStatusNoted", { atMillis: Schema.Number }),
  Schema.TaggedStruct("BackorderEndingBegun", { ending: BackorderEnding }),
  Schema.TaggedStruct("BackorderClosed", {}),
  Schema.TaggedStruct("BackorderCancelled", { reason: Schema.String }),
  Schema.TaggedStruct("BackorderExpired", {})
])
export type BackorderEvent = typeof BackorderEvent.Type

/** No such back-order. */
export class BackorderUnknown extends Schema.TaggedError<BackorderUnknown>()("BackorderUnknown", {
  backorderId: Schema.String
}) {}

/** The command does not fit the back-order's present status. */
export class BackorderStatusRefused extends Schema.TaggedError<BackorderStatusRefused>()("BackorderStatusRefused", {
  backorderId: Schema.String,
  status: BackorderStatus,
  command: Schema.String
}) {}

/** The vendor refused or could not be reached; the back-order stays as it was. */
export class BackorderActionRefused extends Schema.TaggedError<BackorderActionRefused>()("BackorderActionRefused", {
  backorderId: Schema.String,
  action: Schema.String,
  detail: Schema.String,
  retryable: Schema.Boolean
}) {
  override get message(): string {
    return `${this.action}: ${this.detail}`
  }
}

export const BackorderRefusal = Schema.Union([BackorderUnknown, BackorderStatusRefused, BackorderActionRefused])
export type BackorderRefusal = typeof BackorderRefusal.Type

export const unknownBackorder = (backorderId: string): BackorderState => ({
  backorderId,
  status: "unknown",
  request: null,
  vendorOrderId: null,
  received: [],
  delivered: [],
  delivering: [],
  ending: null,
  vendorClosed: false,
  desiredDueAt: null,
  requestedAtMillis: null,
  placingAtMillis: null,
  doubtedAtMillis: null,
  placedAtMillis: null,
  checkedAtMillis: null,
  notedAtMillis: null,
  notes: 0
})

/** Nothing more is asked of the vendor; what turns up late is still delivered. */
export const isFinal = (state: BackorderState): boolean =>
  state.status === "closed" || state.status === "cancelled" || state.status === "expired"

/** The vendor has taken no order for it, as far as anybody knows. */
export const isUnplaced = (state: BackorderState): boolean =>
  state.vendorOrderId === null && state.received.length === 0

/** As many numbers as were asked for, or more, have been assigned. */
export const isComplete = (state: BackorderState): boolean =>
  state.request !== null && state.received.length >= state.request.quantity

const withNumbers = (state: BackorderState, numbers: ReadonlyArray<string>): BackorderState => {
  const after = { ...state, received: [...state.received, ...numbers] }
  return isFinal(state) ? after : { ...after, status: isComplete(after) ? "filled" : "partiallyFilled" }
}

export const evolveBackorder = (state: BackorderState, event: BackorderEvent): BackorderState => {
  switch (event._tag) {
    case "BackorderRequested":
      return {
        ...state,
        status: "requested",
        request: event.request,
        requestedAtMillis: event.atMillis,
        ending: null,
        vendorClosed: false,
        notedAtMillis: null
      }
    case "BackorderPlacing":
      return {
        ...state,
        placingAtMillis: event.atMillis,
        doubtedAtMillis: state.placingAtMillis ?? state.doubtedAtMillis
      }
    case "BackorderPlaced":
      return {
        ...state,
        status: "placed",
        vendorOrderId: event.vendorOrderId,
        placedAtMillis: event.atMillis,
        placingAtMillis: null
      }
    case "BackorderAdopted":
      return { ...state, vendorOrderId: event.vendorOrderId }
    case "BackorderChecked":
      return {
        ...state,
        status: state.status === "placed" ? "checking" : state.status,
        checkedAtMillis: event.atMillis,
        desiredDueAt: event.desiredDueAt ?? state.desiredDueAt
      }
    case "BackorderNumbersReceived":
      return withNumbers(state, event.numbers)
    case "BackorderVendorClosed":
      return { ...state, vendorClosed: true }
    case "BackorderDeliveryBegun":
      return { ...state, delivering: event.numbers }
    case "BackorderNumbersDelivered":
      return { ...state, delivered: [...state.delivered, ...event.numbers], delivering: [] }
    case "BackorderStatusNoted":
      return { ...state, notedAtMillis: event.atMillis, notes: state.notes + 1 }
    case "BackorderEndingBegun":
      return { ...state, ending: event.ending }
    case "BackorderClosed":
      return { ...state, status: "closed" }
    case "BackorderCancelled":
      return { ...state, status: "cancelled" }
    case "BackorderExpired":
      return { ...state, status: "expired" }
  }
}

/** Assigned by the vendor, not yet carried through inventory, block and the ticket. */
export const undelivered = (state: BackorderState): ReadonlyArray<string> =>
  state.received.filter((e164) => !state.delivered.includes(e164))

/** How long an order may turn up at the vendor after a request whose answer never came. */
const doubtMillis = 15 * 60_000

/** Until when an order of ours that nobody told us of may still turn up at the vendor; null: none can. */
export const inDoubtUntilMillis = (state: BackorderState): number | null => {
  const sentAtMillis = state.placingAtMillis ?? state.doubtedAtMillis
  return sentAtMillis === null ? null : sentAtMillis + doubtMillis
}
