import type { Scope } from "effect"
import { Context, Effect, Layer, PubSub, RcRef, Ref, Stream } from "effect"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import type { JournalEvent } from "../domain/journal/JournalEvent.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { TooManySubscribers } from "./api/ServiceProblems.ts"

/** Subscribers of one node at the same time; one more is refused. */
export const maxSubscribers = 200
const retryAfterSeconds = 5

/** How long the journal is left alone after it had nothing new, and after it could not be read. */
export const idleMillis = 250
export const brokenMillis = 1_000

/** Events that one look at the journal brings. */
const eventsPerPage = 500

/** Events that a subscriber may lag behind before it goes back to the journal for them. */
const bufferedEvents = 4_096

/**
 * The journal, live. However many subscribers a node has, one fiber asks the journal; it rests when nobody listens. A
 * subscriber that comes late or falls behind reads what it missed from the journal, so that it never skips an event.
 */
export class EventFeed extends Context.Service<
  EventFeed,
  {
    /** Events after the position, in commit order; without one, those that are committed from now on. */
    readonly follow: (
      afterPosition: number | undefined
    ) => Effect.Effect<
      Stream.Stream<JournalEvent, JournalUnavailable>,
      TooManySubscribers | JournalUnavailable,
      Scope.Scope
    >
  }
>()("tandem/http/EventFeed") {
  static readonly layer: Layer.Layer<EventFeed, never, Journal> = Layer.effect(
    EventFeed,
    Effect.gen(function* () {
      const journal = yield* Journal
      const taken = yield* Ref.make(0)
      const hub = yield* RcRef.make({ acquire: makeHub(journal) })
      return EventFeed.of({
        follow: Effect.fnUntraced(function* (afterPosition) {
          yield* takePlace(taken)
          const subscription = yield* PubSub.subscribe(yield* RcRef.get(hub))
          // Asked after subscribing: whatever is committed later comes through the subscription.
          const position = afterPosition ?? (yield* journal.lastPosition)
          return subscriberStream(journal, subscription, position)
        })
      })
    })
  )
}

const takePlace = (taken: Ref.Ref<number>) =>
  Effect.acquireRelease(
    Effect.flatMap(
      Ref.modify(taken, (count) => (count < maxSubscribers ? [true, count + 1] : [false, count])),
      (free) =>
        free
          ? Effect.void
          : new TooManySubscribers({
              limit: maxSubscribers,
              retryAfterSeconds,
              detail: `This node already has ${maxSubscribers} subscribers.`
            })
    ),
    () => Ref.update(taken, (count) => count - 1)
  )

/** Hands every new event to all subscribers; who is too slow loses the oldest and notices it by their positions. */
const makeHub = Effect.fnUntraced(function* (journal: Journal["Service"]) {
  const hub = yield* PubSub.sliding<JournalEvent>(bufferedEvents)
  let position = yield* journal.lastPosition
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.gen(function* () {
        const events = yield* journal.follow({ afterPosition: position, limit: eventsPerPage })
        const last = events.at(-1)
        if (last === undefined) return yield* Effect.sleep(idleMillis)
        position = last.position
        yield* PubSub.publishAll(hub, events)
      }).pipe(
        Effect.catch((error) =>
          Effect.andThen(Effect.logWarning("live events wait for the journal", error), Effect.sleep(brokenMillis))
        )
      )
    )
  )
  return hub
})

const subscriberStream = (
  journal: Journal["Service"],
  subscription: PubSub.Subscription<JournalEvent>,
  afterPosition: number
): Stream.Stream<JournalEvent, JournalUnavailable> => {
  let position = afterPosition
  let behind = true

  const catchUp = Effect.gen(function* () {
    const events = yield* journal.follow({ afterPosition: position, limit: eventsPerPage })
    behind = events.length === eventsPerPage
    position = events.at(-1)?.position ?? position
    return events
  })

  const live = Effect.gen(function* () {
    const events = yield* PubSub.takeAll(subscription)
    const fresh = events.filter((event) => event.position > position)
    behind = fresh[0] !== undefined && fresh[0].position > position + 1
    if (behind) return []
    position = fresh.at(-1)?.position ?? position
    return fresh
  })

  return Stream.fromIterableEffectRepeat(Effect.suspend(() => (behind ? catchUp : live)))
}
