import { Clock, Effect, type Scope } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import type { Faults } from "../faults/Faults.ts"
import type { LiveSettings } from "../SandboxSettings.ts"
import type { Delivery, WebhookTarget } from "./Delivery.ts"
import type { Outbox } from "./Outbox.ts"

/** Deliveries that are under way at once. */
const couriers = 16

/** Zendesk waits about so long for an answer. */
const answerTimeoutMillis = 12_000

/** Attempts in quick succession, before the delivery waits for `deliveryLaterMillis`. */
const attemptsInARow = 3

/** How often a courier without work looks whether a delivery has become due. */
const lookMillis = 100

export interface Courier {
  readonly outbox: Outbox
  readonly faults: Faults
  readonly settings: LiveSettings
  readonly save: () => void
  /** The vendor's own headers for this attempt. */
  readonly headers: (delivery: Delivery, target: WebhookTarget, nowMillis: number) => Readonly<Record<string, string>>
}

const isWorthRetrying = (status: number | null): boolean =>
  status === null || status === 409 || status === 429 || status >= 500

/** The status of the answer, or null when there was none. */
const post = (url: string, headers: Readonly<Record<string, string>>, body: string) =>
  HttpClientRequest.post(url).pipe(
    HttpClientRequest.setHeaders(headers),
    HttpClientRequest.bodyText(body, "application/json"),
    HttpClient.execute,
    Effect.tap((response) => response.text),
    Effect.map((response): number | null => response.status),
    Effect.timeout(answerTimeoutMillis),
    Effect.orElseSucceed(() => null),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )

const later = (courier: Courier, delivery: Delivery, status: number | null, nowMillis: number): void => {
  const { deliveryAttemptGapMillis, deliveryGiveUpMillis, deliveryLaterMillis } = courier.settings.current
  if (!isWorthRetrying(status)) return courier.outbox.end(delivery, "refused", status, nowMillis)
  const gapMillis = delivery.attempts % attemptsInARow === 0 ? deliveryLaterMillis : deliveryAttemptGapMillis
  if (nowMillis + gapMillis > delivery.createdMillis + deliveryGiveUpMillis) {
    return courier.outbox.end(delivery, "givenUp", status, nowMillis)
  }
  courier.outbox.putBack({ ...delivery, dueMillis: nowMillis + gapMillis })
}

const deliver = Effect.fnUntraced(function* (courier: Courier, claimed: Delivery) {
  const nowMillis = yield* Clock.currentTimeMillis
  const target = courier.outbox.target(claimed.vendor)
  if (target === undefined) {
    courier.outbox.putBack({ ...claimed, dueMillis: nowMillis + courier.settings.current.deliveryLaterMillis })
    return
  }
  const fault =
    claimed.attempts > 0
      ? undefined
      : courier.faults.strikeNotification({ vendor: claimed.vendor, operation: "webhook", line: `POST ${target.url}` })
  if (fault?.kind === "lostNotification") return courier.outbox.end(claimed, "lost", null, nowMillis)
  const delivery = { ...claimed, attempts: claimed.attempts + 1 }
  const attempt = post(target.url, courier.headers(delivery, target, nowMillis), delivery.body)
  const copies = fault?.kind === "duplicateNotification" ? [attempt, attempt] : [attempt]
  const [status = null] = yield* Effect.all(copies, { concurrency: "unbounded" })
  const doneMillis = yield* Clock.currentTimeMillis
  if (status !== null && status < 300) {
    courier.outbox.end(delivery, copies.length > 1 ? "duplicated" : "delivered", status, doneMillis)
  } else {
    later(courier, delivery, status, doneMillis)
  }
})

const work = Effect.fnUntraced(function* (courier: Courier) {
  const delivery = courier.outbox.claim(yield* Clock.currentTimeMillis)
  if (delivery === undefined) {
    yield* courier.outbox.wake.await.pipe(Effect.timeoutOption(lookMillis))
  } else {
    yield* deliver(courier, delivery).pipe(Effect.andThen(Effect.sync(courier.save)))
  }
})

/** Sends what is in the outbox until the scope closes. */
export const startCouriers = (courier: Courier): Effect.Effect<void, never, Scope.Scope> =>
  Effect.forEach(
    Array.from({ length: couriers }),
    () => Effect.forkScoped(Effect.forever(work(courier)).pipe(Effect.provide(FetchHttpClient.layer))),
    { discard: true }
  )
