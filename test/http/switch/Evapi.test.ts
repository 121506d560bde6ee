import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { TestClock } from "effect/testing"
import type { Server, Socket } from "node:net"
import { createServer } from "node:net"
import { EvapiLive } from "../../../src/http/switch/EvapiLive.ts"
import { makeNetstringReader, netstring } from "../../../src/http/switch/Netstrings.ts"
import { freePort } from "../../fixtures/FreePort.ts"
import { eventually } from "../../fixtures/PlaneRequests.ts"
import { brokenNumber, cdrOf, configured, desk, question, SwitchWorld } from "./SwitchWorld.ts"

interface Said {
  readonly id: unknown
  readonly type?: string
  readonly action?: string
  readonly error?: string
  readonly status?: string
  readonly call_id?: string
}

/** A proxy as Tandem sees it: it listens, and hears what it is told. */
class Proxy {
  readonly heard: Array<Said> = []
  readonly sockets: Array<Socket> = []
  #server: Server = createServer()

  start = (port: number) =>
    Effect.callback<void>((resume) => {
      this.#server = createServer((socket) => {
        this.sockets.push(socket)
        const read = makeNetstringReader()
        socket.on("error", () => {})
        socket.on("data", (chunk) => this.heard.push(...read(chunk).map((text): Said => JSON.parse(text))))
      }).listen(port, "127.0.0.1", () => resume(Effect.void))
    })

  stop = Effect.callback<void>((resume) => {
    for (const socket of this.sockets) socket.destroy()
    this.#server.close(() => resume(Effect.void))
  })

  send = (...frames: ReadonlyArray<unknown>) =>
    Effect.sync(() =>
      this.sockets
        .at(-1)
        ?.write(frames.map((frame) => netstring(typeof frame === "string" ? frame : JSON.stringify(frame))).join(""))
    )

  connected = (count: number) =>
    eventually(
      Effect.sync(() => this.sockets.length),
      (connections) => connections >= count
    )

  answer = (id: unknown) =>
    eventually(
      Effect.sync(() => this.heard.find((said) => said.id === id)),
      (said) => said !== undefined
    )
}

const listening = Effect.gen(function* () {
  const port = yield* freePort
  const proxy = yield* Effect.acquireRelease(
    Effect.sync(() => new Proxy()),
    (made) => made.stop
  )
  yield* proxy.start(port)
  return { proxy, port }
})

const evapi = (FRAUD_EVAPI_ADDRESSES: string) =>
  EvapiLive.pipe(Layer.provideMerge(desk), Layer.provide(configured({ FRAUD_EVAPI_ADDRESSES })), Layer.fresh)

/** Tandem, connected to a proxy. */
const connected = Effect.gen(function* () {
  const { port, proxy } = yield* listening
  const world = yield* Effect.map(Layer.build(evapi(`127.0.0.1:${port}`)), (context) =>
    Effect.provide(SwitchWorld, context)
  )
  yield* proxy.connected(1)
  return { port, proxy, world: yield* world }
})

