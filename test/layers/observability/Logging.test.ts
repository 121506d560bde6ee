import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Console, Effect, Layer } from "effect"
import { TestConsole } from "effect/testing"
import * as Logging from "../../../src/layers/observability/Logging.ts"

const logged = (settings: Record<string, string>, program: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const logging = Logging.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(settings))))
    yield* program.pipe(Effect.provide(logging))
    const out = yield* TestConsole.logLines
    const err = yield* TestConsole.errorLines
    return { out: out.map(String), err: err.map(String) }
  }).pipe(Effect.provide(Layer.fresh(TestConsole.layer)))

describe("Logging", () => {
  it.effect("writes one JSON object a line to standard error, with request, trace and span", () =>
    Effect.gen(function* () {
      const { out, err } = yield* logged(
        { LOG_FORMAT: "json" },
        Effect.logInfo("two\nlines").pipe(Effect.annotateLogs({ requestId: "r-1" }), Effect.withSpan("work"))
      )
      assert.deepStrictEqual(out, [])
      assert.strictEqual(err.length, 1)
      assert.notInclude(err[0], "\n")
      const entry = JSON.parse(err[0] ?? "")
      assert.strictEqual(entry.message, "two\nlines")
      assert.strictEqual(entry.level, "INFO")
      assert.strictEqual(entry.requestId, "r-1")
      assert.match(entry.traceId, /^[0-9a-f]{32}$/)
      assert.match(entry.spanId, /^[0-9a-f]{16}$/)
    })
  )

  it.effect("leaves out what is below LOG_LEVEL", () =>
    Effect.gen(function* () {
      const program = Effect.logDebug("quiet").pipe(Effect.andThen(Effect.logWarning("loud")))
      const usual = yield* logged({ LOG_FORMAT: "json" }, program)
      const all = yield* logged({ LOG_FORMAT: "json", LOG_LEVEL: "Debug" }, program)
      assert.deepStrictEqual([usual.err.length, all.err.length], [1, 2])
    })
  )

  it.effect("writes pretty lines to standard error on request", () =>
    Effect.gen(function* () {
      const { out, err } = yield* logged({ LOG_FORMAT: "pretty" }, Effect.logInfo("hello"))
      assert.deepStrictEqual(out, [])
      assert.include(err.join("\n"), "hello")
      assert.notInclude(err.join("\n"), "{")
    })
  )

  it.effect("leaves standard output to the program", () =>
    Effect.gen(function* () {
      const { out } = yield* logged({}, Effect.logInfo("noise").pipe(Effect.andThen(Console.log("data"))))
      assert.deepStrictEqual(out, ["data"])
    })
  )

  it.effect("refuses an unknown format by its name", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(logged({ LOG_FORMAT: "xml" }, Effect.void))
      assert.include(String(error), "LOG_FORMAT")
    })
  )
})
