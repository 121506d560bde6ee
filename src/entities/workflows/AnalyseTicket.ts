import { Effect } from "effect"
import type { Ticket } from "../../domain/orders/Order.ts"
import { analysisInstructions, analysisOfModelAnswer, modelAnswerJsonSchema } from "../../domain/tickets/ModelAnswer.ts"
import type { TicketAnalysis } from "../../domain/tickets/TicketAnalysis.ts"
import { parseTicket } from "../../domain/tickets/ParseTicket.ts"
import { OpenAi } from "../../layers/vendors/OpenAi.ts"

/** Without the model, a ticket that might hide an order goes to a person and is not dropped. */
const orAsk = (analysis: TicketAnalysis): TicketAnalysis =>
  analysis._tag === "NoNumbersRequested" && !analysis.certain
    ? {
        _tag: "ClarificationNeeded",
        questions: ["Does this ticket ask for new phone numbers? If so, how many, and in which area code or city?"]
      }
    : analysis

/**
 * What the ticket asks for, by the model; by our own parser when the model is down, refuses, stops early or speaks
 * nonsense. Never fails.
 */
export const analyseTicket = Effect.fn("AnalyseTicket")(function* (ticket: Ticket) {
  const model = yield* OpenAi
  const answer = yield* model
    .analyse({
      subject: ticket.subject,
      description: ticket.description,
      instructions: analysisInstructions,
      schemaName: "number_request",
      schema: modelAnswerJsonSchema
    })
    .pipe(
      Effect.map(analysisOfModelAnswer),
      Effect.catch((error) =>
        Effect.logWarning("the model gave no analysis; the built-in parser reads the ticket").pipe(
          Effect.annotateLogs({ ticketId: ticket.ticketId, reason: error.message }),
          Effect.as(undefined)
        )
      )
    )
  return answer === undefined
    ? { analysis: orAsk(parseTicket(ticket)), analysedBy: "parser" as const }
    : { analysis: answer, analysedBy: "model" as const }
})