describe("a Kamailio's evapi", () => {
  it.live("gets a verdict under the id of its question, and pongs", () =>
    Effect.gen(function* () {
      const { proxy } = yield* connected
      const call = question()
      yield* proxy.send({ type: "detect", id: "12:34", ...call }, { type: "ping", id: "p1" }, { type: "ping", id: 7 })
      const answer = yield* proxy.answer("12:34")
      assert.deepInclude(answer, { id: "12:34", call_id: call.call_id, action: "allow" })
      assert.deepStrictEqual(yield* proxy.answer("p1"), { type: "pong", id: "p1" })
      assert.deepStrictEqual(yield* proxy.answer(7), { type: "pong", id: 7 })
    }).pipe(Effect.scoped)
  )

  it.live("is told what cannot be understood or screened, and goes on", () =>
    Effect.gen(function* () {
      const { proxy } = yield* connected
      yield* proxy.send(
        { type: "detect", id: "bad" },
        { type: "detect", id: "broken", ...question({ called_number: brokenNumber }) },
        { type: "cdr", id: "no-cdr" },
        { type: "ping", id: "after" }
      )
      assert.strictEqual((yield* proxy.answer("bad"))?.error, "VALIDATION_ERROR")
      assert.strictEqual((yield* proxy.answer("broken"))?.error, "SERVICE_UNAVAILABLE")
      assert.strictEqual((yield* proxy.answer("no-cdr"))?.status, "refused")
      yield* proxy.answer("after")
      assert.strictEqual(proxy.sockets.length, 1)
    }).pipe(Effect.scoped)
  )

  it.live("has its CDRs acknowledged after the commit, and not before", () =>
    Effect.gen(function* () {
      const { proxy, world } = yield* connected
      const cdr = { type: "cdr", ...cdrOf() }
      world.databaseIsAway = true
      yield* proxy.send({ id: "early", ...cdr }, { type: "ping", id: "p" })
      yield* proxy.answer("p")
      world.databaseIsAway = false
      yield* proxy.send({ id: "again", ...cdr })
      assert.deepStrictEqual(yield* proxy.answer("again"), { type: "cdr_ack", id: "again", status: "counted" })
      yield* proxy.send({ id: "twice", ...cdr })
      assert.strictEqual((yield* proxy.answer("twice"))?.status, "duplicate")
      assert.deepStrictEqual(world.counted, [cdr.call_id])
      assert.isUndefined(proxy.heard.find(({ id }) => id === "early"))
    }).pipe(Effect.scoped)
  )

  it.live("may send frames that nobody understands", () =>
    Effect.gen(function* () {
      const { proxy } = yield* connected
      yield* proxy.send(
        "",
        "{",
        "[]",
        "null",
        '"x"',
        { id: "x" },
        { type: "detect" },
        { type: "ping", id: {} },
        { type: "?", id: 1 }
      )
      yield* proxy.send({ type: "ping", id: "still here" })
      yield* proxy.answer("still here")
      assert.deepStrictEqual([proxy.heard.length, proxy.sockets.length], [1, 1])
    }).pipe(Effect.scoped)
  )

  it.live("is connected to again after it was away, and after it spoke another protocol", () =>
    Effect.gen(function* () {
      const { port, proxy } = yield* connected
      yield* proxy.stop
      yield* proxy.start(port)
      yield* proxy.connected(2)
      yield* proxy.send({ type: "ping", id: "back" })
      yield* proxy.answer("back")
      proxy.sockets.at(-1)?.write("HTTP/1.1 400 Bad Request\r\n\r\n")
      yield* proxy.connected(3)
      yield* proxy.send({ type: "ping", id: "once more" })
      yield* proxy.answer("once more")
    }).pipe(Effect.scoped)
  )

  it.effect("is connected to again at once when the connection had held, however often it broke before", () =>
    Effect.gen(function* () {
      const { port, proxy } = yield* listening
      yield* Layer.build(evapi(`127.0.0.1:${port}`))
      yield* TestClock.withLive(proxy.connected(1))
      for (const count of [2, 3, 4, 5, 6]) {
        proxy.sockets.at(-1)?.destroy()
        yield* TestClock.adjust("1 second").pipe(
          Effect.andThen(TestClock.withLive(Effect.sleep("10 millis"))),
          Effect.repeat({ until: () => proxy.sockets.length >= count })
        )
      }
      yield* TestClock.adjust("2 seconds")
      proxy.sockets.at(-1)?.destroy()
      yield* TestClock.withLive(proxy.connected(7))
    }).pipe(Effect.scoped)
  )

  it.live("is connected to anew when it does not read its answers", () =>
    Effect.gen(function* () {
      const { proxy } = yield* connected
      const deaf = proxy.sockets[0]
      deaf?.pause()
      const id = "x".repeat(1_000)
      const pings = Array.from({ length: 500 }, () => ({ type: "ping", id }))
      yield* proxy
        .send(...pings)
        .pipe(Effect.delay("2 millis"), Effect.repeat({ until: () => proxy.sockets.length > 1 }))
      yield* proxy.send({ type: "ping", id: "heard" })
      yield* proxy.answer("heard")
    }).pipe(Effect.scoped)
  )

  it.live("is not guessed from addresses that cannot be read", () =>
    Effect.gen(function* () {
      for (const addresses of [
        "proxy",
        "10.0.0.1:",
        "10.0.0.1:x",
        "10.0.0.1:65536",
        "10.0.0.1:8448 10.0.0.2:8448",
        "::1:8448"
      ]) {
        const exit = yield* Effect.exit(Layer.build(evapi(addresses)))
        assert.include(String(Exit.isFailure(exit) ? exit.cause : ""), "must be addresses", addresses)
      }
    }).pipe(Effect.scoped)
  )
})
