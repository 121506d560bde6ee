import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { Admission } from "../../../src/http/Admission.ts"

const start = Effect.gen(function* () {
  const admission = yield* Admission
  const release = yield* Deferred.make<void>()
  let working = 0
  const work = admission.admit(
    Effect.suspend(() => {
      working += 1
      return Deferred.await(release)
    })
  )
  return { admission, release, work, working: () => working }
})

const settle = Effect.yieldNow.pipe(Effect.repeat({ times: 20 }))

describe("Admission", () => {
  it.effect("works on so many at once, lets so many wait, and tells the rest to come back", () =>
    Effect.gen(function* () {
      const { admission, release, work, working } = yield* start
      const admitted = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(work))
      yield* settle
      assert.strictEqual(working(), 2)
      assert.strictEqual(yield* admission.admitted, 3)
      const refused = yield* Effect.flip(work)
      assert.deepStrictEqual([refused.status, refused.retryAfterSeconds], [503, 1])
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.joinAll(admitted)
      assert.deepStrictEqual([working(), yield* admission.admitted], [3, 0])
    }).pipe(Effect.provide(Admission.layerWith({ maxInFlight: 2, maxQueued: 1 })))
  )

  it.effect("gives a place back when a client goes, working or waiting, or when the work fails", () =>
    Effect.gen(function* () {
      const { admission, work } = yield* start
      const working = yield* Effect.forkChild(work)
      const waiting = yield* Effect.forkChild(work)
      yield* settle
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(working)
      yield* Effect.exit(admission.admit(Effect.die("a bug")))
      assert.strictEqual(yield* admission.admitted, 0)
      assert.strictEqual(yield* admission.admit(Effect.succeed("next")), "next")
    }).pipe(Effect.provide(Admission.layerWith({ maxInFlight: 1, maxQueued: 1 })))
  )
})
