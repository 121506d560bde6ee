import { Result, Schema } from "effect"
import { NanpE164 } from "./E164.ts"
import { Country } from "./RequestedLine.ts"

export const NumberVendor = Schema.Literals(["plivo", "inteliquent"])
export type NumberVendor = typeof NumberVendor.Type

/** `ordering`: sent to the vendor, outcome not yet known. `blocked` is an active number that must not be handed out. */
export const NumberStatus = Schema.Literals([
  "unknown",
  "reserved",
  "ordering",
  "ordered",
  "active",
  "blocked",
  "released"
])
export type NumberStatus = typeof NumberStatus.Type

/** Everything Tandem knows about one phone number. */
export const PhoneNumberState = Schema.Struct({
  e164: NanpE164,
  status: NumberStatus,
  country: Schema.NullOr(Country),
  vendor: Schema.NullOr(NumberVendor),
  /** The ticket that the number was bought for, and which of its lines (from 1). */
  orderId: Schema.NullOr(Schema.String),
  line: Schema.NullOr(Schema.Int),
  vendorOrderId: Schema.NullOr(Schema.String),
  backorderId: Schema.NullOr(Schema.String),
  inventoryError: Schema.NullOr(Schema.String),
  blockError: Schema.NullOr(Schema.String)
})
export type PhoneNumberState = typeof PhoneNumberState.Type

/** Why and for whom a number is taken. */
export const NumberHold = Schema.Struct({
  orderId: Schema.String,
  line: Schema.Int,
  vendor: NumberVendor,
  country: Country,
  backorderId: Schema.NullOr(Schema.String)
})
export type NumberHold = typeof NumberHold.Type

export const PhoneNumberEvent = Schema.Union([
  Schema.TaggedStruct("NumberReserved", { hold: NumberHold }),
  Schema.TaggedStruct("NumberOrdering", { reference: Schema.String }),
  Schema.TaggedStruct("NumberOrderRefused", { detail: Schema.String }),
  Schema.TaggedStruct("NumberOrdered", { vendorOrderId: Schema.NullOr(Schema.String) }),
  Schema.TaggedStruct("NumberActivated", { inventoryLogId: Schema.NullOr(Schema.String) }),
  Schema.TaggedStruct("NumberActivationFailed", { detail: Schema.String }),
  Schema.TaggedStruct("NumberBlocked", {}),
  Schema.TaggedStruct("NumberBlockFailed", { detail: Schema.String }),
  Schema.TaggedStruct("NumberUnblocked", {}),
  Schema.TaggedStruct("NumberReleased", { reason: Schema.String })
])
export type PhoneNumberEvent = typeof PhoneNumberEvent.Type

/** The number is held by another ticket, or the vendor sold it to somebody else. */
export class NumberNotAvailable extends Schema.TaggedError<NumberNotAvailable>()("NumberNotAvailable", {
  e164: Schema.String,
  heldBy: Schema.NullOr(Schema.String)
}) {}

/** The command does not fit the number's present status. */
export class NumberStatusRefused extends Schema.TaggedError<NumberStatusRefused>()("NumberStatusRefused", {
  e164: Schema.String,
  status: NumberStatus,
  command: Schema.String
}) {}

/** Tandem has never held this number. */
export class NumberUnknown extends Schema.TaggedError<NumberUnknown>()("NumberUnknown", { e164: Schema.String }) {}

/** The inventory's tools or the vendor refused; the number stays as it was. */
export class NumberActionRefused extends Schema.TaggedError<NumberActionRefused>()("NumberActionRefused", {
  e164: Schema.String,
  action: Schema.String,
  detail: Schema.String,
  retryable: Schema.Boolean
}) {}

export const NumberRefusal = Schema.Union([NumberNotAvailable, NumberStatusRefused, NumberUnknown, NumberActionRefused])
export type NumberRefusal = typeof NumberRefusal.Type

export const unknownNumber = (e164: string): PhoneNumberState => ({
  e164,
  status: "unknown",
  country: null,
  vendor: null,
  orderId: null,
  line: null,
  vendorOrderId: null,
  backorderId: null,
  inventoryError: null,
  blockError: null
})

export const evolveNumber = (state: PhoneNumberState, event: PhoneNumberEvent): PhoneNumberState => {
  switch (event._tag) {
    case "NumberReserved":
      return { ...unknownNumber(state.e164), status: "reserved", ...event.hold }
    case "NumberOrdering":
      return { ...state, status: "ordering" }
    case "NumberOrderRefused":
      return { ...state, status: "reserved" }
    case "NumberOrdered":
      return { ...state, status: "ordered", vendorOrderId: event.vendorOrderId }
    case "NumberActivated":
      return { ...state, status: "active", inventoryError: null }
    case "NumberActivationFailed":
      return { ...state, inventoryError: event.detail }
    case "NumberBlocked":
      return { ...state, status: "blocked", blockError: null }
    case "NumberBlockFailed":
      return { ...state, blockError: event.detail }
    case "NumberUnblocked":
      return { ...state, status: "active", blockError: null }
    case "NumberReleased":
      return { ...unknownNumber(state.e164), country: state.country, vendor: state.vendor, status: "released" }
  }
}

