import type { OrderNumbers } from "./OrderNumbers.ts"

const longestCause = 4_000

/** The dead letter of a run that came to no end; replaying it replays the ticket. */
export const letterOf = (run: typeof OrderNumbers.payloadSchema.Type, cause: string) => ({
  entityType: "Order",
  entityId: run.ticket.ticketId,
  command: "Replay",
  payload: { commandKey: `parked-${run.generation}`, ticket: run.ticket, by: "dead-letters" },
  cause: cause.slice(0, longestCause),
  tries: 1
})
