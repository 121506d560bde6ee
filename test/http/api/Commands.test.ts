import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { DeadLetters } from "../../../src/layers/storage/DeadLetters.ts"
import * as Api from "./ApiFixture.ts"
import { Commands } from "./TestEntities.ts"

const post = Effect.fnUntraced(function* (
  path: string,
  options: {
    readonly role?: string
    readonly key?: string
    readonly idempotencyKey?: string
    readonly body?: unknown
  } = {}
) {
  const { idempotencyKey, body } = options
  return yield* Api.send(`/api/v1${path}`, {
    key: options.key ?? (yield* Api.keyOf(options.role ?? "operator")),
    method: "POST",
    body,
    ...(idempotencyKey === undefined ? {} : { headers: { "idempotency-key": idempotencyKey } })
  })
})

/** Commands that reached an actor since the count was taken. */
const reached = Effect.fnUntraced(function* (entityId: string) {
  return (yield* Commands).filter((each) => each.entityId === entityId)
})

const park = (cause: string) =>
  Effect.flatMap(DeadLetters, (letters) =>
    letters.park({ entityType: "Order", entityId: "1", command: "Replay", payload: { a: 1 }, cause, tries: 5 })
  )

layer(Api.layer, { excludeTestServices: true })("commands", (it) => {
  for (const [path, body, command, status] of [
    ["/numbers/+12125551000/block", undefined, "Block", "blocked"],
    ["/numbers/+12125551001/unblock", undefined, "Unblock", "active"],
    ["/numbers/+12125551002/release", { reason: "not needed — größer" }, "Release", "released"],
    ["/backorders/501-1/check-now", undefined, "CheckNow", "checking"],
    ["/backorders/502-2/cancel", { reason: "customer left" }, "Cancel", "cancelled"],
    ["/tickets/601/replay", undefined, "Replay", "received"]
  ] as const) {
    it.effect(`POST ${path} becomes ${command}`, () =>
      Effect.gen(function* () {
        const answer = yield* post(path, { body })
        assert.deepStrictEqual([answer.status, answer.body.status], [200, status])
        const [received, ...more] = yield* reached(path.split("/")[2] ?? "")
        assert.strictEqual(received?.command, command)
        assert.strictEqual(received?.payload.reason, body?.reason)
        assert.match(received?.payload.commandKey ?? "", /^api:[0-9a-f]{12}:[0-9a-f-]{36}$/)
        assert.deepStrictEqual(more, [])
      })
    )
  }

  it.effect("a replay says who wanted it", () =>
    Effect.gen(function* () {
      yield* post("/tickets/602/replay")
      assert.strictEqual((yield* reached("602"))[0]?.payload.by, "a operator")
    })
  )

  describe("Idempotency-Key", () => {
    it.effect("becomes the actor's command key, the same each time, another for each caller", () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("operator")
        const path = "/numbers/+12125552000/block"
        const first = yield* post(path, { key, idempotencyKey: "k1" })
        const second = yield* post(path.replace("+", "%2B"), { key, idempotencyKey: "k1" })
        yield* post(path, { idempotencyKey: "k1" })
        assert.deepStrictEqual(second.body, first.body)
        const keys = (yield* reached("+12125552000")).map(({ payload }) => payload.commandKey)
        assert.strictEqual(keys[1], keys[0])
        assert.notStrictEqual(keys[2], keys[0])
        assert.match(keys[0] ?? "", /:numbers\.block:\+12125552000:k1$/)
      })
    )

    it.effect("that is long is hashed to what an actor takes", () =>
      Effect.gen(function* () {
        const answer = yield* post("/numbers/+12125552010/block", { idempotencyKey: "k".repeat(200) })
        assert.strictEqual(answer.status, 200)
        assert.match((yield* reached("+12125552010"))[0]?.payload.commandKey ?? "", /^api:[0-9a-f]{12}:[0-9a-f]{64}$/)
      })
    )

    it.effect("with another body, address or action is a conflict, and reaches no actor", () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("operator")
        const idempotencyKey = "once"
        const path = "/numbers/+12125552020/release"
        assert.strictEqual((yield* post(path, { key, idempotencyKey, body: { reason: "a" } })).status, 200)
        for (const [other, body] of [
          [path, { reason: "b" }],
          ["/numbers/+12125552021/release", { reason: "a" }],
          ["/numbers/+12125552020/block", undefined],
          ["/tickets/603/replay", undefined]
        ] as const) {
          const answer = yield* post(other, { key, idempotencyKey, body })
          assert.deepStrictEqual(
            [answer.status, answer.body.type],
            [409, "urn:tandem:problem:idempotency-key-conflict"]
          )
        }
        assert.strictEqual((yield* reached("+12125552020")).length, 1)
        assert.strictEqual((yield* reached("+12125552021")).length + (yield* reached("603")).length, 0)
      })
    )

    it.effect("gives a replayed ticket one answer, though its text changes between the tries", () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("operator")
        const first = yield* post("/tickets/604/replay", { key, idempotencyKey: "t" })
        const second = yield* post("/tickets/604/replay", { key, idempotencyKey: "t" })
        assert.deepStrictEqual([second.status, second.body], [200, first.body])
        assert.strictEqual((yield* reached("604")).length, 1)
      })
    )

    it.effect("tries again after a refusal", () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("operator")
        const path = "/tickets/4091/replay"
        assert.strictEqual((yield* post(path, { key, idempotencyKey: "r" })).status, 409)
        assert.strictEqual((yield* post(path, { key, idempotencyKey: "r" })).status, 409)
        assert.strictEqual((yield* reached("4091")).length, 2)
      })
    )

    for (const [name, value] of [
      ["empty", ""],
      ["longer than 200 characters", "k".repeat(201)],
      ["with a space", "a b"],
      ["with a letter beyond ASCII", "\u00fc"]
    ] as const) {
      it.effect(`that is ${name} is refused`, () =>
        Effect.gen(function* () {
          const answer = yield* post("/numbers/+12125552030/block", { idempotencyKey: value })
          assert.deepStrictEqual([answer.status, answer.body.type], [400, "urn:tandem:problem:invalid-request"])
          assert.deepStrictEqual(answer.body.issues[0]?.path, ["headers", "idempotency-key"])
          assert.deepStrictEqual(yield* reached("+12125552030"), [])
        })
      )
    }
  })

  describe("dead letters", () => {
    it.effect("are listed, read and replayed, one answer for one key", () =>
      Effect.gen(function* () {
        const ids = [yield* park("boom"), yield* park("boom"), yield* park("hopeless")]
        const key = yield* Api.keyOf("admin")
        const page = yield* Api.send("/api/v1/dead-letters?limit=2", { key })
        assert.deepStrictEqual(
          page.body.items.map((each) => each.id),
          ids.slice(0, 2)
        )
        const rest = yield* Api.send(`/api/v1/dead-letters?limit=200&cursor=${page.body.nextCursor}`, { key })
        assert.deepStrictEqual([rest.body.items.length, rest.body.nextCursor], [1, null])

        const path = `/dead-letters/${ids[0]}/replay`
        const first = yield* post(path, { key, idempotencyKey: "d" })
        assert.strictEqual(first.status, 200)
        assert.isString(first.body.replayedAt)
        assert.deepStrictEqual((yield* post(path, { key, idempotencyKey: "d" })).body, first.body)
        const get = yield* Api.send(`/api/v1/dead-letters/${ids[0]}`, { key })
        assert.deepStrictEqual(get.body, first.body)

        const failed = yield* post(`/dead-letters/${ids[2]}/replay`, { key })
        assert.deepStrictEqual([failed.status, failed.body.type], [409, "urn:tandem:problem:replay-failed"])
      })
    )
  })
})
