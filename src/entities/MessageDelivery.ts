import { Clock, Duration, Effect, Metric, Random } from "effect"
import { CircuitBreaker } from "effect/persistence"
import type { MessageContent } from "../domain/messaging/Message.ts"
import type { AttemptResult, DeliveryOutcome } from "../domain/messaging/DeliveryOutcome.ts"
import { isReceiverDown, outcomeOf } from "../domain/messaging/DeliveryOutcome.ts"
import { maxRetryAfterMillis } from "../domain/messaging/DeliveryRetries.ts"
import { openBody } from "../layers/messaging/BodyCipher.ts"
import { KeyRing } from "../layers/messaging/KeyRing.ts"
import type { MessageRoute } from "../layers/storage/MessageDomains.ts"
import type { SealedMessage } from "../layers/storage/messages/MessageQueue.ts"
import { signedHeaders } from "../layers/webhooks/StandardSignature.ts"
import { WebhookSender } from "../layers/webhooks/WebhookSender.ts"

/** Failures in a row after which a destination is left alone, and for how long at first and at most. */
export const breakerFailures = 10
export const breakerOpenMillis = 5_000

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const durations = Metric.histogram("worker_delivery_duration_seconds", {
  description: "Time of one attempt to deliver a message, in seconds",
  boundaries: seconds
})
const waits = Metric.histogram("worker_queue_wait_seconds", {
  description: "Time from the acceptance of a message to its first attempt, in seconds",
  boundaries: [...seconds, 30, 60, 300, 3_600]
})

/** The body that a receiver is posted. Its id is the delivery key: the same each time that the message is sent. */
const payloadOf = (message: SealedMessage, { body, metadata, sender }: MessageContent, attempt: number) =>
  JSON.stringify({
    message_id: message.messageId,
    client_id: message.clientId,
    domain: message.domain,
    sender_number: sender,
    message_body: body,
    metadata:
      metadata === null
        ? null
        : { timestamp: metadata.timestamp, client_id: metadata.clientId, domain: metadata.domain },
    queued_at: new Date(message.queuedAtMillis).toISOString(),
    attempt
  })

const circuitOutcome = (result: AttemptResult): CircuitBreaker.Outcome => {
  if (result.kind === "postponed" || result.kind === "unsendable") return CircuitBreaker.ignored
  if (!isReceiverDown(result)) return CircuitBreaker.success
  const retryAfterSeconds = result.kind === "answered" ? result.retryAfterSeconds : undefined
  return CircuitBreaker.failure(
    retryAfterSeconds === undefined ? {} : { retryAfter: Duration.seconds(retryAfterSeconds) }
  )
}

const postponed = (detail: string): AttemptResult => ({ kind: "postponed", detail })

const makeSending = Effect.gen(function* () {
  const sender = yield* WebhookSender
  const ring = yield* KeyRing

  const post = Effect.fnUntraced(function* (route: MessageRoute, messageId: string, body: string) {
    const headers = {
      "content-type": "application/json",
      "user-agent": "Tandem-Messages/1",
      ...signedHeaders(route.secret, messageId, yield* Clock.currentTimeMillis, body)
    }
    return yield* sender.send({ url: route.destination.url, headers, body, keepAlive: true }).pipe(
      Effect.match({
        onSuccess: (answer): AttemptResult => ({ kind: "answered", ...answer }),
        onFailure: ({ detail }): AttemptResult => ({ kind: "unanswered", detail })
      })
    )
  })

  /** The text of the message, or why it cannot be had. */
  const content = (message: SealedMessage) =>
    openBody(ring, message).pipe(
      Effect.map((value) => ({ kind: "content", value }) as const),
      Effect.catch((error) => {
        const isLost = error._tag === "MessageUnreadable" && error.reason !== "key-unknown"
        const detail = isLost ? `the message cannot be decrypted: ${error.reason}` : "its key is not here"
        return Effect.succeed<AttemptResult>({ kind: isLost ? "unsendable" : "postponed", detail })
      })
    )

  return { content, post }
})

/** One attempt to deliver a message, through the circuit of its destination. */
export const makeMessageDelivery = Effect.gen(function* () {
  const { content, post } = yield* makeSending
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(breakerFailures),
    openDuration: breakerOpenMillis,
    maxOpenDuration: maxRetryAfterMillis
  })

  const result = Effect.fnUntraced(function* (route: MessageRoute, message: SealedMessage, attempt: number) {
    const opened = yield* content(message)
    if (opened.kind !== "content") return opened
    const startedAtMillis = yield* Clock.currentTimeMillis
    if (attempt === 1) yield* Metric.update(waits, (startedAtMillis - message.queuedAtMillis) / 1_000)
    const answer = yield* breaker.execute(post(route, message.messageId, payloadOf(message, opened.value, attempt)), {
      key: message.domain,
      classify: (exit) => (exit._tag === "Success" ? circuitOutcome(exit.value) : CircuitBreaker.ignored)
    })
    yield* Metric.update(durations, ((yield* Clock.currentTimeMillis) - startedAtMillis) / 1_000)
    return answer
  })

  const attempt = Effect.fn("MessageDelivery.attempt")(function* (
    route: MessageRoute,
    message: SealedMessage,
    attempts: number
  ): Effect.fn.Return<DeliveryOutcome> {
    const answer = yield* result(route, message, attempts).pipe(
      Effect.catch(() => Effect.succeed(postponed("its destination is in trouble and is left alone for a while"))),
      Effect.catchDefect((defect) =>
        Effect.as(Effect.logError("a message could not be sent", defect), postponed("Tandem made a mistake"))
      )
    )
    return outcomeOf(answer, attempts, route, yield* Clock.currentTimeMillis, yield* Random.next)
  })

  /** Until when nothing is sent to the domain's destination; whether one message may try. */
  const state = Effect.fnUntraced(function* (domain: string) {
    const found = yield* Effect.orDie(breaker.state(domain))
    // A circuit stays open until somebody tries.
    if (found._tag !== "Open" || Duration.isZero(found.retryAfter)) return { is: found._tag }
    return { is: found._tag, untilMillis: (yield* Clock.currentTimeMillis) + Duration.toMillis(found.retryAfter) }
  })

  return { attempt, state }
}).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
