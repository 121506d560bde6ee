import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, ConfigProvider, Effect, Exit, Fiber, Layer, Logger, Metric, Ref, References } from "effect"
import { TestClock } from "effect/testing"
import type { DoorOptions } from "../../../src/layers/vendors/VendorDoor.ts"
import { firstBackOffMillis, maxBackOffMillis, VendorDoor } from "../../../src/layers/vendors/VendorDoor.ts"
import type { VendorErrorFields } from "../../../src/layers/vendors/VendorError.ts"
import { maxDetailLength, VendorError } from "../../../src/layers/vendors/VendorError.ts"

const defaults: DoorOptions = {
  vendor: "acme",
  tryTimeoutMillis: 1000,
  deadlineMillis: 60_000,
  maxTries: 4,
  maxConcurrent: 10,
  maxWaiting: 10,
  rate: { tokens: 1000, perMillis: 1000 }
}

const failing = (reason: VendorError["reason"], more: Partial<VendorErrorFields> = {}) =>
  VendorError.of({ vendor: "acme", operation: "get", reason, detail: "test", ...more })

const read = { operation: "get", idempotent: true }
const write = { operation: "buy", idempotent: false }

const settings = (env: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromEnv({ env }))

const quiet = Layer.succeed(References.MinimumLogLevel, "None")

const withDoors = (env: Record<string, string> = {}) =>
  Effect.provide([VendorDoor.layer.pipe(Layer.provide(settings(env))), quiet])

const makeDoor = (options: Partial<DoorOptions> = {}) =>
  Effect.flatMap(VendorDoor, (doors) => doors.make({ ...defaults, ...options }))

/** An effect that fails with each error in turn, then succeeds, and the instants (ms) at which it was tried. */
const script = (...errors: ReadonlyArray<VendorError>) =>
  Effect.gen(function* () {
    const tries = yield* Ref.make<ReadonlyArray<number>>([])
    const effect = Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const count = (yield* Ref.getAndUpdate(tries, (all) => [...all, now])).length
      const error = errors[count]
      return error === undefined ? "ok" : yield* error
    })
    return { effect, tries: Ref.get(tries) }
  })

const settle = <A, E, R>(effect: Effect.Effect<A, E, R>, duration = 120_000) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust(duration)
    return yield* Fiber.await(fiber)
  })

const errorOf = <A, E>(exit: Exit.Exit<A, E>): VendorError => {
  const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  if (!(error instanceof VendorError)) throw new Error(`not a VendorError: ${String(error)}`)
  return error
}

