import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { CommandError, CommandKey } from "../domain/journal/CommandErrors.ts"
import { OrderEvent, OrderRefusal, OrderState, OrderStatus, Ticket } from "../domain/orders/Order.ts"

const error = Schema.Union([...OrderRefusal.members, ...CommandError.members])

/** Takes a ticket in; the OrderNumbers workflow starts in the background. Again: the order as it stands. */
export const Receive = Rpc.make("Receive", {
  payload: { commandKey: CommandKey, ticket: Ticket, requestId: Schema.NullOr(Schema.String) },
  success: Schema.Struct({ status: OrderStatus, first: Schema.Boolean }),
  error
})

/** Runs an ignored, failed or waiting ticket once more, with its text of today. */
export const Replay = Rpc.make("Replay", {
  payload: { commandKey: CommandKey, ticket: Ticket, by: Schema.String },
  success: OrderState,
  error
})

/** What the workflow and the back-orders report. */
export const Record = Rpc.make("Record", {
  payload: { commandKey: CommandKey, event: OrderEvent },
  error
})

export const Get = Rpc.make("Get", { success: OrderState, error })

/** A due timer: an order under way makes sure that its workflow runs. Answers at once. */
export const Wake = Rpc.make("Wake", { payload: { trigger: Schema.String } })

/** One ticket's order; the entity id is the ticket's id. */
export const Order = Entity.make("Order", [Receive, Replay, Record, Get, Wake])
