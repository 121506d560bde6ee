import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { makeApiClient } from "../../../src/http/api/ApiClient.ts"
import { draft } from "../../domain/gateways/SampleGateway.ts"
import * as Api from "./ApiFixture.ts"

const path = "/api/v1/gateways"

const post = (key: string, to: string, body?: unknown, method = "POST") =>
  Api.send(`${path}${to}`, { key, method, body: body ?? {} })

const created = (key: string, code: string, differences: Readonly<Record<string, unknown>> = {}) =>
  post(key, "", { ...draft, code, ...differences })

layer(Api.layer, { excludeTestServices: true })("gateways over HTTP", (it) => {
  it.effect("are added, changed, run and blacklisted, and their timeline says by whom", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      const { body, status } = yield* created(key, "LOS-1", { ipAddress: "192.0.2.1" })
      assert.deepStrictEqual([status, body.gatewayId, body.status, body.port], [200, "los-1", "inactive", 5060])
      assert.strictEqual((yield* post(key, "/los-1/activate")).body.status, "active")
      const changed = yield* post(key, "/los-1/thresholds", { cpmLimit: 7 }, "PATCH")
      assert.deepStrictEqual([changed.status, changed.body.cpmLimit], [200, 7])
      const moved = yield* post(key, "/los-1", { port: 5080, weight: 10 }, "PUT")
      assert.deepStrictEqual([moved.body.port, moved.body.cpmLimit], [5080, 7])
      const listed = yield* post(key, "/los-1/blacklist", { reason: "fraud", expiresAt: "2096-01-01T00:00:00+01:00" })
      assert.deepStrictEqual(
        [listed.body.status, listed.body.statusReason, listed.body.statusExpiresAt],
        ["blacklisted", "fraud", "2095-12-31T23:00:00.000Z"]
      )
      const refused = yield* post(key, "/los-1/activate")
      assert.deepStrictEqual([refused.status, refused.body.type], [409, "urn:tandem:problem:gateway-status-refused"])
      assert.strictEqual((yield* post(key, "/los-1/unblacklist", { reason: "cleared" })).body.status, "active")
      const timeline = yield* Api.send(`${path}/los-1/timeline`, { key })
      assert.deepStrictEqual(
        timeline.body.items.map(({ summary }) => summary),
        [
          "Created by a admin as LOS-1 of Example Telecom, 192.0.2.1:5060",
          "Activated by a admin",
          "Changed by a admin: cpmLimit from 100 to 7",
          "Changed by a admin: port from 5060 to 5080, weight from 50 to 10",
          "Blacklisted by a admin until 2095-12-31T23:00:00.000Z: fraud",
          "Unblacklisted by a admin: cleared"
        ]
      )
      const stats = yield* Api.send(`${path}/los-1/stats?period=1h`, { key })
      assert.deepStrictEqual([stats.status, stats.body.attempts, stats.body.asr], [200, 0, null])
      assert.strictEqual((yield* post(key, "/los-1?reason=closed", undefined, "DELETE")).body.status, "deleted")
      assert.strictEqual((yield* Api.send(`${path}/los-1`, { key })).status, 404)
      assert.strictEqual((yield* Api.send(`${path}/los-1/timeline`, { key })).body.items.length, 7)
    })
  )

  it.effect("are listed by what they are, page by page", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      yield* created(key, "list-a", { ipAddress: "192.0.2.11", activate: true, gatewayType: "international" })
      yield* created(key, "list-b", { ipAddress: "192.0.2.12", activate: true, carrierName: "Another" })
      yield* created(key, "list-c", { ipAddress: "192.0.2.13", carrierType: "MVNO" })
      const ids = (query: string) =>
        Effect.map(Api.send(`${path}?${query}`, { key }), ({ body }) => body.items.map(({ gatewayId }) => gatewayId))
      assert.deepStrictEqual(yield* ids("type=international"), ["list-a"])
      assert.deepStrictEqual(yield* ids("carrier=Another"), ["list-b"])
      assert.deepStrictEqual(yield* ids("status=inactive&carrierType=MVNO&health=unknown"), ["list-c"])
      const first = yield* Api.send(`${path}?limit=2`, { key })
      const second = yield* Api.send(`${path}?limit=2&cursor=${first.body.nextCursor}`, { key })
      assert.deepStrictEqual(
        [...first.body.items, ...second.body.items].map(({ gatewayId }) => gatewayId),
        ["list-a", "list-b", "list-c"]
      )
      assert.strictEqual((yield* Api.send(`${path}?status=asleep`, { key })).status, 400)
    })
  )

  it.effect("are given to SIP proxies as text, also through the typed client", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      yield* created(key, "out-1", { ipAddress: "192.0.2.21", activate: true, dispatcherSet: 9 })
      yield* created(key, "out-2", { ipAddress: "192.0.2.22", dispatcherSet: 9 })
      const answer = yield* Api.send(`${path}/dispatcher?set=9`, { key: yield* Api.keyOf("viewer") })
      assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/)
      assert.strictEqual(
        answer.text,
        "# setid destination flags priority attributes\n9 sip:192.0.2.21:5060 0 0 duid=out-1;maxload=1000;weight=50;rweight=50\n"
      )
      const client = yield* makeApiClient({ baseUrl: yield* Api.baseUrl, apiKey: Redacted.make(key) })
      const text = yield* client.gateways.dispatcher({ query: { set: 9, format: "opensips" } })
      assert.include(text, "9:sip\\:192.0.2.21\\:5060:")
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.effect("are not to be had twice, with a wrong value, or by somebody who may only look", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      yield* created(key, "twice", { ipAddress: "192.0.2.31" })
      const taken = yield* created(key, "other", { ipAddress: "192.0.2.31" })
      assert.deepStrictEqual([taken.status, taken.body.type], [409, "urn:tandem:problem:gateway-conflict"])
      assert.strictEqual((yield* created(key, "odd", { ipAddress: "gateway.example.net" })).status, 400)
      assert.strictEqual((yield* created(key, "odd", { gatewayId: "dispatcher" })).status, 400)
      const past = yield* post(key, "/twice/blacklist", { reason: "fraud", expiresAt: "2020-01-01T00:00:00Z" })
      assert.deepStrictEqual([past.status, past.body.type], [400, "urn:tandem:problem:gateway-expiry-refused"])
      assert.strictEqual((yield* post(key, "/twice/blacklist", { reason: "x", expiresAt: "soon" })).status, 400)
      assert.strictEqual((yield* post(key, "/nobody/activate")).status, 404)
      const viewer = yield* Api.keyOf("viewer")
      assert.strictEqual((yield* post(viewer, "/twice/activate")).status, 403)
      const operator = yield* Api.keyOf("operator")
      assert.strictEqual((yield* post(operator, "/twice/blacklist", { reason: "x" })).status, 403)
      assert.strictEqual((yield* post(operator, "/twice/activate")).status, 200)
    })
  )

  it.effect("are commanded once for one Idempotency-Key", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      const send = (name: string) =>
        Api.send(path, {
          key,
          method: "POST",
          headers: { "idempotency-key": "once" },
          body: { ...draft, code: "once", ipAddress: "192.0.2.41", name }
        })
      const first = yield* send("the one")
      assert.deepStrictEqual((yield* send("the one")).body, first.body)
      assert.strictEqual((yield* send("another")).status, 409)
      assert.strictEqual((yield* Api.send(`${path}/once/timeline`, { key })).body.items.length, 1)
    })
  )
})
