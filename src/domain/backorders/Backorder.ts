import { Result, Schema } from "effect"
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
  reference: Schema.String
})
export type BackorderRequest = typeof BackorderRequest.Type

export const BackorderState = Schema.Struct({
  backorderId: Schema.String,
  status: BackorderStatus,
  request: Schema.NullOr(BackorderRequest),
  vendorOrderId: Schema.NullOr(Schema.String),
  /** Numbers that the vendor has assigned. */
  received: Schema.Array(NanpE164),
  /** Those of them whose inventory and block steps are over and reported on the ticket. */
  delivered: Schema.Array(NanpE164),
  /** The vendor says that nothing more will come. */
  vendorClosed: Schema.Boolean,
  desiredDueAt: Schema.NullOr(Schema.String),
  /** Milliseconds since the epoch; null before the first of its kind. */
  placedAtMillis: Schema.NullOr(Schema.Number),
  checkedAtMillis: Schema.NullOr(Schema.Number),
  notedAtMillis: Schema.NullOr(Schema.Number),
  notes: Schema.Int
})
export type BackorderState = typeof BackorderState.Type

export const BackorderEvent = Schema.Union([
  Schema.TaggedStruct("BackorderRequested", { request: BackorderRequest }),
  Schema.TaggedStruct("BackorderPlaced", { vendorOrderId: Schema.String, atMillis: Schema.Number }),
  Schema.TaggedStruct("BackorderChecked", {
    atMillis: Schema.Number,
    trigger: Schema.String,
    desiredDueAt: Schema.NullOr(Schema.String)
  }),
  Schema.TaggedStruct("BackorderNumbersReceived", { numbers: Schema.Array(NanpE164) }),
  Schema.TaggedStruct("BackorderVendorClosed", {}),
  Schema.TaggedStruct("BackorderNumbersDelivered", { numbers: Schema.Array(NanpE164) }),
  Schema.TaggedStruct("BackorderStatusNoted", { atMillis: Schema.Number }),
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
}) {}

export const BackorderRefusal = Schema.Union([BackorderUnknown, BackorderStatusRefused, BackorderActionRefused])
export type BackorderRefusal = typeof BackorderRefusal.Type

export const unknownBackorder = (backorderId: string): BackorderState => ({
  backorderId,
  status: "unknown",
  request: null,
  vendorOrderId: null,
  received: [],
  delivered: [],
  vendorClosed: false,
  desiredDueAt: null,
  placedAtMillis: null,
  checkedAtMillis: null,
  notedAtMillis: null,
  notes: 0
})

const statusAfterReceipt = (state: BackorderState, received: number): BackorderStatus =>
  received >= (state.request?.quantity ?? 0) ? "filled" : "partiallyFilled"

export const evolveBackorder = (state: BackorderState, event: BackorderEvent): BackorderState => {
  switch (event._tag) {
    case "BackorderRequested":
      return { ...state, status: "requested", request: event.request }
    case "BackorderPlaced":
      return { ...state, status: "placed", vendorOrderId: event.vendorOrderId, placedAtMillis: event.atMillis }
    case "BackorderChecked":
      return {
        ...state,
        status: state.status === "placed" ? "checking" : state.status,
        checkedAtMillis: event.atMillis,
        desiredDueAt: event.desiredDueAt ?? state.desiredDueAt
      }
    case "BackorderNumbersReceived": {
      const received = [...state.received, ...event.numbers]
      return { ...state, received, status: statusAfterReceipt(state, received.length) }
    }
    case "BackorderVendorClosed":
      return { ...state, vendorClosed: true }
    case "BackorderNumbersDelivered":
      return { ...state, delivered: [...state.delivered, ...event.numbers] }
    case "BackorderStatusNoted":
      return { ...state, notedAtMillis: event.atMillis, notes: state.notes + 1 }
    case "BackorderClosed":
      return { ...state, status: "closed" }
    case "BackorderCancelled":
      return { ...state, status: "cancelled" }
    case "BackorderExpired":
      return { ...state, status: "expired" }
  }
}

