import { Schema } from "effect"
import { RequestedLine } from "../numbers/RequestedLine.ts"

/** The ticket asks for numbers, and what it asks for is clear. Lines for the same place are merged. */
export const NumbersRequested = Schema.TaggedStruct("NumbersRequested", {
  lines: Schema.Array(RequestedLine)
})

/** The ticket does not ask for new numbers. `certain` when nothing in it even hints at an order. */
export const NoNumbersRequested = Schema.TaggedStruct("NoNumbersRequested", {
  certain: Schema.Boolean
})

/** The ticket asks for numbers, but a person must answer these questions before anything is bought. */
export const ClarificationNeeded = Schema.TaggedStruct("ClarificationNeeded", {
  questions: Schema.Array(Schema.String)
})

export const TicketAnalysis = Schema.Union([NumbersRequested, NoNumbersRequested, ClarificationNeeded])
export type TicketAnalysis = typeof TicketAnalysis.Type
