import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"
import { eventStreamText, heartbeatSeconds } from "../../../src/http/EventsLive.ts"

it.effect("a silent stream gets a comment at once and then every fifteen seconds", () =>
  Effect.gen(function* () {
    const chunks = yield* Ref.make<ReadonlyArray<string>>([])
    const fiber = yield* eventStreamText(Stream.never).pipe(
      Stream.decodeText,
      Stream.runForEach((chunk) => Ref.update(chunks, (all) => [...all, chunk])),
      Effect.forkChild
    )
    yield* TestClock.adjust(0)
    assert.deepStrictEqual(yield* Ref.get(chunks), [":\n\n"])
    yield* TestClock.adjust(`${heartbeatSeconds * 3} seconds`)
    assert.strictEqual((yield* Ref.get(chunks)).join(""), ":\n\n".repeat(4))
    yield* Fiber.interrupt(fiber)
  })
)

it.effect("a stream ends when the journal cannot be read, for the client to come back", () =>
  Effect.gen(function* () {
    const text = yield* Stream.mkString(Stream.decodeText(eventStreamText(Stream.fail("the journal is away"))))
    assert.notInclude(text, "away")
  })
)
