import { Effect, Metric } from "effect"
import type { MappedError } from "../ProblemDetails.ts"
import { asProblems } from "../ProblemDetails.ts"
import { WebhookTimedOut } from "./WebhookProblems.ts"

/** Zendesk waits 10 to 12 s for an answer, then delivers again; our own answer comes before it gives up. */
export const webhookTimeoutMillis = 10_000
const retryAfterSeconds = 5

export const webhooks = Metric.counter("tandem_webhooks_total", {
  description: "Deliveries that were answered with 200, by sender and outcome",
  incremental: true
})

const timedOut = new WebhookTimedOut({
  timeoutMillis: webhookTimeoutMillis,
  retryAfterSeconds,
  detail: "Deliver it again; what was done already is not done twice."
})

/** Sends a command to an entity for a sender that delivers again after a 503. */
export const askForWebhook = <A, E extends MappedError, R>(call: Effect.Effect<A, E, R>) =>
  asProblems(call).pipe(Effect.timeoutOrElse({ duration: webhookTimeoutMillis, orElse: () => Effect.fail(timedOut) }))
