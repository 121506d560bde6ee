import { Latch } from "effect"
import { uuidId } from "../store/SandboxId.ts"
import type { Store } from "../store/Store.ts"
import type { Table } from "../store/Table.ts"
import { isoTime } from "../wire/Vendor.ts"
import { Delivery, type DeliveryOutcome, NotifyingVendor, WebhookTarget, type WebhookTargets } from "./Delivery.ts"

/** Notifications that wait; the vendor that would add one more fails. */
const maxWaiting = 20_000

/** Older outcomes are forgotten. */
const maxOutcomes = 5_000

/** The notifications that the vendors still have to send, and where to. */
export class Outbox {
  /** Open when there may be something to send. */
  readonly wake = Latch.makeUnsafe(false)
  readonly #store: Store
  readonly #waiting: Table<Delivery>
  readonly #targets: Table<WebhookTarget>
  readonly #inFlight = new Set<string>()
  #outcomes: Array<DeliveryOutcome> = []

  constructor(store: Store) {
    this.#store = store
    this.#waiting = store.table("webhooks.waiting", Delivery, maxWaiting)
    this.#targets = store.table("webhooks.targets", WebhookTarget, NotifyingVendor.literals.length)
  }

  target(vendor: NotifyingVendor): WebhookTarget | undefined {
    return this.#targets.get(vendor)
  }

  /** Everything that waits is due at once, since it may have waited for just this target. */
  setTargets(targets: WebhookTargets): void {
    for (const vendor of NotifyingVendor.literals) {
      const target = targets[vendor]
      if (target === null) this.#targets.delete(vendor)
      if (target === null || target === undefined) continue
      this.#targets.set(vendor, target)
      for (const delivery of this.waiting()) {
        if (delivery.vendor === vendor) this.#waiting.set(delivery.invocationId, { ...delivery, dueMillis: 0 })
      }
    }
    this.wake.openUnsafe()
  }

  /** Answers the invocation's id: a new one, unless the event is a repetition of the one given. */
  add(vendor: NotifyingVendor, subject: string, body: string, nowMillis: number, again?: string): string {
    const invocationId = again ?? uuidId(`${vendor}.invocation`, this.#store.next(`${vendor}.invocation`))
    this.#waiting.set(invocationId, {
      invocationId,
      vendor,
      subject,
      body,
      createdMillis: nowMillis,
      dueMillis: nowMillis,
      attempts: 0
    })
    this.wake.openUnsafe()
    return invocationId
  }

  waiting(): ReadonlyArray<Delivery> {
    return this.#waiting.values()
  }

  outcomes(): ReadonlyArray<DeliveryOutcome> {
    return this.#outcomes
  }

  /** The delivery that is due the longest; nobody else gets it until it is put back or ended. */
  claim(nowMillis: number): Delivery | undefined {
    let first: Delivery | undefined
    for (const delivery of this.#waiting.values()) {
      if (delivery.dueMillis > nowMillis || this.#inFlight.has(delivery.invocationId)) continue
      if (first === undefined || delivery.dueMillis < first.dueMillis) first = delivery
    }
    if (first === undefined) this.wake.closeUnsafe()
    else this.#inFlight.add(first.invocationId)
    return first
  }

  putBack(delivery: Delivery): void {
    this.#inFlight.delete(delivery.invocationId)
    this.#waiting.set(delivery.invocationId, delivery)
  }

  end(delivery: Delivery, outcome: DeliveryOutcome["outcome"], status: number | null, nowMillis: number): void {
    this.#inFlight.delete(delivery.invocationId)
    this.#waiting.delete(delivery.invocationId)
    this.#outcomes.push({
      at: isoTime(nowMillis),
      vendor: delivery.vendor,
      invocationId: delivery.invocationId,
      subject: delivery.subject,
      outcome,
      attempts: delivery.attempts,
      status
    })
    if (this.#outcomes.length > maxOutcomes) this.#outcomes = this.#outcomes.slice(-maxOutcomes)
  }
}
