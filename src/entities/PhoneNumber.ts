import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { CommandError, CommandKey } from "../domain/journal/CommandErrors.ts"
import { HeldFor, NumberHold, NumberRefusal, PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"

const error = Schema.Union([...NumberRefusal.members, ...CommandError.members])

/** Takes the number for one line of one ticket. */
export const Reserve = Rpc.make("Reserve", {
  payload: { commandKey: CommandKey, hold: NumberHold },
  success: PhoneNumberState,
  error
})

/** Buys a reserved number from a vendor that sells one by one (Plivo); looks before it buys again. */
export const Order = Rpc.make("Order", {
  payload: { commandKey: CommandKey, reference: Schema.String },
  success: PhoneNumberState,
  error
})

/** Notes that an order over many numbers (Inteliquent) brought this one. */
export const RecordOrdered = Rpc.make("RecordOrdered", {
  payload: { commandKey: CommandKey, hold: NumberHold, vendorOrderId: Schema.NullOr(Schema.String) },
  success: PhoneNumberState,
  error
})

/** Notes what the inventory said of the number: `failure` null is "added". */
export const RecordInventory = Rpc.make("RecordInventory", {
  payload: {
    commandKey: CommandKey,
    inventoryLogId: Schema.NullOr(Schema.String),
    failure: Schema.NullOr(Schema.String)
  },
  success: PhoneNumberState,
  error
})

export const Block = Rpc.make("Block", { payload: { commandKey: CommandKey }, success: PhoneNumberState, error })

export const Unblock = Rpc.make("Unblock", { payload: { commandKey: CommandKey }, success: PhoneNumberState, error })

/** Asks the vendor about an order whose outcome is unknown: then the number is ordered, or reserved as before. */
export const Settle = Rpc.make("Settle", { payload: { commandKey: CommandKey }, success: PhoneNumberState, error })

/** Gives the number back to its vendor; with `onlyReservedFor` only while it is merely reserved for that line. */
export const Release = Rpc.make("Release", {
  payload: { commandKey: CommandKey, reason: Schema.String, onlyReservedFor: Schema.optionalKey(HeldFor) },
  success: PhoneNumberState,
  error
})

export const Get = Rpc.make("Get", { success: PhoneNumberState, error })

/** One phone number; the entity id is its E.164 form. */
export const PhoneNumber = Entity.make("PhoneNumber", [
  Reserve,
  Order,
  RecordOrdered,
  RecordInventory,
  Block,
  Unblock,
  Settle,
  Release,
  Get
])
