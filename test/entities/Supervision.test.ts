import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref, Schema } from "effect"
import { TestClock } from "effect/testing"
import { maxCommandTries, parkingPoison, supervised } from "../../src/entities/Supervision.ts"
import { DeadLetters } from "../../src/layers/storage/DeadLetters.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

const TestLayer = DeadLetters.layer.pipe(Layer.provideMerge(TestDatabase.layer))

class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}

const name = { entityType: "Thing", entityId: "a", command: "Do" }

describe("parkingPoison", () => {
  it.live("parks a command that keeps dying, with its cause, and tells the caller where", () =>
    Effect.gen(function* () {
      const tries = yield* Ref.make(0)
      const poison = Ref.update(tries, (n) => n + 1).pipe(Effect.andThen(Effect.die(new Error("bad luck"))))
      const parked = yield* Effect.flip(parkingPoison(name, { amount: 1 }, poison))
      assert(parked._tag === "CommandParked")
      assert.strictEqual(yield* Ref.get(tries), maxCommandTries)
      const letters = yield* DeadLetters
      const all = yield* letters.list({ afterId: null, limit: 10 })
      assert.strictEqual(all.length, 1)
      assert.deepStrictEqual(
        [all[0]?.id, all[0]?.payload, all[0]?.replayedAt],
        [parked.deadLetterId, { amount: 1 }, null]
      )
      assert.match(all[0]?.cause ?? "", /bad luck/)
      yield* letters.markReplayed(parked.deadLetterId)
      assert.notStrictEqual((yield* letters.list({ afterId: null, limit: 10 }))[0]?.replayedAt, null)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("a defect that passes is tried again and never parked; a refusal is an answer, not poison", () =>
    Effect.gen(function* () {
      const tries = yield* Ref.make(0)
      const flaky = Effect.flatMap(
        Ref.updateAndGet(tries, (n) => n + 1),
        (n) => (n < maxCommandTries ? Effect.die("not yet") : Effect.succeed(n))
      )
      assert.strictEqual(yield* parkingPoison(name, {}, flaky), maxCommandTries)
      assert.strictEqual((yield* Effect.flip(parkingPoison(name, {}, new Refused())))._tag, "Refused")
      assert.deepStrictEqual(yield* (yield* DeadLetters).list({ afterId: null, limit: 10 }), [])
    }).pipe(Effect.provide(TestLayer))
  )
})

describe("supervised", () => {
  it.effect("starts a background fiber again after each defect, later and later", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const starts = yield* Ref.make(0)
        yield* supervised("test", Ref.update(starts, (n) => n + 1).pipe(Effect.andThen(Effect.die("again"))))
        yield* TestClock.adjust(0)
        assert.strictEqual(yield* Ref.get(starts), 1)
        yield* TestClock.adjust("500 millis")
        assert.strictEqual(yield* Ref.get(starts), 2)
        yield* TestClock.adjust("999 millis")
        assert.strictEqual(yield* Ref.get(starts), 2)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* Ref.get(starts), 3)
        yield* TestClock.adjust("10 minutes")
        assert(yield* Effect.map(Ref.get(starts), (n) => n > 20 && n < 40))
      })
    )
  )

  it.effect("ends with its scope", () =>
    Effect.gen(function* () {
      const ended = yield* Ref.make(false)
      yield* Effect.scoped(
        supervised(
          "test",
          Effect.onInterrupt(Effect.never, () => Ref.set(ended, true))
        ).pipe(Effect.andThen(TestClock.adjust(0)))
      )
      assert.isTrue(yield* Ref.get(ended))
    })
  )
})
