import { Clock, Duration, Effect, FiberSet, Layer, Metric, Random } from "effect"
import { disableAfterMillis, maxTries, pauseMillis } from "../domain/subscriptions/Retries.ts"
import { withRoutingKey } from "../domain/subscriptions/Messages.ts"
import type { Claimed, Outcome } from "../layers/storage/Deliveries.ts"
import { Deliveries, maxPerSubscription } from "../layers/storage/Deliveries.ts"
import { SubscriptionNotes } from "../layers/storage/SubscriptionNotes.ts"
import { Subscriptions } from "../layers/storage/Subscriptions.ts"
import { signedHeaders } from "../layers/webhooks/StandardSignature.ts"
import type { WebhookAnswer, WebhookNotSent } from "../layers/webhooks/WebhookSender.ts"
import { WebhookSender } from "../layers/webhooks/WebhookSender.ts"
import { supervised } from "./Supervision.ts"

/** Messages that one node sends at the same time. */
export const maxInFlight = 64

const pollInterval = Duration.millis(300)

/** A node that dies while it sends holds a message back for this long; longer than any answer is waited for. */
export const leaseMillis = 30_000

/** Longest Retry-After that is believed. */
const maxRetryAfterMillis = 3_600_000

const sent = Metric.counter("tandem_webhook_deliveries", {
  description: "Tries of outgoing webhooks, by outcome: delivered, failed or dead",
  incremental: true
})

const requestOf = ({ body, deliveryId, format, secret, url }: Claimed, nowMillis: number) => {
  const headers = { "content-type": "application/json", "user-agent": "Tandem-Webhooks/1" }
  return format === "pagerduty"
    ? { url, headers, body: withRoutingKey(body, secret) }
    : { url, headers: { ...headers, ...signedHeaders(secret, deliveryId, nowMillis, body) }, body }
}

const isTaken = ({ status }: WebhookAnswer) => status >= 200 && status < 300

const failed = (
  { tries }: Claimed,
  nowMillis: number,
  chance: number,
  answer: WebhookAnswer | WebhookNotSent
): Outcome => {
  const isAnswer = "status" in answer
  const askedMillis = isAnswer ? Math.min((answer.retryAfterSeconds ?? 0) * 1_000, maxRetryAfterMillis) : 0
  const isOver = tries >= maxTries
  return {
    status: isOver ? "dead" : "pending",
    httpStatus: isAnswer ? answer.status : null,
    error: isAnswer ? `HTTP ${answer.status}: ${answer.text}` : answer.detail,
    dueAtMillis: isOver ? null : nowMillis + Math.max(pauseMillis(tries, chance), askedMillis)
  }
}

/** Sends one message, and writes down how that ended. */
const makeDelivery = Effect.gen(function* () {
  const sender = yield* WebhookSender
  const deliveries = yield* Deliveries
  const subscriptions = yield* Subscriptions
  const notes = yield* SubscriptionNotes

  const giveUp = Effect.fnUntraced(function* (subscriptionId: string, reason: string) {
    if (!(yield* subscriptions.get(subscriptionId)).enabled) return
    // Noted first: a crash in between notes it twice, and never leaves it unsaid.
    yield* notes.write(subscriptionId, { _tag: "SubscriptionDisabled", reason, by: "tandem" })
    yield* subscriptions.enable(subscriptionId, reason)
    yield* Effect.logWarning("a subscription was disabled").pipe(Effect.annotateLogs({ subscriptionId, reason }))
  })

  return Effect.fn("WebhookCourier.deliver")(function* (claimed: Claimed) {
    const { failingSinceMillis, subscriptionId } = claimed
    const result = yield* Effect.result(sender.send(requestOf(claimed, yield* Clock.currentTimeMillis)))
    const answer = result._tag === "Success" ? result.success : result.failure
    const nowMillis = yield* Clock.currentTimeMillis
    if ("status" in answer && isTaken(answer)) {
      const delivered = { status: "delivered", httpStatus: answer.status, error: null, dueAtMillis: null } as const
      yield* deliveries.settle(claimed, delivered)
      return yield* Metric.update(Metric.withAttributes(sent, { outcome: "delivered" }), 1)
    }
    const outcome = failed(claimed, nowMillis, yield* Random.next, answer)
    yield* deliveries.settle(claimed, outcome)
    const label = outcome.status === "dead" ? "dead" : "failed"
    yield* Metric.update(Metric.withAttributes(sent, { outcome: label }), 1)
    if ("status" in answer && answer.status === 410) {
      yield* giveUp(subscriptionId, "the receiver answered that it is gone (410)")
    } else if (label === "dead" && nowMillis - (failingSinceMillis ?? nowMillis) >= disableAfterMillis) {
      yield* giveUp(
        subscriptionId,
        `nothing was taken since ${new Date(failingSinceMillis ?? nowMillis).toISOString()}`
      )
    }
  })
})

/**
 * Sends what is due, on every runner. A message belongs to the node that claimed it until its lease is over, so that one
 * is sent again when a node dies before it wrote down how it went: the receiver knows it by its id.
 */
export const WebhookCourierLive = Layer.effectDiscard(
  Effect.gen(function* () {
    const deliveries = yield* Deliveries
    const deliver = yield* makeDelivery
    const couriers = yield* FiberSet.make<void>()
    const underWay = new Map<string, number>()
    let inFlight = 0

    const count = (subscriptionId: string, more: number) => {
      inFlight += more
      const left = (underWay.get(subscriptionId) ?? 0) + more
      if (left === 0) underWay.delete(subscriptionId)
      else underWay.set(subscriptionId, left)
    }

    const look = Effect.gen(function* () {
      if (inFlight >= maxInFlight) return
      const busy = [...underWay].flatMap(([id, many]) => (many >= maxPerSubscription ? [id] : []))
      const claimed = yield* deliveries.claim({ limit: maxInFlight - inFlight, leaseMillis, busy })
      for (const each of claimed) {
        count(each.subscriptionId, 1)
        yield* deliver(each).pipe(
          Effect.catchCause((cause) => Effect.logWarning("a webhook's outcome is not known; it is sent again", cause)),
          Effect.ensuring(Effect.sync(() => count(each.subscriptionId, -1))),
          Effect.annotateLogs({ deliveryId: each.deliveryId }),
          (delivery) => FiberSet.run(couriers, delivery)
        )
      }
    })

    yield* supervised(
      "WebhookCourier",
      look.pipe(
        Effect.catch((error) => Effect.logWarning("due webhooks could not be looked at", error)),
        Effect.andThen(Effect.sleep(pollInterval)),
        Effect.forever
      )
    )
  })
)
