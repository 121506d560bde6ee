import { Config, Context, Effect, Layer } from "effect"
import { Zendesk } from "../layers/vendors/Zendesk.ts"
import type { StepFailed } from "./StepFailed.ts"
import { stepFailed } from "./StepFailed.ts"

const takesNone = (ticketId: string) =>
  Effect.logWarning("the ticket is closed or gone and takes no comment").pipe(Effect.annotateLogs({ ticketId }))

/**
 * Comments on tickets: each exactly once, found again by its marker. A ticket that is closed or deleted takes none, and
 * that is no failure: what was done for it stays done.
 */
export class TicketDesk extends Context.Service<
  TicketDesk,
  {
    readonly post: (comment: {
      readonly ticketId: string
      readonly marker: string
      readonly body: string
      /** For the customer (public when ZENDESK_PUBLIC_ANSWERS is on) or an internal note. */
      readonly forCustomer: boolean
    }) => Effect.Effect<void, StepFailed>
  }
>()("tandem/entities/TicketDesk") {
  static readonly layer = Layer.effect(
    TicketDesk,
    Effect.gen(function* () {
      const zendesk = yield* Zendesk
      const publicAnswers = yield* Config.Boolean("ZENDESK_PUBLIC_ANSWERS").pipe(Config.withDefault(true))
      return TicketDesk.of({
        post: Effect.fn("TicketDesk.post")(function* ({ body, forCustomer, marker, ticketId }) {
          // An internal note leaves the ticket's status alone: it may be solved or on hold for good reason.
          const status = forCustomer ? ({ status: "open" } as const) : {}
          yield* zendesk.answer({ ticketId, marker, body, public: forCustomer && publicAnswers, ...status }).pipe(
            Effect.catchTags({
              TicketClosed: () => takesNone(ticketId),
              VendorError: (error) =>
                error.reason === "NotFound" ? takesNone(ticketId) : Effect.fail(stepFailed(error))
            })
          )
        })
      })
    })
  )
}