/** Nothing more will ever happen to it. */
export const isFinal = (state: BackorderState): boolean =>
  state.status === "closed" || state.status === "cancelled" || state.status === "expired"

/** Assigned by the vendor, not yet carried through inventory, block and the ticket. */
export const undelivered = (state: BackorderState): ReadonlyArray<string> =>
  state.received.filter((e164) => !state.delivered.includes(e164))

type Decision = Result.Result<ReadonlyArray<BackorderEvent>, BackorderRefusal>

const refused = (state: BackorderState, command: string) =>
  Result.fail(
    state.status === "unknown"
      ? new BackorderUnknown({ backorderId: state.backorderId })
      : new BackorderStatusRefused({ backorderId: state.backorderId, status: state.status, command })
  )

export const decideRequest = (state: BackorderState, request: BackorderRequest): Decision =>
  Result.succeed(state.status === "unknown" ? [{ _tag: "BackorderRequested", request }] : [])

export const decidePlaced = (state: BackorderState, vendorOrderId: string, atMillis: number): Decision =>
  state.status === "requested"
    ? Result.succeed([{ _tag: "BackorderPlaced", vendorOrderId, atMillis }])
    : state.status === "unknown"
      ? refused(state, "Place")
      : Result.succeed([])

/** What one look at the vendor's order tells. Numbers that are known already change nothing. */
export interface VendorReport {
  readonly numbers: ReadonlyArray<string>
  readonly closed: boolean
  readonly desiredDueAt: string | null
}

export const decideChecked = (
  state: BackorderState,
  report: VendorReport,
  trigger: string,
  atMillis: number
): Decision => {
  if (state.status === "unknown" || state.status === "requested") return refused(state, "Check")
  if (isFinal(state)) return Result.succeed([])
  const fresh = [...new Set(report.numbers)].filter((e164) => !state.received.includes(e164))
  const events: Array<BackorderEvent> = [
    { _tag: "BackorderChecked", atMillis, trigger, desiredDueAt: report.desiredDueAt }
  ]
  if (fresh.length > 0) events.push({ _tag: "BackorderNumbersReceived", numbers: fresh })
  if (report.closed && !state.vendorClosed) events.push({ _tag: "BackorderVendorClosed" })
  return Result.succeed(events)
}

export const decideDelivered = (state: BackorderState, numbers: ReadonlyArray<string>): Decision => {
  const fresh = undelivered(state).filter((e164) => numbers.includes(e164))
  return Result.succeed(fresh.length === 0 ? [] : [{ _tag: "BackorderNumbersDelivered", numbers: fresh }])
}

/** Closes when the vendor is done and every number that came has been carried through. */
export const decideClose = (state: BackorderState): Decision => {
  if (isFinal(state) || undelivered(state).length > 0) return Result.succeed([])
  const complete = state.request !== null && state.received.length >= state.request.quantity
  return Result.succeed(state.vendorClosed || complete ? [{ _tag: "BackorderClosed" }] : [])
}

export const decideCancel = (state: BackorderState, reason: string): Decision =>
  state.status === "unknown"
    ? refused(state, "Cancel")
    : state.status === "cancelled"
      ? Result.succeed([])
      : isFinal(state) || state.status === "filled" || undelivered(state).length > 0
        ? refused(state, "Cancel")
        : Result.succeed([{ _tag: "BackorderCancelled", reason }])

export const decideExpire = (state: BackorderState): Decision =>
  isFinal(state) || undelivered(state).length > 0 ? Result.succeed([]) : Result.succeed([{ _tag: "BackorderExpired" }])

export const decideNoted = (state: BackorderState, atMillis: number): Decision =>
  Result.succeed(isFinal(state) ? [] : [{ _tag: "BackorderStatusNoted", atMillis }])
