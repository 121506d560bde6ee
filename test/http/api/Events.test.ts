import { assert, layer } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { makeApiClient } from "../../../src/http/api/ApiClient.ts"
import { heartbeatSeconds } from "../../../src/http/EventsLive.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import * as Api from "./ApiFixture.ts"

const append = Effect.fnUntraced(function* (entityType: string, entityId: string) {
  const journal = yield* Journal
  const { version, hash } = yield* journal.load(entityType, entityId)
  yield* journal.append({
    entityType,
    entityId,
    expectedVersion: version,
    previousHash: hash,
    events: [{ type: "Noted", payload: { line: "one\ntwo" } }]
  })
})

/** Reads the stream until it holds so many events, then hangs up. */
const readEvents = Effect.fnUntraced(function* (path: string, count: number, headers: Record<string, string> = {}) {
  const key = yield* Api.keyOf("viewer")
  const url = `${yield* Api.baseUrl}${path}`
  return yield* Effect.promise(async (signal) => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}`, ...headers }, signal })
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    while ((text.match(/^id: /gm)?.length ?? 0) < count || !text.endsWith("\n\n")) {
      const { done, value } = await reader.read()
      if (done) break
      text += value
    }
    await reader.cancel()
    const events = text
      .split("\n\n")
      .filter((block) => block.startsWith("id: "))
      .map((block) => {
        const [id = "", data = ""] = block.split("\n")
        return { id: Number(id.slice(4)), data: JSON.parse(data.slice(6)) }
      })
    return { headers: response.headers, text, events }
  })
})

layer(Api.layer, { excludeTestServices: true })("GET /api/v1/events", (it) => {
  it.effect("streams the journal from a position, each event with its position as id", () =>
    Effect.gen(function* () {
      for (const id of ["1", "2", "3"]) yield* append("Order", id)
      yield* append("PhoneNumber", "+12125550100")
      const { events, headers, text } = yield* readEvents("/api/v1/events?after=0", 4)
      assert.strictEqual(headers.get("content-type"), "text/event-stream")
      assert.include(text, ":\n\n")
      assert.deepStrictEqual(
        events.map(({ id, data }) => [id, data.position, data.entityId]),
        [
          [1, 1, "1"],
          [2, 2, "2"],
          [3, 3, "3"],
          [4, 4, "+12125550100"]
        ]
      )
      assert.deepStrictEqual(events[0]?.data.payload, { line: "one\ntwo" })
    })
  )

  it.effect("goes on after Last-Event-ID, which wins over after", () =>
    Effect.gen(function* () {
      const { events } = yield* readEvents("/api/v1/events?after=0", 2, { "last-event-id": "2" })
      assert.deepStrictEqual(
        events.map(({ id }) => id),
        [3, 4]
      )
    })
  )

  it.effect("filters by type and id", () =>
    Effect.gen(function* () {
      const byType = yield* readEvents("/api/v1/events?after=0&entityType=PhoneNumber", 1)
      assert.deepStrictEqual(
        byType.events.map(({ id }) => id),
        [4]
      )
      const byId = yield* readEvents("/api/v1/events?after=0&entityType=Order&entityId=2", 1)
      assert.deepStrictEqual(
        byId.events.map(({ id }) => id),
        [2]
      )
    })
  )

  it.effect("gives the typed client events as they are committed", () =>
    Effect.gen(function* () {
      const client = yield* makeApiClient({
        baseUrl: yield* Api.baseUrl,
        apiKey: Redacted.make(yield* Api.keyOf("viewer"))
      })
      const events = yield* client.events.follow({ query: { after: 4 }, headers: {} })
      yield* append("Order", "9")
      const [first] = yield* Stream.runCollect(Stream.take(events, 1))
      assert.deepStrictEqual([first?.position, first?.entityId, first?.type], [5, "9", "Noted"])
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  for (const value of ["abc", "-1", "1.5", "1e3", "9".repeat(16), "0x10"]) {
    it.effect(`Last-Event-ID: ${value} is refused`, () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("viewer")
        const answer = yield* Api.send("/api/v1/events", { key, headers: { "last-event-id": value } })
        assert.deepStrictEqual([answer.status, answer.body.type], [400, "urn:tandem:problem:invalid-request"])
      })
    )
  }

  it.effect("keeps a silent connection by comments, the first of them at once", () =>
    Effect.gen(function* () {
      assert.isAtMost(heartbeatSeconds, 15)
      const last = yield* (yield* Journal).lastPosition
      const { text } = yield* readEvents(`/api/v1/events?after=${last}`, 0)
      assert.strictEqual(text, ":\n\n")
    })
  )
})
