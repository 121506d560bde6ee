import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { TestRunner } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { Webhook } from "standardwebhooks"
import { makeGathering, patternOf } from "../../src/domain/fraud/alerts/Sightings.ts"
import { maxTries } from "../../src/domain/subscriptions/Retries.ts"
import { FraudAlert } from "../../src/entities/FraudAlert.ts"
import { FraudAlertLive } from "../../src/entities/FraudAlertLive.ts"
import type { WantedSubscription } from "../../src/entities/SubscriptionDesk.ts"
import { SubscriptionDesk } from "../../src/entities/SubscriptionDesk.ts"
import { WebhookCourierLive } from "../../src/entities/WebhookCourier.ts"
import { WebhookFollowerLive } from "../../src/entities/WebhookFollower.ts"
import { AlertRows } from "../../src/layers/storage/AlertRows.ts"
import { DeadLetters } from "../../src/layers/storage/DeadLetters.ts"
import { Deliveries } from "../../src/layers/storage/Deliveries.ts"
import { Journal } from "../../src/layers/storage/Journal.ts"
import { SubscriptionNotes } from "../../src/layers/storage/SubscriptionNotes.ts"
import { Subscriptions } from "../../src/layers/storage/Subscriptions.ts"
import { WebhookSender } from "../../src/layers/webhooks/WebhookSender.ts"
import { reportOf } from "../domain/fraud/alerts/AlertSamples.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import type { Message } from "../layers/webhooks/Receiver.ts"
import { makeReceiver } from "../layers/webhooks/Receiver.ts"

const settings = ConfigProvider.layer(ConfigProvider.fromUnknown({ WEBHOOKS_OUT_ALLOW_PRIVATE: "true" }))

const desk = SubscriptionDesk.layer.pipe(
  Layer.provideMerge(SubscriptionNotes.layer),
  Layer.provideMerge(
    Layer.mergeAll(
      Journal.layer,
      DeadLetters.layer,
      AlertRows.layer,
      Subscriptions.layer,
      Deliveries.layer,
      WebhookSender.layer.pipe(Layer.provide(settings))
    )
  )
)

/** Everything but the courier, so that a test can send by its own hand. */
const still = Layer.mergeAll(FraudAlertLive, WebhookFollowerLive).pipe(
  Layer.provideMerge(TestRunner.layer),
  Layer.provideMerge(desk),
  Layer.provideMerge(TestDatabase.layer)
)
const running = WebhookCourierLive.pipe(Layer.provideMerge(still))

const alertId = "ALT-2026-0000001"
const severe = { severity: "CRITICAL" } as const

/** Raises the alert, and gives its actor. */
const raised = Effect.gen(function* () {
  const alert = (yield* FraudAlert.client)(alertId)
  const report = reportOf(0, { finding: severe })
  const sighting = makeGathering(report, 5_000).sighting()
  yield* alert.Report({ commandKey: "raise", pattern: patternOf(report), sighting })
  return alert
})

const subscribed = Effect.fnUntraced(function* (wanted: Partial<WantedSubscription>) {
  return yield* (yield* SubscriptionDesk).create("ada", { name: "soc", ...wanted })
})

const deliveriesOf = (subscriptionId: string) =>
  Effect.flatMap(Deliveries, (deliveries) => deliveries.list({ subscriptionId, after: null, limit: 100 }))

const arrived = (messages: ReadonlyArray<Message>, count: number) =>
  eventually(
    Effect.sync(() => messages.length),
    (length) => length >= count
  )

/** What waits, waits no longer: as if the time had passed. */
const hurry = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`UPDATE deliveries SET due_at = now() - interval '1 second' WHERE status = 'pending'`
)

