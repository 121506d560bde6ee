import { Schema } from "effect"
import { Workflow } from "effect/workflow"
import { Ticket } from "../../domain/orders/Order.ts"

/** From ticket to answered ticket; one execution for each ticket and generation (a replay is a new generation). */
export const OrderNumbers = Workflow.make("OrderNumbers", {
  payload: { ticket: Ticket, generation: Schema.Int, requestId: Schema.NullOr(Schema.String) },
  success: Schema.Void,
  idempotencyKey: ({ generation, ticket }) => `${ticket.ticketId}#${generation}`
})
