import { Clock, Context, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Buffer } from "node:buffer"
import type { Severity } from "../domain/fraud/FraudType.ts"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import { testMessageOf } from "../domain/subscriptions/Messages.ts"
import type {
  Delivery,
  DeliveryUnknown,
  EventKind,
  Subscription,
  SubscriptionFormat,
  SubscriptionUnknown
} from "../domain/subscriptions/Subscription.ts"
import { SubscriptionRefused } from "../domain/subscriptions/Subscription.ts"
import { Deliveries } from "../layers/storage/Deliveries.ts"
import { SubscriptionNotes } from "../layers/storage/SubscriptionNotes.ts"
import { Subscriptions } from "../layers/storage/Subscriptions.ts"
import { makeSecret } from "../layers/webhooks/StandardSignature.ts"
import { WebhookSender } from "../layers/webhooks/WebhookSender.ts"

const pagerDutyUrl = "https://events.pagerduty.com/v2/enqueue"
const idBytes = 8

export interface WantedSubscription {
  readonly name: string
  readonly url?: string | undefined
  readonly format?: SubscriptionFormat | undefined
  readonly kinds?: ReadonlyArray<EventKind> | undefined
  readonly minSeverity?: Severity | null | undefined
  readonly routingKey?: string | undefined
}

export interface SubscriptionChange {
  readonly name?: string | undefined
  readonly url?: string | undefined
  readonly kinds?: ReadonlyArray<EventKind> | undefined
  readonly minSeverity?: Severity | null | undefined
  readonly enabled?: boolean | undefined
}

/** A subscription with its signing secret, which is told this once; null where the caller brought a routing key. */
export interface WithSecret {
  readonly subscription: Subscription
  readonly secret: string | null
}

type Refusal = SubscriptionUnknown | SubscriptionRefused | JournalUnavailable

const hostOf = (url: string) => new URL(url).host

/** What all of it needs. */
const makeTools = Effect.gen(function* () {
  const sender = yield* WebhookSender
  const random = yield* SecureRandom.SecureRandom
  return {
    subscriptions: yield* Subscriptions,
    notes: yield* SubscriptionNotes,
    deliveries: yield* Deliveries,
    newSecret: Effect.provideService(makeSecret, SecureRandom.SecureRandom, random),
    newId: Effect.map(random.randomBytes(idBytes), (bytes) => Buffer.from(bytes).toString("hex")),
    checked: (url: string) => {
      const why = sender.refusal(url)
      return why === undefined
        ? Effect.succeed(url)
        : Effect.fail(new SubscriptionRefused({ reason: `nothing may be sent to the address: ${why}` }))
    }
  }
})

type Tools = Effect.Success<typeof makeTools>

const creating = ({ checked, newId, newSecret, notes, subscriptions }: Tools) =>
  Effect.fn("SubscriptionDesk.create")(function* (by: string, wanted: WantedSubscription) {
    const { format = "standard", kinds = [], minSeverity = null, name } = wanted
    const reason = mismatchOf(format, wanted)
    if (reason !== undefined) return yield* new SubscriptionRefused({ reason })
    const url = yield* checked(wanted.url ?? pagerDutyUrl)
    const secret = wanted.routingKey ?? (yield* newSecret)
    const subscriptionId = `sub_${yield* newId}`
    const choice = { subscriptionId, format, kinds, minSeverity, name, url }
    const subscription = yield* subscriptions.create({ ...choice, secret: Redacted.make(secret) })
    yield* notes.write(subscriptionId, { _tag: "SubscriptionCreated", name, format, host: hostOf(url), by })
    return { subscription, secret: format === "pagerduty" ? null : secret }
  })

const changing = ({ checked, notes, subscriptions }: Tools) =>
  Effect.fn("SubscriptionDesk.change")(function* (by: string, id: string, { enabled, ...change }: SubscriptionChange) {
    const before = yield* subscriptions.get(id)
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    let now = before
    if (Object.keys(given).length > 0) {
      const choice = { ...before, ...given }
      yield* checked(choice.url)
      now = yield* subscriptions.change(id, choice)
      yield* notes.write(id, { _tag: "SubscriptionChanged", name: now.name, host: hostOf(now.url), by })
    }
    if (enabled === undefined || enabled === before.enabled) return now
    const reason = `by ${by}`
    now = yield* subscriptions.enable(id, enabled ? null : reason)
    yield* notes.write(id, enabled ? { _tag: "SubscriptionEnabled", by } : { _tag: "SubscriptionDisabled", reason, by })
    return now
  })

const rotating = ({ newSecret, notes, subscriptions }: Tools) =>
  Effect.fn("SubscriptionDesk.rotateSecret")(function* (by: string, id: string) {
    const { format } = yield* subscriptions.get(id)
    if (format === "pagerduty") {
      return yield* new SubscriptionRefused({ reason: "PagerDuty gives its routing key itself" })
    }
    const secret = yield* newSecret
    const subscription = yield* subscriptions.changeSecret(id, Redacted.make(secret))
    yield* notes.write(id, { _tag: "SubscriptionSecretChanged", by })
    return { subscription, secret }
  })

const removing = ({ notes, subscriptions }: Tools) =>
  Effect.fn("SubscriptionDesk.remove")(function* (by: string, id: string) {
    const removed = yield* subscriptions.remove(id)
    yield* notes.write(id, { _tag: "SubscriptionDeleted", by })
    return removed
  })

const testing = ({ deliveries, newId, subscriptions }: Tools) =>
  Effect.fn("SubscriptionDesk.test")(function* (id: string) {
    const { format } = yield* subscriptions.get(id)
    const at = new Date(yield* Clock.currentTimeMillis).toISOString()
    const deliveryId = `msg_test_${yield* newId}`
    const body = testMessageOf(format, id, at)
    yield* deliveries.add([{ deliveryId, subscriptionId: id, kind: "webhook.test", alertId: "", position: 0, body }])
    return yield* deliveries.get(id, deliveryId)
  })

/** What an admin does about subscriptions, checked, and noted in the journal in the name of `by`. */
export class SubscriptionDesk extends Context.Service<
  SubscriptionDesk,
  {
    readonly create: (
      by: string,
      wanted: WantedSubscription
    ) => Effect.Effect<WithSecret, SubscriptionRefused | JournalUnavailable>
    readonly change: (by: string, id: string, change: SubscriptionChange) => Effect.Effect<Subscription, Refusal>
    readonly rotateSecret: (by: string, id: string) => Effect.Effect<WithSecret, Refusal>
    readonly remove: (by: string, id: string) => Effect.Effect<Subscription, SubscriptionUnknown | JournalUnavailable>
    /** Sends a message that says nothing. */
    readonly test: (id: string) => Effect.Effect<Delivery, SubscriptionUnknown | DeliveryUnknown | JournalUnavailable>
  }
>()("tandem/entities/SubscriptionDesk") {
  static readonly layer = Layer.effect(
    SubscriptionDesk,
    Effect.map(makeTools, (tools) =>
      SubscriptionDesk.of({
        create: creating(tools),
        change: changing(tools),
        rotateSecret: rotating(tools),
        remove: removing(tools),
        test: testing(tools)
      })
    )
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
}

/** What of a new subscription does not go together. */
const mismatchOf = (format: SubscriptionFormat, { routingKey, url }: WantedSubscription) => {
  if (format === "pagerduty" && routingKey === undefined) return "PagerDuty needs a routing key"
  if (format === "standard" && routingKey !== undefined) return "only PagerDuty has a routing key"
  return format === "standard" && url === undefined ? "there is no address to send to" : undefined
}