describe("VendorDoor retries", () => {
  it.effect("tries a read again with growing, jittered pauses until it works", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor()
      const { effect, tries } = yield* script(failing("Unavailable"), failing("Timeout"), failing("Unreachable"))
      assert.deepStrictEqual(yield* settle(door.call(read, effect)), Exit.succeed("ok"))
      const at = yield* tries
      const pauses = at.slice(1).map((millis, index) => millis - (at[index] ?? 0))
      pauses.forEach((pause, index) => {
        const base = firstBackOffMillis * 2 ** index
        assert.isTrue(pause >= base * 0.79 && pause <= base * 1.21, `pause ${index} was ${pause} ms`)
      })
      assert.strictEqual(pauses.length, 3)
    }).pipe(withDoors())
  )

  it.effect("pauses stay under the cap and end at the named number of tries", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor({ maxTries: 12, deadlineMillis: 600_000 })
      const { effect, tries } = yield* script(...Array.from({ length: 20 }, () => failing("Malformed")))
      const exit = yield* settle(door.call(read, effect), 600_000)
      assert.strictEqual(errorOf(exit).reason, "Malformed")
      const at = yield* tries
      assert.strictEqual(at.length, 12)
      assert.isTrue((at[11] ?? 0) - (at[10] ?? 0) <= maxBackOffMillis * 1.2)
    }).pipe(withDoors())
  )

  it.effect("waits as long as the vendor's Retry-After says", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor()
      const { effect, tries } = yield* script(failing("RateLimited", { retryAfterMillis: 7000 }))
      assert.deepStrictEqual(yield* settle(door.call(write, effect)), Exit.succeed("ok"))
      assert.deepStrictEqual(yield* tries, [0, 7000])
    }).pipe(withDoors())
  )

  it.effect("gives up at once when Retry-After lies beyond the deadline, and says how long to wait", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor({ deadlineMillis: 5000 })
      const { effect } = yield* script(failing("RateLimited", { retryAfterMillis: 7000 }))
      const error = yield* Effect.flip(door.call(read, effect))
      assert.strictEqual(error.retryAfterMillis, 7000)
    }).pipe(withDoors())
  )

  it.effect("does not repeat a write whose outcome is unknown", () =>
    Effect.gen(function* () {
      for (const reason of ["Timeout", "Unreachable", "Unavailable", "Malformed"] as const) {
        const door = yield* makeDoor()
        const { effect, tries } = yield* script(failing(reason))
        const error = yield* Effect.flip(door.call(write, effect))
        assert.deepStrictEqual([error.reason, error.committed, error.retryable], [reason, "unknown", true])
        assert.strictEqual((yield* tries).length, 1)
      }
    }).pipe(withDoors())
  )

  it.effect("repeats a write that surely was not sent, and says of a read that nothing was committed", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor()
      const unsent = yield* script(failing("Unreachable", { committed: "no" }))
      assert.deepStrictEqual(yield* settle(door.call(write, unsent.effect)), Exit.succeed("ok"))
      const lost = yield* script(...Array.from({ length: 4 }, () => failing("Unreachable")))
      assert.strictEqual(errorOf(yield* settle(door.call(read, lost.effect))).committed, "no")
    }).pipe(withDoors())
  )

  it.effect("does not repeat what the vendor refused, nor errors that are not a vendor's", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor()
      const { effect, tries } = yield* script(failing("Rejected"))
      yield* Effect.flip(door.call(read, effect))
      assert.strictEqual((yield* tries).length, 1)
      assert.strictEqual(yield* Effect.flip(door.call(read, Effect.fail("business"))), "business")
    }).pipe(withDoors())
  )
})

describe("VendorDoor deadlines", () => {
  it.effect("cuts a try that hangs; a write's outcome is then unknown", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor()
      const error = errorOf(yield* settle(door.call(write, Effect.never), 1000))
      assert.deepStrictEqual([error.reason, error.committed], ["Timeout", "unknown"])
      const timedOut = errorOf(yield* settle(door.call(read, Effect.never)))
      assert.deepStrictEqual([timedOut.reason, timedOut.committed], ["Timeout", "no"])
    }).pipe(withDoors())
  )

  it.effect("ends the whole call at the caller's own deadline", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor({ maxTries: 100 })
      const exit = yield* settle(door.call({ ...read, deadlineMillis: 2500 }, Effect.never), 2500)
      assert.strictEqual(errorOf(exit).reason, "Timeout")
    }).pipe(withDoors())
  )
})

