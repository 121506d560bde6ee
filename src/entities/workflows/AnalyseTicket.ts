import { Effect } from "effect"
import type { Ticket } from "../../domain/orders/Order.ts"
import { analysisInstructions, analysisOfModelAnswer, modelAnswerJsonSchema } from "../../domain/tickets/ModelAnswer.ts"
import { parseTicket } from "../../domain/tickets/ParseTicket.ts"
import { OpenAi } from "../../layers/vendors/OpenAi.ts"

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
    ? { analysis: parseTicket(ticket), analysedBy: "parser" as const }
    : { analysis: answer, analysedBy: "model" as const }
})