describe("a subscription", () => {
  it.live("is told what happens to an alert from then on, signed, each event once", () =>
    Effect.gen(function* () {
      const receiver = yield* makeReceiver(() => ({ status: 200 }))
      const alert = yield* raised
      const { secret, subscription } = yield* subscribed({ url: receiver.url })
      assert.match(secret ?? "", /^whsec_/)
      yield* alert.Acknowledge({ commandKey: "a", by: "ada" })
      yield* alert.Assign({ commandKey: "b", by: "ada", assignee: "bola" })
      yield* alert.Resolve({ commandKey: "c", by: "bola", resolution: "confirmed_fraud", notes: "sure" })
      yield* eventually(
        deliveriesOf(subscription.subscriptionId),
        (all) => all.length === 3 && all.every(({ status }) => status === "delivered")
      )
      const bodies = receiver.messages.map(({ body, headers }) => {
        const verified = new Webhook(secret ?? "").verify(body, headers as Record<string, string>)
        assert.deepStrictEqual(verified, JSON.parse(body))
        return JSON.parse(body)
      })
      assert.sameMembers(
        bodies.map(({ type }) => type),
        ["fraud.alert.acknowledged", "fraud.alert.assigned", "fraud.alert.resolved"]
      )
      const resolved = bodies.find(({ type }) => type === "fraud.alert.resolved")
      assert.deepInclude(resolved.data, { resolution: "confirmed_fraud", notes: "sure", by: "bola" })
      assert.deepInclude(resolved.data.alert, { alertId, status: "resolved", assignee: "bola" })
      assert.strictEqual(new Set(receiver.messages.map(({ headers }) => headers["webhook-id"])).size, 3)
    }).pipe(Effect.provide(running), Effect.scoped)
  )

  it.live("of PagerDuty's opens and closes one incident, with the routing key in the body alone", () =>
    Effect.gen(function* () {
      const receiver = yield* makeReceiver(() => ({ status: 202 }))
      const { secret, subscription } = yield* subscribed({
        url: receiver.url,
        format: "pagerduty",
        routingKey: "R0UT1NG",
        minSeverity: "HIGH"
      })
      assert.isNull(secret)
      assert.notInclude(JSON.stringify(subscription), "R0UT1NG")
      const alert = yield* raised
      yield* arrived(receiver.messages, 1)
      yield* alert.Comment({ commandKey: "a", by: "ada", type: "note", text: "not told" })
      yield* alert.Investigate({ commandKey: "b", by: "ada" })
      yield* alert.Resolve({ commandKey: "c", by: "ada", resolution: "false_positive", notes: "" })
      yield* arrived(receiver.messages, 4)
      const bodies = receiver.messages.map(({ body }) => JSON.parse(body))
      // Investigating takes notice of the alert first, so PagerDuty hears "acknowledge" twice and keeps one.
      assert.sameMembers(
        bodies.map(({ event_action }) => event_action),
        ["trigger", "acknowledge", "acknowledge", "resolve"]
      )
      for (const body of bodies) assert.deepInclude(body, { routing_key: "R0UT1NG", dedup_key: alertId })
      assert.deepInclude(bodies[0].payload, { severity: "critical", class: "CALL_MASKING" })
      assert.isUndefined(receiver.messages[0]?.headers["webhook-signature"])
    }).pipe(Effect.provide(running), Effect.scoped)
  )

  it.live("of PagerDuty's hears of an alert's end after its beginning, however long that takes", () =>
    Effect.gen(function* () {
      const receiver = yield* makeReceiver((n) => ({ status: n === 0 ? 500 : 202 }))
      const { subscription } = yield* subscribed({ url: receiver.url, format: "pagerduty", routingKey: "R0UT1NG" })
      const alert = yield* raised
      yield* arrived(receiver.messages, 1)
      yield* alert.Resolve({ commandKey: "c", by: "ada", resolution: "false_positive", notes: "" })
      yield* eventually(
        Effect.andThen(hurry, deliveriesOf(subscription.subscriptionId)),
        (all) => all.length === 3 && all.every(({ status }) => status === "delivered")
      )
      assert.deepStrictEqual(
        receiver.messages.map(({ body }) => JSON.parse(body).event_action),
        ["trigger", "trigger", "acknowledge", "resolve"]
      )
    }).pipe(Effect.provide(running), Effect.scoped)
  )

  it.live("that refuses is asked again with the same id and body, until it takes the message", () =>
    Effect.gen(function* () {
      const receiver = yield* makeReceiver((n) => (n < 2 ? { status: 503, body: "busy" } : { status: 200 }))
      const { subscription } = yield* subscribed({ url: receiver.url })
      const { subscriptionId } = subscription
      yield* raised
      const [failed] = yield* eventually(deliveriesOf(subscriptionId), ([first]) => first?.lastStatus === 503)
      assert.deepInclude(failed, { status: "pending", tries: 1, lastError: "HTTP 503: busy" })
      assert.isNotNull((yield* (yield* Subscriptions).get(subscriptionId)).failingSince)
      yield* hurry
      yield* arrived(receiver.messages, 2)
      yield* eventually(deliveriesOf(subscriptionId), ([first]) => first?.tries === 2 && first.lastStatus === 503)
      yield* eventually(Effect.andThen(hurry, deliveriesOf(subscriptionId)), ([first]) => first?.status === "delivered")
      const ids = receiver.messages.map(({ headers }) => headers["webhook-id"])
      assert.strictEqual(new Set(ids).size, 1)
      assert.strictEqual(new Set(receiver.messages.map(({ body }) => body)).size, 1)
      assert.isNull((yield* (yield* Subscriptions).get(subscriptionId)).failingSince)
    }).pipe(Effect.provide(running), Effect.scoped)
  )

  it.live("gets again what a node was sending when it died", () =>
    Effect.gen(function* () {
      const receiver = yield* makeReceiver(() => ({ status: 200 }))
      const { subscription } = yield* subscribed({ url: receiver.url })
      yield* raised
      yield* eventually(deliveriesOf(subscription.subscriptionId), (all) => all.length === 1)
      const claim = Effect.flatMap(Deliveries, (deliveries) =>
        deliveries.claim({ limit: 10, leaseMillis: 60_000, busy: [] })
      )
      const [lost] = yield* claim
      assert.strictEqual(lost?.tries, 1)
      // Nobody else takes it while the lease lasts.
      assert.deepStrictEqual(yield* claim, [])
      yield* hurry
      yield* Effect.gen(function* () {
        yield* Layer.build(WebhookCourierLive)
        yield* arrived(receiver.messages, 1)
        yield* eventually(deliveriesOf(subscription.subscriptionId), ([first]) => first?.status === "delivered")
      }).pipe(Effect.scoped)
      // The dead node comes back, and its word on an older try no longer counts.
      const deliveries = yield* Deliveries
      assert(lost)
      yield* deliveries.settle(lost, { status: "dead", httpStatus: null, error: "late", dueAtMillis: null })
      const [first] = yield* deliveriesOf(subscription.subscriptionId)
      assert.deepInclude(first, { status: "delivered", tries: 2 })
    }).pipe(Effect.provide(still), Effect.scoped)
  )

  it.live("that never takes a message leaves it dead, until an operator replays it", () =>
    Effect.gen(function* () {
      let works = false
      const receiver = yield* makeReceiver(() => ({ status: works ? 200 : 400 }))
      const { subscription } = yield* subscribed({ url: receiver.url })
      const { subscriptionId } = subscription
      yield* raised
      const [dead] = yield* eventually(
        Effect.andThen(hurry, deliveriesOf(subscriptionId)),
        ([first]) => first?.status === "dead"
      )
      assert.deepInclude(dead, { tries: maxTries, dueAt: null })
      assert.strictEqual(receiver.messages.length, maxTries)
      works = true
      yield* (yield* Deliveries).replay(subscriptionId, dead?.deliveryId ?? "")
      yield* eventually(deliveriesOf(subscriptionId), ([first]) => first?.status === "delivered")
    }).pipe(Effect.provide(running), Effect.scoped)
  )

  it.live("is disabled, and that is noted, when it is gone or has failed for a day; what waits is sent later", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const subscriptions = yield* Subscriptions
      let works = false
      const gone = yield* makeReceiver(() => ({ status: works ? 200 : 410 }))
      const failing = yield* makeReceiver(() => ({ status: 500 }))
      const one = (yield* subscribed({ url: gone.url })).subscription.subscriptionId
      const other = (yield* subscribed({ url: failing.url })).subscription.subscriptionId
      yield* sql`UPDATE subscriptions SET failing_since = now() - interval '25 hours' WHERE subscription_id = ${other}`
      yield* raised
      yield* eventually(subscriptions.get(one), ({ enabled }) => !enabled)
      yield* eventually(Effect.andThen(hurry, subscriptions.get(other)), ({ enabled }) => !enabled)
      assert.include((yield* subscriptions.get(one)).disabledReason, "410")
      const journal = yield* Journal
      // The note follows the change, in a commit of its own.
      const { events } = yield* eventually(journal.load("Subscription", other), ({ events }) => events.length > 1)
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["SubscriptionCreated", "SubscriptionDisabled"]
      )
      works = true
      yield* (yield* SubscriptionDesk).change("ada", one, { enabled: true })
      yield* hurry
      yield* eventually(deliveriesOf(one), ([first]) => first?.status === "delivered")
    }).pipe(Effect.provide(running), Effect.scoped)
  )
})