describe("VendorDoor breaker", () => {
  it.effect(
    "calls under way together that fail at once are one failure, as after a freeze or a broken connection",
    () =>
      Effect.gen(function* () {
        const door = yield* makeDoor({ maxTries: 1 })
        const together = Effect.forEach(
          Array.from({ length: 10 }, () => Effect.andThen(Effect.sleep(100), failing("Timeout"))),
          (effect) => Effect.ignore(door.call(read, effect)),
          { concurrency: "unbounded", discard: true }
        )
        for (let mishap = 1; mishap < 5; mishap++) {
          yield* settle(together, 1000)
          assert.strictEqual((yield* door.state).breaker, "closed", `after ${mishap}`)
        }
        yield* settle(together, 1000)
        assert.strictEqual((yield* door.state).breaker, "open")
      }).pipe(withDoors())
  )

  const once = { maxTries: 1 }
  const fail = (door: { call: VendorDoorCall }, reason: VendorError["reason"] = "Unavailable") =>
    Effect.flip(door.call(read, Effect.fail(failing(reason))))
  type VendorDoorCall = Effect.Success<ReturnType<VendorDoor["Service"]["make"]>>["call"]

  it.effect("opens after 5 failures in a row, refuses for 30 s, closes after 2 good probes", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor(once)
      for (let count = 0; count < 5; count++) yield* fail(door)
      assert.strictEqual((yield* door.state).breaker, "open")
      const refused = yield* Effect.flip(door.call(write, Effect.die("must not be sent")))
      assert.deepStrictEqual(
        [refused.reason, refused.committed, refused.retryAfterMillis],
        ["CircuitOpen", "no", 30_000]
      )
      yield* TestClock.adjust(30_000)
      assert.strictEqual(yield* door.call(read, Effect.succeed(1)), 1)
      assert.strictEqual((yield* door.state).breaker, "halfOpen")
      assert.strictEqual(yield* door.call(read, Effect.succeed(2)), 2)
      assert.strictEqual((yield* door.state).breaker, "closed")
    }).pipe(withDoors())
  )

  it.effect("lets one probe through at a time and opens again when it fails", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor({ ...once, tryTimeoutMillis: 5000 })
      for (let count = 0; count < 5; count++) yield* fail(door)
      yield* TestClock.adjust(30_000)
      yield* door.call(read, Effect.void)
      const probe = yield* Effect.forkChild(door.call(read, Effect.never), { startImmediately: true })
      assert.strictEqual((yield* Effect.flip(door.call(read, Effect.void))).reason, "CircuitOpen")
      yield* TestClock.adjust(5000)
      assert.strictEqual(errorOf(yield* Fiber.await(probe)).reason, "Timeout")
      assert.strictEqual((yield* door.state).breaker, "open")
      yield* TestClock.adjust(30_000)
      yield* door.call(read, Effect.void)
      assert.strictEqual((yield* door.state).breaker, "halfOpen")
    }).pipe(withDoors())
  )

  it.effect("does not count refusals, rate limits and malformed answers, and a success starts the count anew", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor(once)
      for (let count = 0; count < 20; count++) {
        for (const reason of ["Rejected", "NotFound", "Unauthorized", "RateLimited", "Malformed"] as const) {
          yield* fail(door, reason)
        }
      }
      for (let count = 0; count < 4; count++) yield* fail(door)
      yield* door.call(read, Effect.void)
      for (let count = 0; count < 4; count++) yield* fail(door)
      assert.strictEqual((yield* door.state).breaker, "closed")
    }).pipe(withDoors())
  )

  it.effect("takes its thresholds from the settings and keeps vendors apart", () =>
    Effect.gen(function* () {
      const doors = yield* VendorDoor
      const bad = yield* makeDoor({ ...once, vendor: "zeta" })
      yield* makeDoor(once)
      yield* fail(bad)
      assert.deepStrictEqual(
        (yield* doors.states).map(({ vendor, breaker, retryAfterMillis }) => [vendor, breaker, retryAfterMillis]),
        [
          ["acme", "closed", 0],
          ["zeta", "open", 7000]
        ]
      )
      yield* TestClock.adjust(7000)
      yield* bad.call(read, Effect.void)
      assert.strictEqual((yield* bad.state).breaker, "closed")
    }).pipe(
      withDoors({ VENDOR_BREAKER_FAILURES: "1", VENDOR_BREAKER_OPEN_SECONDS: "7", VENDOR_BREAKER_SUCCESSES: "1" })
    )
  )

  it.effect("a threshold that is no number stops the start", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Effect.void.pipe(withDoors({ VENDOR_BREAKER_FAILURES: "none" })))
      assert.isTrue(Exit.isFailure(exit) && String(Cause.squash(exit.cause)).includes("VENDOR_BREAKER_FAILURES"))
    })
  )
})

