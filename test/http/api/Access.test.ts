import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import type { HttpApiEndpoint } from "effect/http-api"
import { SqlClient } from "effect/sql"
import { RequiredRole } from "../../../src/http/api/Authorization.ts"
import { TandemApi } from "../../../src/http/api/TandemApi.ts"
import { ApiKeys } from "../../../src/layers/storage/ApiKeys.ts"
import * as Api from "./ApiFixture.ts"

const problemOf = ({ status, body }: Api.Answer) => [status, body.type?.replace("urn:tandem:problem:", "")]

layer(Api.layer, { excludeTestServices: true })("who may call", (it) => {
  it.effect("nobody without a key", () =>
    Effect.gen(function* () {
      const answer = yield* Api.send("/api/v1/orders")
      assert.deepStrictEqual(problemOf(answer), [401, "unauthorized"])
      assert.strictEqual(answer.headers.get("www-authenticate"), 'Bearer realm="tandem"')
      assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
    })
  )

  it.effect("nobody with another scheme", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      const answer = yield* Api.send("/api/v1/orders", { headers: { authorization: `Basic ${btoa(`${key}:`)}` } })
      assert.strictEqual(answer.status, 401)
    })
  )

  const wrong = {
    "no key of ours": () => "one-that-was-never-given-out",
    "an unknown id": (key: string) => key.replace(/^tdm_[0-9a-f]{12}/, "tdm_000000000000"),
    "a wrong secret": (key: string) => key.slice(0, -1) + (key.endsWith("A") ? "B" : "A"),
    "more than a key": (key: string) => `${key}x`,
    "SQL for an id": (key: string) => key.replace(/^tdm_[0-9a-f]{12}/, "tdm_'OR''='"),
    "a very long key": (key: string) => key + "a".repeat(4000)
  }
  for (const [name, change] of Object.entries(wrong)) {
    it.effect(`nobody with ${name}`, () =>
      Effect.gen(function* () {
        const key = change(yield* Api.keyOf("admin"))
        const answer = yield* Api.send("/api/v1/orders", { key })
        assert.deepStrictEqual(problemOf(answer), [401, "unauthorized"])
        assert.notInclude(JSON.stringify(answer.body), key.slice(17))
      })
    )
  }

  it.effect("nobody with a revoked key, from the moment it is revoked", () =>
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const { id, key } = yield* keys.create({ name: "short-lived", role: "viewer" })
      const ask = Api.send("/api/v1/orders", { key: Redacted.value(key) })
      assert.strictEqual((yield* ask).status, 200)
      assert.isTrue(yield* keys.revoke(id))
      assert.deepStrictEqual(problemOf(yield* ask), [401, "unauthorized"])
    })
  )

  it.effect("nobody whose key has a role that this version does not know", () =>
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const sql = yield* SqlClient.SqlClient
      const { id, key } = yield* keys.create({ name: "from the future", role: "viewer" })
      yield* sql`UPDATE api_keys SET role = 'emperor' WHERE key_id = ${id}`
      const answer = yield* Api.send("/api/v1/orders", { key: Redacted.value(key) })
      assert.deepStrictEqual(problemOf(answer), [401, "unauthorized"])
    })
  )

  it.effect("only those whose role suffices", () =>
    Effect.gen(function* () {
      const answers: Record<string, ReadonlyArray<unknown>> = {}
      for (const role of ["viewer", "operator", "admin"]) {
        const key = yield* Api.keyOf(role)
        const get = yield* Api.send("/api/v1/orders", { key })
        const post = yield* Api.send("/api/v1/numbers/+12125550100/block", { key, method: "POST" })
        const replay = yield* Api.send("/api/v1/dead-letters/999/replay", { key, method: "POST" })
        answers[role] = [get.status, post.status, replay.status]
      }
      assert.deepStrictEqual(answers, {
        viewer: [200, 403, 403],
        operator: [200, 200, 403],
        admin: [200, 200, 404]
      })
    })
  )

  it.effect("a refusal says which role is needed", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("viewer")
      const { body } = yield* Api.send("/api/v1/tickets/1/replay", { key, method: "POST" })
      assert.deepStrictEqual(
        [body.type, body.role, body.requiredRole],
        ["urn:tandem:problem:forbidden", "viewer", "operator"]
      )
    })
  )

  it.effect("what changes nothing is for viewers, but for what holds secrets or everybody's calls", () =>
    Effect.sync(() => {
      const notForViewers: Array<string> = []
      // They change nothing; what is asked about is too long or too private for an address.
      const questions = new Set(["/api/v1/certificates/verify", "/api/v1/messages/search"])
      for (const group of Object.values(TandemApi.groups)) {
        for (const endpoint of Object.values<HttpApiEndpoint.Top>(group.endpoints)) {
          // No API key opens the portal.
          if (endpoint.path.startsWith("/api/v1/portal/")) continue
          const role = endpoint.annotations.mapUnsafe.get(RequiredRole.key)
          if (endpoint.method === "GET" && role !== "viewer") notForViewers.push(endpoint.path)
          if (endpoint.method !== "GET" && !questions.has(endpoint.path))
            assert.notStrictEqual(role, "viewer", `${endpoint.method} ${endpoint.path}`)
        }
      }
      const secret = (path: string) =>
        path.includes("/subscriptions") ||
        path.includes("/message-domains") ||
        path.startsWith("/api/v1/users") ||
        path.endsWith("/messages/:messageId/body") ||
        path.endsWith("/fraud/calls/export")
      assert.deepStrictEqual(
        notForViewers.filter((path) => !secret(path)),
        []
      )
    })
  )
})

const Slow = Api.layer.pipe(
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ API_RATE_LIMIT_PER_MINUTE: "3" })))
)

layer(Slow, { excludeTestServices: true })("how often", (it) => {
  it.effect("each key has its own limit, and every answer tells what is left", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("viewer")
      const answers: Array<Api.Answer> = []
      for (let n = 0; n < 5; n++) answers.push(yield* Api.send("/api/v1/orders/999", { key }))
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [404, 404, 404, 429, 429]
      )
      assert.deepStrictEqual(
        answers.map(({ headers }) => headers.get("ratelimit-remaining")),
        ["2", "1", "0", "0", "0"]
      )
      const last = answers[4] ?? (yield* Effect.die("no answer"))
      assert.deepStrictEqual([last.body.type, last.body.limitPerMinute], ["urn:tandem:problem:rate-limited", 3])
      assert.strictEqual(last.headers.get("ratelimit-limit"), "3")
      assert.strictEqual(last.headers.get("retry-after"), String(last.body.retryAfterSeconds))
      assert.isTrue(last.body.retryAfterSeconds >= 1 && last.body.retryAfterSeconds <= 20)
      const other = yield* Api.send("/api/v1/orders", { key: yield* Api.keyOf("viewer") })
      assert.strictEqual(other.status, 200)
    })
  )
})
