import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schedule, Scope, Stream } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { maxBodyBytes, requestTimeoutMillis } from "../../../src/http/ServerLimits.ts"
import { send, serving } from "./TestServer.ts"

const echo = HttpRouter.add("POST", "/echo/:name", (request) =>
  Effect.map(request.text, (text) => HttpServerResponse.text(text))
)

const greeting = HttpRouter.add("GET", "/echo/:name", Effect.succeed(HttpServerResponse.jsonUnsafe({ hello: true })))

const broken = HttpRouter.add("GET", "/broken", Effect.die(new Error("secret detail")))

const routes = Layer.mergeAll(echo, greeting, broken)

const chunked = (bytes: number) =>
  new ReadableStream({
    start(controller) {
      for (let sent = 0; sent < bytes; sent += 16_384) controller.enqueue(new Uint8Array(16_384).fill(120))
      controller.close()
    }
  })

describe("Server", () => {
  it.live("takes over a sound X-Request-Id, else the trace's id, else makes one", () =>
    Effect.gen(function* () {
      const origin = yield* serving(routes)
      const idFor = (headers: Record<string, string>) =>
        Effect.map(send(`${origin}/echo/a`, { headers }), (answer) => answer.headers.get("x-request-id"))
      const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
      assert.strictEqual(yield* idFor({ "x-request-id": "call-17" }), "call-17")
      assert.strictEqual(yield* idFor({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` }), traceId)
      assert.match((yield* idFor({})) ?? "", /^[0-9a-f]{32}$/)
      assert.match((yield* idFor({ "x-request-id": "a b" })) ?? "", /^[0-9a-f]{32}$/)
      assert.match((yield* idFor({ "x-request-id": "x".repeat(129) })) ?? "", /^[0-9a-f]{32}$/)
    }).pipe(Effect.scoped)
  )

  it.live("answers an unknown address with 404 and a wrong method with 405 and Allow, as problems", () =>
    Effect.gen(function* () {
      const origin = yield* serving(routes)
      const nothing = yield* send(`${origin}/nowhere`)
      assert.strictEqual(nothing.status, 404)
      assert.strictEqual(nothing.headers.get("content-type"), "application/problem+json")
      assert.strictEqual(nothing.json["type"], "urn:tandem:problem:not-found")
      const wrong = yield* send(`${origin}/echo/a`, { method: "DELETE" })
      assert.strictEqual(wrong.status, 405)
      assert.strictEqual(wrong.headers.get("allow"), "HEAD, GET, POST")
      assert.strictEqual(wrong.json["type"], "urn:tandem:problem:method-not-allowed")
    }).pipe(Effect.scoped)
  )

  it.live("tells nothing of a mistake but the request's id, and stays up", () =>
    Effect.gen(function* () {
      const origin = yield* serving(routes)
      const failed = yield* send(`${origin}/broken`)
      assert.strictEqual(failed.status, 500)
      assert.strictEqual(failed.json["type"], "urn:tandem:problem:internal-error")
      assert.notInclude(failed.text, "secret detail")
      assert.strictEqual(failed.json["instance"], failed.headers.get("x-request-id"))
      assert.strictEqual((yield* send(`${origin}/echo/a`)).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("refuses a body that is too large, whether or not its length is told", () =>
    Effect.gen(function* () {
      const origin = yield* serving(routes)
      const post = (body: BodyInit) => send(`${origin}/echo/a`, { method: "POST", body, duplex: "half" } as RequestInit)
      assert.strictEqual((yield* post("x".repeat(maxBodyBytes))).text.length, maxBodyBytes)
      const told = yield* post("x".repeat(maxBodyBytes + 1))
      assert.deepStrictEqual([told.status, told.json["type"]], [413, "urn:tandem:problem:body-too-large"])
      const untold = yield* post(chunked(maxBodyBytes + 16_384))
      assert.deepStrictEqual([untold.status, untold.json["type"]], [413, "urn:tandem:problem:body-too-large"])
    }).pipe(Effect.scoped)
  )

  it.live("sets headers that keep browsers from guessing and framing, on refusals too", () =>
    Effect.gen(function* () {
      const origin = yield* serving(routes)
      for (const path of ["/echo/a", "/nowhere", "/broken"]) {
        const { headers } = yield* send(`${origin}${path}`)
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
        assert.strictEqual(headers.get("x-frame-options"), "DENY")
      }
    }).pipe(Effect.scoped)
  )

  it.live("answers HEAD where there is GET", () =>
    Effect.gen(function* () {
      const origin = yield* serving(routes)
      const { status, text } = yield* send(`${origin}/echo/a`, { method: "HEAD" })
      assert.deepStrictEqual([status, text], [200, ""])
    }).pipe(Effect.scoped)
  )

  it.live("sends requests away while it has too many, but still says that it lives", () =>
    Effect.gen(function* () {
      const entered = yield* Deferred.make<void>()
      const slow = Deferred.succeed(entered, undefined).pipe(Effect.andThen(Effect.never))
      const live = HttpRouter.add("GET", "/health/live", Effect.succeed(HttpServerResponse.text("live")))
      const origin = yield* serving(Layer.mergeAll(routes, live, HttpRouter.add("GET", "/slow", slow)), {
        maxInFlight: 1,
        maxQueued: 0
      })
      const first = yield* Effect.forkChild(send(`${origin}/slow`))
      yield* Deferred.await(entered)
      const busy = yield* send(`${origin}/echo/a`)
      assert.deepStrictEqual(
        [busy.status, busy.headers.get("retry-after"), busy.json["type"]],
        [503, "1", "urn:tandem:problem:server-busy"]
      )
      assert.strictEqual((yield* send(`${origin}/health/live`)).status, 200)
      yield* Fiber.interrupt(first)
      const again = send(`${origin}/echo/a`).pipe(
        Effect.repeat({ until: ({ status }) => status === 200, schedule: Schedule.spaced("20 millis") })
      )
      assert.strictEqual((yield* again).status, 200)
    }).pipe(Effect.scoped)
  )

  it.effect("gives up on work that takes too long, and says so", () =>
    Effect.gen(function* () {
      const entered = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const slow = Deferred.succeed(entered, undefined).pipe(
        Effect.andThen(Effect.never),
        Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
      )
      const origin = yield* serving(HttpRouter.add("GET", "/slow", slow))
      const asked = yield* Effect.forkChild(send(`${origin}/slow`))
      yield* Deferred.await(entered)
      yield* TestClock.adjust(requestTimeoutMillis)
      yield* Deferred.await(interrupted)
      const { status, json } = yield* Fiber.join(asked)
      assert.deepStrictEqual([status, json["type"]], [503, "urn:tandem:problem:request-timed-out"])
    }).pipe(Effect.scoped)
  )

  it.live("lets requests under way end when it stops, and takes no new ones", () =>
    Effect.gen(function* () {
      const entered = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const slow = HttpRouter.add(
        "GET",
        "/slow",
        Deferred.succeed(entered, undefined).pipe(
          Effect.andThen(Deferred.await(release)),
          Effect.as(HttpServerResponse.text("done"))
        )
      )
      const scope = yield* Scope.make()
      const origin = yield* serving(slow).pipe(Scope.provide(scope))
      const answer = yield* Effect.forkChild(send(`${origin}/slow`))
      yield* Deferred.await(entered)
      const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* Effect.sleep("50 millis")
      const refused = yield* Effect.exit(Effect.tryPromise(() => fetch(`${origin}/slow`)))
      assert.isTrue(Exit.isFailure(refused))
      yield* Deferred.succeed(release, undefined)
      assert.strictEqual((yield* Fiber.join(answer)).text, "done")
      yield* Fiber.join(stopping)
    })
  )

  it.live("ends event streams when it stops, so that their clients can go elsewhere", () =>
    Effect.gen(function* () {
      const ticks = Stream.concat(Stream.make("data: 1\n\n"), Stream.never).pipe(Stream.encodeText)
      const events = HttpRouter.add(
        "GET",
        "/events",
        Effect.succeed(HttpServerResponse.stream(ticks, { contentType: "text/event-stream" }))
      )
      const scope = yield* Scope.make()
      const origin = yield* serving(events).pipe(Scope.provide(scope))
      const response = yield* Effect.promise(() => fetch(`${origin}/events`))
      const reader = response.body?.getReader()
      const first = yield* Effect.promise(async () => reader?.read())
      assert.include(new TextDecoder().decode(first?.value), "data: 1")
      const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      assert.isTrue((yield* Effect.promise(async () => reader?.read()))?.done)
      yield* Fiber.join(stopping)
    })
  )
})
