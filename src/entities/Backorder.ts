import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { BackorderRefusal, BackorderRequest, BackorderState } from "../domain/backorders/Backorder.ts"
import { CommandError, CommandKey } from "../domain/journal/CommandErrors.ts"

const error = Schema.Union([...BackorderRefusal.members, ...CommandError.members])

/** Places the back-order at the vendor, exactly once for its reference. */
export const Place = Rpc.make("Place", {
  payload: { commandKey: CommandKey, request: BackorderRequest },
  success: BackorderState,
  error
})

/** Looks at the vendor's order now. `trigger` is `timer`, `notification` or `operator`. */
export const CheckNow = Rpc.make("CheckNow", {
  payload: { commandKey: CommandKey, trigger: Schema.String },
  success: BackorderState,
  error
})

export const Cancel = Rpc.make("Cancel", {
  payload: { commandKey: CommandKey, reason: Schema.String },
  success: BackorderState,
  error
})

export const Get = Rpc.make("Get", { success: BackorderState, error })

/** A due timer or a vendor's notification: the back-order looks after itself in the background. Answers at once. */
export const Wake = Rpc.make("Wake", { payload: { trigger: Schema.String } })

/** One back-order; the entity id is `{orderId}-{line}`. */
export const Backorder = Entity.make("Backorder", [Place, CheckNow, Cancel, Get, Wake])
