import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope } from "effect"
import { SwitchPort } from "../../../src/http/switch/SwitchPort.ts"
import { eventually } from "../../fixtures/PlaneRequests.ts"
import { brokenNumber, bytesOf, cdrOf, configured, desk, question, SwitchWorld, talk } from "./SwitchWorld.ts"

const portWith = (settings: Readonly<Record<string, string>> = {}) =>
  SwitchPort.layer.pipe(
    Layer.provideMerge(desk),
    Layer.provide(configured({ FRAUD_SWITCH_PORT: "0", ...settings })),
    Layer.fresh
  )

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const send = Effect.fnUntraced(function* (path: string, body: unknown, { method = "POST", ...more }: Sent = {}) {
  const { url } = yield* SwitchPort
  return yield* Effect.promise(async () => {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const response = await fetch(`${url}${path}`, { method, ...more, ...(method === "POST" ? { body: text } : {}) })
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
  })
})

const detect = "/api/v1/fraud/detect"
const cdr = "/api/v1/fraud/cdr"
const batch = "/api/v1/fraud/cdr/batch"
const events = "/api/v1/fraud/events/batch"

const portOf = Effect.map(SwitchPort, ({ url }) => Number(new URL(url).port))

const asked = (body: unknown = question()) => bytesOf(detect, JSON.stringify(body))

const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))

layer(portWith(), { excludeTestServices: true })("what a switch asks", (it) => {
  it.effect("is answered in the contract's form", () =>
    Effect.gen(function* () {
      const call = question()
      for (const path of [detect, "/detect"]) {
        const { body, headers, status } = yield* send(path, call)
        assert.deepStrictEqual([status, headers.get("content-type")], [200, "application/json"])
        assert.deepInclude(body, {
          call_id: call.call_id,
          is_fraud: false,
          fraud_types: [],
          action: "allow",
          sip_code: 0
        })
      }
    })
  )

  it.effect("as an event, is told how many callers the number has, below the threshold too", () =>
    Effect.gen(function* () {
      const levels: Array<unknown> = []
      for (const n of [1, 2, 3, 4, 5]) {
        const event = { a_number: `+23480312345${n}0`, b_number: "+2348055500077", source_ip: "198.51.100.9" }
        const { body, status } = yield* send("/event", {
          ...question(),
          caller_id: undefined,
          called_number: undefined,
          ...event
        })
        assert.strictEqual(status, 202)
        const { action, distinct_a_numbers, threat_level } = body.detection_result
        levels.push([distinct_a_numbers, threat_level, action])
      }
      assert.deepStrictEqual(levels, [
        [1, "none", "allow"],
        [2, "low", "allow"],
        [3, "medium", "allow"],
        [4, "high", "allow"],
        [5, "critical", "block"]
      ])
    })
  )

  it.effect("and cannot be understood, is refused in the contract's form", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<
        readonly [path: string, body: unknown, status: number, code: string, method?: string]
      > = [
        [detect, "{", 400, "VALIDATION_ERROR"],
        [detect, "", 400, "VALIDATION_ERROR"],
        [detect, "[]", 400, "VALIDATION_ERROR"],
        [detect, question({ called_number: "" }), 400, "VALIDATION_ERROR"],
        [detect, question({ timestamp: "2999-01-01T00:00:00Z" }), 400, "VALIDATION_ERROR"],
        [detect, question({ timestamp: 1 }), 400, "VALIDATION_ERROR"],
        [cdr, cdrOf({ end_time: 1 }), 400, "VALIDATION_ERROR"],
        [batch, { cdrs: 7 }, 400, "VALIDATION_ERROR"],
        [events, "null", 400, "VALIDATION_ERROR"],
        [detect, "", 405, "VALIDATION_ERROR", "GET"],
        ["/api/v1/fraud/nothing", {}, 404, "NOT_FOUND"],
        ["/", {}, 404, "NOT_FOUND"],
        [detect, question({ user_agent: "x".repeat(100 * 1024) }), 413, "VALIDATION_ERROR"],
        [batch, Array.from({ length: 1_001 }, () => ({})), 413, "VALIDATION_ERROR"],
        [events, { events: Array.from({ length: 1_001 }, () => ({})) }, 413, "VALIDATION_ERROR"],
        [detect, question({ called_number: brokenNumber }), 503, "SERVICE_UNAVAILABLE"]
      ]
      for (const [path, body, status, code, method = "POST"] of cases) {
        const answer = yield* send(path, body, { method })
        assert.deepStrictEqual([answer.status, answer.body.error.code], [status, code], `${method} ${path}`)
        assert.isString(answer.body.error.message)
        assert.isArray(answer.body.error.details)
        if (status === 405) assert.strictEqual(answer.headers.get("allow"), "POST")
      }
    })
  )

  it.effect("may be too long, and the connection goes on to be used", () =>
    Effect.gen(function* () {
      const long = "x".repeat(100 * 1024)
      const chunked = `POST ${detect} HTTP/1.1\r\nhost: tandem\r\ntransfer-encoding: chunked\r\n\r\n19000\r\n${long}\r\n0\r\n\r\n`
      const pieces = [bytesOf(detect, long), asked(), chunked, asked()]
      const answer = yield* talk(yield* portOf, pieces, (text) => statuses(text).length === 4)
      assert.deepStrictEqual(statuses(answer), [413, 200, 413, 200])
    })
  )

  it.effect("may come in one go, and is answered in order", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 50 }, (_, n) => `pipelined-${n}`)
      const all = ids.map((call_id) => asked(question({ call_id }))).join("")
      const answer = yield* talk(yield* portOf, [all], (text) => statuses(text).length === ids.length)
      assert.deepStrictEqual(
        [...answer.matchAll(/"call_id":"(pipelined-\d+)"/g)].map(([, id]) => id),
        ids
      )
    })
  )

  it.effect("may come slowly, byte by byte", () =>
    Effect.gen(function* () {
      const pieces = asked(question({ call_id: "slow" })).match(/.{1,7}/gs) ?? []
      assert.include(yield* talk(yield* portOf, pieces, (text) => text.includes("latency_us")), '"call_id":"slow"')
    })
  )

  it.effect("is not answered to who has gone, and the port lives on", () =>
    Effect.gen(function* () {
      const port = yield* portOf
      yield* Effect.forEach(
        [asked().slice(0, 90), "\0\0\0\r\n\r\n", "GET", `${asked()}POST`],
        (text) => Effect.raceFirst(talk(port, [text]), Effect.sleep("20 millis")),
        { discard: true }
      )
      assert.strictEqual((yield* send(detect, question())).status, 200)
    })
  )
})