describe("VendorDoor load", () => {
  it.effect("runs so many at once, lets so many wait and refuses the rest", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor({ maxConcurrent: 2, maxWaiting: 1, tryTimeoutMillis: 30_000 })
      const slow = door.call(read, Effect.as(Effect.sleep(1000), "done"))
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(slow, { startImmediately: true }))
      const { running, waiting } = yield* door.state
      assert.deepStrictEqual([running, waiting], [2, 1])
      const refused = yield* Effect.flip(door.call(write, Effect.void))
      assert.deepStrictEqual([refused.reason, refused.committed, refused.retryable], ["Busy", "no", true])
      yield* TestClock.adjust(2000)
      assert.deepStrictEqual(yield* Fiber.joinAll(fibers), ["done", "done", "done"])
      assert.deepStrictEqual((yield* door.state).running, 0)
    }).pipe(withDoors())
  )

  it.effect("a call whose turn does not come before its deadline was never sent", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor({ maxConcurrent: 1, tryTimeoutMillis: 30_000 })
      yield* Effect.forkChild(door.call(read, Effect.never), { startImmediately: true })
      const late = errorOf(yield* settle(door.call({ ...write, deadlineMillis: 500 }, Effect.die("sent")), 500))
      assert.deepStrictEqual([late.reason, late.committed], ["Busy", "no"])
      assert.strictEqual((yield* door.state).waiting, 0)
    }).pipe(withDoors())
  )

  it.effect("spreads calls over time by its token bucket", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor({ rate: { tokens: 2, perMillis: 1000 } })
      const { effect, tries } = yield* script()
      yield* settle(
        Effect.all(
          [1, 2, 3, 4].map(() => door.call(read, effect)),
          { concurrency: "unbounded" }
        )
      )
      assert.deepStrictEqual(yield* tries, [0, 0, 500, 1000])
      const hurried = door.call({ ...write, deadlineMillis: 100 }, effect)
      const exits = yield* settle(
        Effect.all(
          Array.from({ length: 3 }, () => Effect.exit(hurried)),
          { concurrency: 3 }
        )
      )
      assert.isTrue(Exit.isSuccess(exits))
      const refused = Exit.isSuccess(exits) ? exits.value.filter(Exit.isFailure).map(errorOf) : []
      assert.deepStrictEqual(
        refused.map(({ reason, committed }) => [reason, committed]),
        [["RateLimited", "no"]]
      )
    }).pipe(withDoors())
  )
})

describe("VendorDoor reports", () => {
  it.effect("counts every call by vendor, operation and outcome", () =>
    Effect.gen(function* () {
      const door = yield* makeDoor()
      yield* door.call(read, Effect.void)
      yield* Effect.flip(door.call(read, Effect.fail(failing("NotFound"))))
      const counted = (yield* Metric.snapshot).filter(({ id }) => id === "tandem_vendor_calls_total")
      assert.deepStrictEqual(counted.map(({ attributes }) => attributes?.["outcome"]).sort(), ["NotFound", "ok"])
    }).pipe(withDoors(), Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("logs a retry", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.map(Logger.formatJson, (line) => void lines.push(line))
      const { effect } = yield* script(failing("Unavailable"))
      const door = yield* makeDoor()
      yield* settle(door.call(read, effect)).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "All")
      )
      assert.isTrue(lines.some((line) => line.includes("tried again") && line.includes("acme")))
    }).pipe(withDoors())
  )
})

describe("VendorError", () => {
  it("keeps its detail on one short line", () => {
    const error = failing("Rejected", { detail: `two\r\nlines\u0000${"x".repeat(2000)}` })
    assert.isTrue(error.detail.startsWith("two lines x"))
    assert.strictEqual(error.detail.length, maxDetailLength)
    assert.isTrue(error.message.startsWith("acme get: Rejected, two lines"))
  })
})