const refused = (state: PhoneNumberState, command: string) =>
  Result.fail(
    state.status === "unknown"
      ? new NumberUnknown({ e164: state.e164 })
      : new NumberStatusRefused({ e164: state.e164, status: state.status, command })
  )

const sameHold = (state: PhoneNumberState, hold: NumberHold) =>
  state.orderId === hold.orderId && state.line === hold.line && state.vendor === hold.vendor

type Decision = Result.Result<ReadonlyArray<PhoneNumberEvent>, NumberRefusal>

/** Takes the number for one line of one ticket. Again for the same line: nothing more happens. */
export const decideReserve = (state: PhoneNumberState, hold: NumberHold): Decision => {
  if (state.status === "unknown" || state.status === "released") {
    return Result.succeed([{ _tag: "NumberReserved", hold }])
  }
  return sameHold(state, hold)
    ? Result.succeed([])
    : Result.fail(new NumberNotAvailable({ e164: state.e164, heldBy: state.orderId }))
}

/** The order is about to be sent to the vendor. */
export const decideOrdering = (state: PhoneNumberState, reference: string): Decision =>
  state.status === "reserved"
    ? Result.succeed([{ _tag: "NumberOrdering", reference }])
    : state.status === "ordering"
      ? Result.succeed([])
      : refused(state, "Order")

/** The vendor certainly did not sell the number: the hold stays, the order is off. */
export const decideOrderRefused = (state: PhoneNumberState, detail: string): Decision =>
  Result.succeed(state.status === "ordering" ? [{ _tag: "NumberOrderRefused", detail }] : [])

/** The vendor sold the number to somebody else. */
export const decideLost = (state: PhoneNumberState): Decision =>
  Result.succeed(state.status === "ordering" ? [{ _tag: "NumberReleased", reason: "sold to somebody else" }] : [])

/** The vendor sold the number to us. */
export const decideOrdered = (state: PhoneNumberState, vendorOrderId: string | null): Decision =>
  state.status === "reserved" || state.status === "ordering"
    ? Result.succeed([{ _tag: "NumberOrdered", vendorOrderId }])
    : isOurs(state)
      ? Result.succeed([])
      : refused(state, "Order")

export const decideActivated = (state: PhoneNumberState, inventoryLogId: string | null): Decision =>
  state.status === "ordered"
    ? Result.succeed([{ _tag: "NumberActivated", inventoryLogId }])
    : state.status === "active" || state.status === "blocked"
      ? Result.succeed([])
      : refused(state, "Activate")

export const decideActivationFailed = (state: PhoneNumberState, detail: string): Decision =>
  state.status === "ordered" ? Result.succeed([{ _tag: "NumberActivationFailed", detail }]) : refused(state, "Activate")

/** May the number be blocked now? */
export const decideBlock = (state: PhoneNumberState): Decision =>
  state.status === "active"
    ? Result.succeed([{ _tag: "NumberBlocked" }])
    : state.status === "blocked"
      ? Result.succeed([])
      : refused(state, "Block")

export const decideBlockFailed = (state: PhoneNumberState, detail: string): Decision =>
  state.status === "active" ? Result.succeed([{ _tag: "NumberBlockFailed", detail }]) : refused(state, "Block")

export const decideUnblock = (state: PhoneNumberState): Decision =>
  state.status === "blocked"
    ? Result.succeed([{ _tag: "NumberUnblocked" }])
    : state.status === "active"
      ? Result.succeed([])
      : refused(state, "Unblock")

/** May the number be given back? Not while an order for it is under way. */
export const decideRelease = (state: PhoneNumberState, reason: string): Decision =>
  state.status === "unknown" || state.status === "ordering"
    ? refused(state, "Release")
    : state.status === "released"
      ? Result.succeed([])
      : Result.succeed([{ _tag: "NumberReleased", reason }])

/** Which ticket's line a number is held for. */
export const HeldFor = Schema.Struct({ orderId: Schema.String, line: Schema.Int })
export type HeldFor = typeof HeldFor.Type

/** Gives a number back only while it is no more than reserved for that line; otherwise nothing happens. */
export const decideReleaseHeld = (state: PhoneNumberState, held: HeldFor, reason: string): Decision =>
  Result.succeed(
    state.status === "reserved" && state.orderId === held.orderId && state.line === held.line
      ? [{ _tag: "NumberReleased", reason }]
      : []
  )

/** Bought and not given back. */
export const isOurs = (state: PhoneNumberState): boolean =>
  state.status === "ordered" || state.status === "active" || state.status === "blocked"
