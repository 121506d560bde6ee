import { Clock, Config, Effect, Metric, Redacted } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { Headers } from "effect/http"
import { hash } from "node:crypto"
import type { Ticket } from "../../domain/orders/Order.ts"
import { parseTicket } from "../../domain/tickets/ParseTicket.ts"
import { Order } from "../../entities/Order.ts"
import { RequestId } from "../RequestId.ts"
import { askForWebhook, webhooks } from "./WebhookCall.ts"
import { WebhookStale, WebhookUnauthorized } from "./WebhookProblems.ts"
import { decodeDelivery } from "./ZendeskDelivery.ts"
import { judgeSignature, signatureHeader, timestampHeader, toleranceMillis } from "./ZendeskSignature.ts"

const secretSetting = Config.Redacted("ZENDESK_WEBHOOK_SECRET")

const invocationHeader = "x-zendesk-webhook-invocation-id"
const soundInvocationId = /^[\x21-\x7e]{1,128}$/

/** Zendesk's names for the statuses in which a ticket is left alone, as triggers write them. */
const onHold = new Set(["hold", "on-hold"])
const closed = "closed"

const refusals = {
  missing: new WebhookUnauthorized({
    error: "Missing signature",
    detail: `Send ${signatureHeader} and ${timestampHeader}.`
  }),
  wrong: new WebhookUnauthorized({ error: "Wrong signature", detail: "The signature does not fit the body." }),
  stale: new WebhookStale({
    error: "Stale timestamp",
    toleranceSeconds: toleranceMillis / 1000,
    detail: "The delivery was not signed just now."
  })
}

/**
 * Tells deliveries apart: Zendesk's own retries of one delivery carry one invocation id, and get one answer. Where the id
 * is missing, the same body is the same delivery.
 */
const deliveryKey = (headers: Headers.Headers, body: Uint8Array): string => {
  const invocation = headers[invocationHeader]
  return invocation !== undefined && soundInvocationId.test(invocation)
    ? `zendesk:${invocation}`
    : `zendesk:${hash("sha256", body)}`
}

/** Nothing in the ticket even hints at an order. Whatever is less sure is looked at by the order's workflow. */
const isForeign = (ticket: Ticket): boolean => {
  const analysis = parseTicket(ticket)
  return analysis._tag === "NoNumbersRequested" && analysis.certain
}

const answer = (status: string) =>
  Effect.as(
    Metric.update(Metric.withAttributes(webhooks, { source: "zendesk", outcome: status }), 1),
    HttpServerResponse.jsonUnsafe({ status })
  )

const verified = Effect.fnUntraced(function* (secret: Redacted.Redacted) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const body = new Uint8Array(yield* request.arrayBuffer)
  const verdict = judgeSignature(Redacted.value(secret), request.headers, body, yield* Clock.currentTimeMillis)
  return verdict === "right" ? { body, headers: request.headers } : yield* refusals[verdict]
})

const make = Effect.gen(function* () {
  const secret = yield* secretSetting
  const orderOf = yield* Order.client

  return Effect.gen(function* () {
    const { body, headers } = yield* verified(secret)
    const { ticket, status } = yield* decodeDelivery(body)
    if (onHold.has(status)) return yield* answer("ignored, on hold")
    if (status === closed) return yield* answer("ignored, closed")
    if (isForeign(ticket)) return yield* answer("ignored, not a number request")
    const { first } = yield* askForWebhook(
      orderOf(ticket.ticketId).Receive({
        commandKey: deliveryKey(headers, body),
        ticket,
        requestId: (yield* RequestId) ?? null
      })
    )
    return yield* answer(first ? "success" : "already processed")
  })
})

/**
 * Zendesk's webhook for tickets. Every delivery of a ticket that asks for numbers reaches the ticket's order; the first
 * one starts it, and all others change nothing. A ticket on hold leaves no trace, so that a later delivery starts it.
 */
export const ZendeskWebhookLive = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const handler = yield* make
    yield* router.add("POST", "/webhooks/zendesk", handler)
    yield* router.add("POST", "/zendesk-webhook", handler)
  })
)
