import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { IdempotencyKeys, retentionDays } from "../../../src/layers/storage/IdempotencyKeys.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

layer(IdempotencyKeys.layer.pipe(Layer.provideMerge(TestDatabase.layer)))("idempotency keys", (it) => {
  it.effect("belong to the first request that came with them", () =>
    Effect.gen(function* () {
      const keys = yield* IdempotencyKeys
      const key = { scope: "s", key: "first" }
      assert.isTrue(Option.isNone(yield* keys.claim({ ...key, fingerprint: "a" })))
      assert.isTrue(Option.isNone(yield* keys.claim({ ...key, fingerprint: "a" })))
      const error = yield* Effect.flip(keys.claim({ ...key, fingerprint: "b" }))
      assert.strictEqual(error._tag, "IdempotencyKeyReused")
    })
  )

  it.effect("of one caller are not those of another", () =>
    Effect.gen(function* () {
      const keys = yield* IdempotencyKeys
      yield* keys.claim({ scope: "s1", key: "shared", fingerprint: "a" })
      assert.isTrue(Option.isNone(yield* keys.claim({ scope: "s2", key: "shared", fingerprint: "b" })))
    })
  )

  it.effect("keep the first answer", () =>
    Effect.gen(function* () {
      const keys = yield* IdempotencyKeys
      const key = { scope: "s", key: "answered" }
      yield* keys.claim({ ...key, fingerprint: "a" })
      yield* keys.keep({ ...key, reply: '{"n":1}' })
      yield* keys.keep({ ...key, reply: '{"n":2}' })
      assert.deepStrictEqual(yield* keys.claim({ ...key, fingerprint: "a" }), Option.some('{"n":1}'))
    })
  )

  it.effect("let one request win when several come at once", () =>
    Effect.gen(function* () {
      const keys = yield* IdempotencyKeys
      const exits = yield* Effect.forEach(
        Array.from({ length: 30 }, (_, index) => `f${index}`),
        (fingerprint) => Effect.exit(keys.claim({ scope: "s", key: "race", fingerprint })),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(exits.filter((exit) => exit._tag === "Success").length, 1)
    })
  )

  it.effect("are forgotten after their time", () =>
    Effect.gen(function* () {
      const keys = yield* IdempotencyKeys
      yield* keys.claim({ scope: "s", key: "old", fingerprint: "a" })
      yield* TestClock.adjust(`${retentionDays - 1} days`)
      assert.strictEqual(yield* keys.forget, 0)
      yield* TestClock.adjust("2 days")
      yield* keys.forget
      assert.isTrue(Option.isNone(yield* keys.claim({ scope: "s", key: "old", fingerprint: "b" })))
    })
  )
})
