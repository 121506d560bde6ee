import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { makeRpcClient } from "../../../src/http/RpcClient.ts"
import { maxCallsPerPost } from "../../../src/http/RpcLive.ts"
import { send } from "../server/TestServer.ts"
import { brokenE164, commands, keyOf, servingRpcs, unknownE164 } from "./RpcServer.ts"

const e164 = "+12125550123"

const clientOf = (baseUrl: string, apiKey: Redacted.Redacted) =>
  makeRpcClient({ baseUrl, apiKey }).pipe(Effect.provide(FetchHttpClient.layer))

describe("RPC", () => {
  it.live("asks and commands actors, typed, under keys of the caller's own", () =>
    Effect.gen(function* () {
      const origin = yield* servingRpcs
      const call = yield* clientOf(origin, keyOf("operator"))
      assert.strictEqual((yield* call("PhoneNumber.Get", { e164 })).status, "active")
      assert.strictEqual((yield* call("PhoneNumber.Block", { e164, commandKey: "ticket-1" })).status, "blocked")
      assert.strictEqual((yield* call("PhoneNumber.Unblock", { e164, commandKey: "u" })).status, "active")
      assert.strictEqual(
        (yield* call("PhoneNumber.Release", { e164, commandKey: "r", reason: "not needed" })).status,
        "released"
      )
      assert.strictEqual((yield* call("Backorder.Get", { backorderId: "35-1" })).backorderId, "35-1")
      assert.deepStrictEqual(commands[0], ["Block", e164, "rpc:id-of-operator:ticket-1"])
    }).pipe(Effect.scoped)
  )

  it.live("tells refusals by their types", () =>
    Effect.gen(function* () {
      const call = yield* clientOf(yield* servingRpcs, keyOf("operator"))
      const number = yield* Effect.flip(call("PhoneNumber.Get", { e164: unknownE164 }))
      const order = yield* Effect.flip(call("Order.Get", { orderId: "5" }))
      const backorder = yield* Effect.flip(
        call("Backorder.Cancel", { backorderId: "35-1", commandKey: "c", reason: "not needed" })
      )
      assert.deepStrictEqual(
        [number._tag, order._tag, backorder._tag],
        ["NumberUnknown", "OrderUnknown", "BackorderStatusRefused"]
      )
    }).pipe(Effect.scoped)
  )

  it.live("lets nobody in without a key, and nobody do what the key's role does not allow", () =>
    Effect.gen(function* () {
      const origin = yield* servingRpcs
      const stranger = yield* clientOf(origin, Redacted.make("tdm_nobody"))
      const viewer = yield* clientOf(origin, keyOf("viewer"))
      assert.strictEqual((yield* Effect.flip(stranger("PhoneNumber.Get", { e164 })))._tag, "Unauthorized")
      assert.strictEqual((yield* viewer("PhoneNumber.Get", { e164 })).status, "active")
      const refused = yield* Effect.flip(viewer("PhoneNumber.Block", { e164, commandKey: "k" }))
      assert.strictEqual(refused._tag, "Forbidden")
      assert.deepStrictEqual(commands, [])
    }).pipe(Effect.scoped)
  )

  it.live("counts the calls of each key, however many come in one post", () =>
    Effect.gen(function* () {
      const origin = yield* servingRpcs
      const calls = Array.from({ length: 5 }, () => request("PhoneNumber.Get", { e164 }))
      const { text } = yield* post(origin, calls)
      assert.strictEqual(text.split("urn:tandem:problem:rate-limited").length - 1, 2)
      const other = yield* clientOf(origin, keyOf("viewer"))
      assert.strictEqual((yield* other("PhoneNumber.Get", { e164 })).status, "active")
    }).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ RPC_RATE_LIMIT_PER_MINUTE: "3" }))),
      Effect.scoped
    )
  )

  it.live("tells nothing of a mistake but that there was one", () =>
    Effect.gen(function* () {
      const call = yield* clientOf(yield* servingRpcs, keyOf("viewer"))
      const failed = yield* Effect.flip(call("PhoneNumber.Get", { e164: brokenE164 }))
      assert.strictEqual(failed._tag, "InternalError")
      assert.notInclude(JSON.stringify(failed), "secret detail")
    }).pipe(Effect.scoped)
  )

  it.live("offers nothing of what actors tell each other", () =>
    Effect.gen(function* () {
      const origin = yield* servingRpcs
      const { text } = yield* post(origin, [request("PhoneNumber.RecordInventory", { e164 })])
      assert.include(text, "Unknown request tag")
      assert.deepStrictEqual(commands, [])
    }).pipe(Effect.scoped)
  )

  it.live("refuses bodies that are no messages, wrong payloads and too many calls, without a stack trace", () =>
    Effect.gen(function* () {
      const origin = yield* servingRpcs
      const many = Array.from({ length: maxCallsPerPost + 1 }, () => request("PhoneNumber.Get", { e164 }))
      const answers = yield* Effect.all([
        post(origin, '[{"_tag":"Request"'),
        post(origin, { hello: 1 }),
        post(origin, [5]),
        post(origin, many),
        post(origin, [request("PhoneNumber.Get", { e164: "+1'; DROP TABLE numbers" })])
      ])
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [400, 400, 400, 400, 200]
      )
      assert.include(answers[4]?.text ?? "", "Die")
      for (const { text } of answers) assert.notMatch(text, /\.ts:\d|node_modules|\bat .*\(/)
    }).pipe(Effect.scoped)
  )

  it.live("has an example that works", () =>
    Effect.gen(function* () {
      const origin = yield* servingRpcs
      const env = { ...process.env, TANDEM_URL: origin, TANDEM_API_KEY: Redacted.value(keyOf("operator")) }
      const run = (number: string) =>
        Effect.promise(() => promisify(execFile)(process.execPath, ["examples/rpc-client.ts", number], { env }))
      const { stdout } = yield* run(e164)
      assert.deepStrictEqual(JSON.parse(stdout), { e164, status: "blocked", vendor: "plivo" })
      assert.include((yield* run(unknownE164)).stderr, "never held")
    }).pipe(Effect.scoped)
  )
})

let lastId = 0
const request = (tag: string, payload: unknown) => ({
  _tag: "Request",
  id: String(++lastId),
  tag,
  payload,
  headers: []
})

const post = (origin: string, body: unknown) =>
  send(`${origin}/rpc`, {
    method: "POST",
    headers: { authorization: `Bearer ${Redacted.value(keyOf("operator"))}` },
    body: typeof body === "string" ? body : JSON.stringify(body)
  })
