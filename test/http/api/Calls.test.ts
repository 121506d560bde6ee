import { assert, layer } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { dayMillis } from "../../../src/domain/fraud/calls/CallTimes.ts"
import { makeApiClient } from "../../../src/http/api/ApiClient.ts"
import { CallRecords } from "../../../src/layers/storage/CallRecords.ts"
import { allowed, attempt, blocked, end, noon, untilScored } from "../../layers/storage/calls/SampleCalls.ts"
import * as Api from "./ApiFixture.ts"

const at = (millis: number) => new Date(millis).toISOString()
const period = `from=${at(noon - dayMillis)}&to=${at(noon + dayMillis)}`

const many = 2_345

const seed = Effect.gen(function* () {
  const records = yield* CallRecords
  records.recordAttempt(attempt("masked", { atMillis: noon + 10 }), blocked)
  records.recordAttempt(
    attempt("honest", { atMillis: noon + 20, bNumber: "+2348050000000", gatewayId: "gw-2" }),
    allowed
  )
  yield* untilScored(2)
  yield* records.recordEnds([
    end("masked", { atMillis: noon + 10, answeredAtMillis: null, durationMillis: 0, sipCode: 603 }),
    end("honest", { atMillis: noon + 20, durationMillis: 30_000 }),
    end("unseen", { atMillis: noon + 30, answeredAtMillis: null, durationMillis: 0, sipCode: 503, unchecked: true })
  ])
})

layer(Api.layer, { excludeTestServices: true })("calls", (it) => {
  it.effect("are listed newest first, page by page, and by filter", () =>
    Effect.gen(function* () {
      yield* seed
      const key = yield* Api.keyOf("viewer")
      const ids = (body: Api.Body) => body.items.map(({ callId }) => callId)
      const first = yield* Api.send("/api/v1/fraud/calls?limit=2", { key })
      assert.deepStrictEqual(ids(first.body), ["unseen", "honest"])
      const next = encodeURIComponent(first.body.nextCursor ?? "")
      const second = yield* Api.send(`/api/v1/fraud/calls?limit=2&cursor=${next}`, { key })
      assert.deepStrictEqual([ids(second.body), second.body.nextCursor], [["masked"], null])
      const found = yield* Effect.forEach(
        ["flagged=true", "flagged=false", "b=%2B2348050000000", "a=%2B2340000000000", "gateway=gw-2", "action=block"],
        (query) => Effect.map(Api.send(`/api/v1/fraud/calls?${query}`, { key }), ({ body }) => ids(body))
      )
      assert.deepStrictEqual(found, [["masked"], ["unseen", "honest"], ["honest"], [], ["honest"], ["masked"]])
    })
  )

  it.effect("are explained, with the evidence of each rule", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("viewer")
      const { body, status } = yield* Api.send("/api/v1/fraud/calls/masked", { key })
      assert.strictEqual(status, 200)
      const text = JSON.stringify(body.words)
      for (const said of ["call_masking: 6 callers rang", "was refused", "score 0.951234", "SIP 603"]) {
        assert.include(text, said)
      }
      assert.deepStrictEqual(body.alerts, [])
      const unseen = yield* Api.send("/api/v1/fraud/calls/unseen", { key })
      assert.include(JSON.stringify(unseen.body.words), "without a verdict")
      const unknown = yield* Api.send("/api/v1/fraud/calls/nobody", { key })
      assert.deepStrictEqual([unknown.status, unknown.body.type], [404, "urn:tandem:problem:call-unknown"])
    })
  )

  it.effect("have figures of a period, which is no longer than 31 days", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("viewer")
      const { body } = yield* Api.send(`/api/v1/fraud/calls/summary?${period}`, { key })
      const { byAction, byGateway, from: _, to: __, ...figures } = body
      assert.deepInclude(figures, {
        calls: 3,
        ended: 3,
        answered: 1,
        scored: 2,
        flagged: 1,
        masked: 1,
        degraded: 1,
        unchecked: 1,
        answeredMillis: 30_000
      })
      assert.deepInclude(figures, { asrPercent: 33.33, nerPercent: 50, acdSeconds: 30, maskingPercent: 50 })
      assert.deepStrictEqual(
        [byAction, byGateway].map((slices) => (Array.isArray(slices) ? slices.length : 0)),
        [3, 2]
      )
      const long = `from=${at(noon - 32 * dayMillis)}&to=${at(noon)}`
      const turned = `from=${at(noon)}&to=${at(noon - 1)}`
      for (const query of [long, turned, "", `from=${at(noon)}`]) {
        for (const what of ["summary", "export"]) {
          const admin = yield* Api.keyOf("admin")
          const refused = yield* Api.send(`/api/v1/fraud/calls/${what}?${query}`, { key: admin })
          assert.deepStrictEqual([refused.status, refused.body.type], [400, "urn:tandem:problem:invalid-request"])
        }
      }
    })
  )

  it.effect("are exported by admins, all of them, oldest first", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const start = noon - 5 * dayMillis
      const ids = Array.from({ length: many }, (_, n) => `x${n}`)
      for (let n = 0; n < many; n += 1_000) {
        yield* records.recordEnds(
          ids.slice(n, n + 1_000).map((id, i) => end(id, { atMillis: start + (n + i) * 60_000 }))
        )
      }
      const to = at(start + many * 60_000)
      const viewer = yield* Api.keyOf("operator")
      const refused = yield* Api.send(`/api/v1/fraud/calls/export?from=${at(start)}&to=${to}`, { key: viewer })
      assert.strictEqual(refused.status, 403)
      const key = yield* Api.keyOf("admin")
      const client = yield* makeApiClient({ baseUrl: yield* Api.baseUrl, apiKey: Redacted.make(key) })
      const stream = yield* client.calls.export({ query: { from: at(start), to } })
      const calls = yield* Stream.runCollect(stream)
      assert.deepStrictEqual(
        calls.map(({ callId }) => callId),
        ids
      )
      const raw = yield* Api.send(`/api/v1/fraud/calls/export?from=${at(start)}&to=${at(start + 120_000)}`, { key })
      assert.strictEqual(raw.headers.get("content-type"), "application/x-ndjson")
      assert.strictEqual(raw.text.trimEnd().split("\n").length, 2)
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.effect("stop being exported when the client goes", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      const url = `${yield* Api.baseUrl}/api/v1/fraud/calls/export?from=${at(noon - 5 * dayMillis)}&to=${at(noon)}`
      const some = yield* Effect.promise(async (signal) => {
        const response = await fetch(url, { headers: { authorization: `Bearer ${key}` }, signal })
        const reader = (response.body ?? new ReadableStream()).getReader()
        const { value } = await reader.read()
        await reader.cancel()
        return value?.byteLength ?? 0
      })
      assert.isAbove(some, 0)
      const after = yield* Api.send("/api/v1/fraud/calls?limit=1", { key })
      assert.strictEqual(after.status, 200)
    })
  )
})
