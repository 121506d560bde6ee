import { longestCause } from "../../domain/journal/DeadLetter.ts"
import type { OrderNumbers } from "./OrderNumbers.ts"

/** What the order and its ticket are told of a run that was parked for a reason that only its dead letter tells. */
export const parkedDetail = "an unexpected fault; see the dead letters"

/** The dead letter of a run that came to no end; replaying it replays the ticket. */
export const letterOf = (run: typeof OrderNumbers.payloadSchema.Type, cause: string) => ({
  entityType: "Order",
  entityId: run.ticket.ticketId,
  command: "Replay",
  payload: { commandKey: `parked-${run.generation}`, ticket: run.ticket, by: "dead-letters" },
  cause: cause.slice(0, longestCause),
  tries: 1
})