layer(portWith(), { excludeTestServices: true })("CDRs", (it) => {
  it.effect("are counted once, however often they are sent", () =>
    Effect.gen(function* () {
      const world = yield* SwitchWorld
      const one = cdrOf()
      assert.deepStrictEqual((yield* send(cdr, one)).body, {
        call_id: one.call_id,
        status: "accepted",
        duplicate: false
      })
      assert.deepStrictEqual((yield* send(cdr, one)).body, {
        call_id: one.call_id,
        status: "accepted",
        duplicate: true
      })
      assert.deepStrictEqual(world.counted, [one.call_id])
    })
  )

  it.effect("come in batches, of which each is kept or refused on its own; an empty one is no mistake", () =>
    Effect.gen(function* () {
      const [one, other] = [cdrOf(), cdrOf()]
      const { body, status } = yield* send(batch, [one, cdrOf({ end_time: "x" }), null, one, other])
      assert.strictEqual(status, 202)
      assert.deepStrictEqual(
        body.results.map((each: { readonly status: string; readonly duplicate?: boolean }) => [
          each.status,
          each.duplicate
        ]),
        [
          ["accepted", false],
          ["refused", undefined],
          ["refused", undefined],
          ["accepted", true],
          ["accepted", false]
        ]
      )
      for (const path of [batch, events]) {
        assert.deepStrictEqual(yield* Effect.map(send(path, []), (answer) => [answer.status, answer.body]), [
          202,
          { results: [] }
        ])
      }
    })
  )

  it.effect("are asked for again while they cannot be kept, and then nothing is counted", () =>
    Effect.gen(function* () {
      const world = yield* SwitchWorld
      const before = world.counted.length
      const one = cdrOf()
      world.databaseIsAway = true
      for (const [path, body] of [
        [cdr, one],
        [batch, [one, cdrOf()]]
      ] as const) {
        const answer = yield* send(path, body)
        assert.deepStrictEqual(
          [answer.status, answer.headers.get("retry-after"), answer.body.error.code],
          [503, "1", "SERVICE_UNAVAILABLE"]
        )
      }
      assert.strictEqual(world.counted.length, before)
      world.databaseIsAway = false
      assert.isFalse((yield* send(cdr, one)).body.duplicate)
      assert.strictEqual(world.counted.length, before + 1)
    })
  )
})

describe("who may ask", () => {
  const statusOf = (settings: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
    Effect.map(send(detect, question(), { headers }), ({ body, status }) => [status, body.error?.code]).pipe(
      Effect.provide(portWith(settings))
    )

  it.live("must show the token, when there is one", () =>
    Effect.gen(function* () {
      const settings = { FRAUD_SWITCH_TOKEN: "secret" }
      assert.deepStrictEqual(yield* statusOf(settings), [401, "UNAUTHORIZED"])
      assert.deepStrictEqual(yield* statusOf(settings, { authorization: "Bearer secreT" }), [401, "UNAUTHORIZED"])
      assert.deepStrictEqual(yield* statusOf(settings, { authorization: "Bearer secret" }), [200, undefined])
    })
  )

  it.live("must be in one of the networks", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* statusOf({ FRAUD_SWITCH_NETWORKS: "192.0.2.0/24" }), [403, "FORBIDDEN"])
      assert.deepStrictEqual(yield* statusOf({ FRAUD_SWITCH_NETWORKS: "192.0.2.0/24, 127.0.0.1" }), [200, undefined])
    })
  )

  it.live("is not guessed from networks that cannot be read", () =>
    Effect.gen(function* () {
      for (const FRAUD_SWITCH_NETWORKS of ["ours", "10.0.0.0/99", "10.0.0.0/", "10.0.0.0/8;::1"]) {
        const exit = yield* Effect.exit(statusOf({ FRAUD_SWITCH_NETWORKS }))
        assert.include(String(Exit.isFailure(exit) ? exit.cause : ""), "must be networks", FRAUD_SWITCH_NETWORKS)
      }
    })
  )
})

const isOpen = (port: number) =>
  Effect.promise(() =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false
    )
  )

describe("when the port closes", () => {
  it.live("who has asked is answered, and told to ask elsewhere; nobody else gets in", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(portWith(), scope)
      yield* Effect.gen(function* () {
        const world = yield* SwitchWorld
        const port = yield* portOf
        world.held = []
        const answer = yield* Effect.forkChild(talk(port, [asked()]))
        yield* eventually(
          Effect.sync(() => world.held?.length ?? 0),
          (waiting) => waiting > 0
        )
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        yield* eventually(isOpen(port), (open) => !open)
        for (const letGo of world.held) letGo()
        const text = yield* Fiber.join(answer)
        assert.deepStrictEqual(statuses(text), [200])
        assert.match(text, /connection: close/i)
        yield* Fiber.join(closing)
      }).pipe(Effect.provide(context))
    })
  )
})
