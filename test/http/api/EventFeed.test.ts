import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { JournalUnavailable } from "../../../src/domain/journal/CommandErrors.ts"
import type { JournalEvent } from "../../../src/domain/journal/JournalEvent.ts"
import { brokenMillis, EventFeed, idleMillis, maxSubscribers } from "../../../src/http/EventFeed.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"

const eventAt = (position: number): JournalEvent => ({
  position,
  entityType: "PhoneNumber",
  entityId: "+12125550100",
  version: position,
  type: "NumberBlocked",
  payload: {},
  commandKey: null,
  requestId: null,
  occurredAt: "2026-01-01T00:00:00.000Z"
})

/** A journal in memory that counts how often it is asked, and can be broken. */
const makeJournal = () => {
  const state = { last: 0, asked: 0, broken: false }
  const notHere = () => Effect.die("not part of the feed")
  const service = Journal.of({
    append: notHere,
    load: notHere,
    history: notHere,
    answered: notHere,
    probe: Effect.void,
    lastPosition: Effect.sync(() => state.last),
    follow: ({ afterPosition, limit }) =>
      Effect.suspend(() => {
        state.asked++
        if (state.broken) return Effect.fail(new JournalUnavailable({ detail: "away" }))
        const count = Math.min(limit, Math.max(0, state.last - afterPosition))
        return Effect.succeed(Array.from({ length: count }, (_, index) => eventAt(afterPosition + 1 + index)))
      })
  })
  return { state, layer: Layer.provide(EventFeed.layer, Layer.succeed(Journal, service)) }
}

const positions = (events: Iterable<JournalEvent>) => [...events].map(({ position }) => position)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** The first events of a new subscriber, in the background. */
const take = Effect.fnUntraced(function* (count: number, after?: number) {
  const feed = yield* EventFeed
  const fiber = yield* Effect.forkChild(
    Effect.scoped(Effect.flatMap(feed.follow(after), (events) => Stream.runCollect(Stream.take(events, count)))).pipe(
      Effect.map(positions)
    )
  )
  yield* TestClock.adjust(idleMillis)
  return fiber
})

describe("the live feed", () => {
  it.effect("begins with the next event when no position is given", () => {
    const { layer, state } = makeJournal()
    return Effect.gen(function* () {
      state.last = 10
      const fiber = yield* take(2)
      state.last = 12
      yield* TestClock.adjust(idleMillis)
      assert.deepStrictEqual(yield* Fiber.join(fiber), [11, 12])
    }).pipe(Effect.provide(layer))
  })

  it.effect("gives a late joiner what it missed, then what comes, each once and in order", () => {
    const { layer, state } = makeJournal()
    return Effect.gen(function* () {
      state.last = 1_200
      const fiber = yield* take(1_205, 0)
      for (const last of [1_202, 1_203, 1_205]) {
        state.last = last
        yield* TestClock.adjust(idleMillis)
      }
      assert.deepStrictEqual(yield* Fiber.join(fiber), range(1, 1_205))
    }).pipe(Effect.provide(layer))
  })

  it.effect("loses nothing when a subscriber is slower than the journal grows", () => {
    const { layer, state } = makeJournal()
    return Effect.gen(function* () {
      const feed = yield* EventFeed
      const total = 20_000
      const fiber = yield* feed.follow(0).pipe(
        Effect.flatMap((events) =>
          events.pipe(
            Stream.take(total),
            Stream.tap(({ position }) => (position === 1 ? Effect.sleep("1 minute") : Effect.void)),
            Stream.runCollect
          )
        ),
        Effect.scoped,
        Effect.forkChild
      )
      for (let last = 500; last <= total; last += 500) {
        state.last = last
        yield* TestClock.adjust(idleMillis * 2)
      }
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(positions(yield* Fiber.join(fiber)), range(1, total))
    }).pipe(Effect.provide(layer))
  })

  it.effect("asks the journal as often for many subscribers as for one, and not at all for none", () => {
    const { layer, state } = makeJournal()
    return Effect.gen(function* () {
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(state.asked, 0)
      const fibers = yield* Effect.forEach(range(1, 50), () => take(1))
      state.asked = 0
      yield* TestClock.adjust(idleMillis * 40)
      assert.isAtMost(state.asked, 41)
      yield* Effect.forEach(fibers, Fiber.interrupt)
      state.asked = 0
      yield* TestClock.adjust("10 seconds")
      assert.isAtMost(state.asked, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("goes on when the journal is back", () => {
    const { layer, state } = makeJournal()
    return Effect.gen(function* () {
      const fiber = yield* take(1)
      state.broken = true
      yield* TestClock.adjust(brokenMillis * 3)
      state.broken = false
      state.last = 1
      yield* TestClock.adjust(brokenMillis + idleMillis)
      assert.deepStrictEqual(yield* Fiber.join(fiber), [1])
    }).pipe(Effect.provide(layer))
  })

  it.effect("takes so many subscribers and no more, and another one when one has left", () => {
    const { layer } = makeJournal()
    return Effect.gen(function* () {
      const feed = yield* EventFeed
      const scopes = yield* Effect.forEach(range(1, maxSubscribers), () =>
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          yield* Scope.provide(feed.follow(0), scope)
          return scope
        })
      )
      const refusal = yield* Effect.flip(Effect.scoped(feed.follow(0)))
      assert.strictEqual(refusal._tag, "TooManySubscribers")
      yield* Effect.forEach(scopes.slice(0, 1), (scope) => Scope.close(scope, Exit.void))
      yield* Effect.scoped(feed.follow(0))
      yield* Effect.forEach(scopes, (scope) => Scope.close(scope, Exit.void))
    }).pipe(Effect.provide(layer))
  })
})
