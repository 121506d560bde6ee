import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { maxDescriptionLength, maxSubjectLength, OrderState } from "../domain/orders/Order.ts"
import { Order } from "../entities/Order.ts"
import { Zendesk } from "../layers/vendors/Zendesk.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { TicketUnknown } from "./api/DomainProblems.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { problemOf } from "./ProblemDetails.ts"

export const TicketsLive = HttpApiBuilder.group(
  TandemApi,
  "tickets",
  Effect.fnUntraced(function* (handlers) {
    const zendesk = yield* Zendesk
    const keys = yield* CommandKeys
    const clientFor = yield* Order.client

    const ticketOfToday = (ticketId: string) =>
      zendesk.ticket(ticketId).pipe(
        Effect.map(({ subject, description }) => ({
          ticketId,
          subject: subject.slice(0, maxSubjectLength),
          description: description.slice(0, maxDescriptionLength)
        })),
        Effect.mapError((error) =>
          error.reason === "NotFound"
            ? new TicketUnknown({ ticketId, detail: `The help desk has no ticket ${ticketId}.` })
            : problemOf(error)
        )
      )

    return handlers.handle(
      "replay",
      Effect.fnUntraced(function* ({ params: { ticketId }, headers }) {
        const { name } = yield* CurrentCaller
        // The ticket's text may change between two tries, so the journal alone cannot tell that they are the same.
        return yield* keys.once(
          { operation: "tickets.replay", target: ticketId, idempotencyKey: headers["idempotency-key"] },
          OrderState,
          Effect.fnUntraced(function* (commandKey) {
            const ticket = yield* ticketOfToday(ticketId)
            return yield* askEntity(clientFor(ticketId).Replay({ commandKey, ticket, by: name }))
          })
        )
      })
    )
  })
)
