import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { connect } from "node:net"
import * as Api from "./ApiFixture.ts"
import { Commands } from "./TestEntities.ts"

const hostile = [
  "' OR '1'='1",
  "1; DROP TABLE orders; --",
  "\\'; SELECT pg_sleep(10); --",
  "+12125550100' UNION SELECT secret_hash FROM api_keys --",
  "x\r\nSet-Cookie: a=b",
  "a\0b",
  "../../etc/passwd",
  "%00",
  "\ud83d\ude00",
  "${process.env}",
  "<script>alert(1)</script>",
  "9".repeat(90)
]

const places = [
  (text: string) => `/api/v1/orders/${text}`,
  (text: string) => `/api/v1/backorders/${text}`,
  (text: string) => `/api/v1/numbers/${text}`,
  (text: string) => `/api/v1/numbers/${text}/timeline`,
  (text: string) => `/api/v1/orders?status=${text}`,
  (text: string) => `/api/v1/orders?limit=${text}`,
  (text: string) => `/api/v1/orders?cursor=${text}`,
  (text: string) => `/api/v1/backorders?orderId=${text}1`,
  (text: string) => `/api/v1/numbers?status=${text}`,
  (text: string) => `/api/v1/numbers?vendor=${text}`,
  (text: string) => `/api/v1/numbers?areaCode=${text}`,
  (text: string) => `/api/v1/numbers?orderId=${text}1`,
  (text: string) => `/api/v1/fraud/threat/${text}`,
  (text: string) => `/api/v1/events?after=${text}`
]

/** Bytes as they are, for what no client library would send. */
const raw = (url: string, text: string) =>
  Effect.promise(
    () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(text))
        let answer = ""
        socket.on("data", (chunk) => (answer += chunk.toString()))
        socket.on("close", () => resolve(answer))
        socket.on("error", reject)
      })
  )

layer(Api.layer, { excludeTestServices: true })("bad input", (it) => {
  describe("in every parameter", () => {
    for (const text of hostile) {
      it.effect(JSON.stringify(text).slice(0, 40), () =>
        Effect.gen(function* () {
          const key = yield* Api.keyOf("viewer")
          for (const place of places) {
            const path = place(encodeURIComponent(text.toWellFormed()))
            const answer = yield* Api.send(path, { key })
            assert.include([400, 404], answer.status, path)
            assert.strictEqual(answer.headers.get("content-type"), "application/problem+json", path)
            assert.isNull(answer.headers.get("set-cookie"))
            assert.notMatch(JSON.stringify(answer.body), /SELECT|syntax|\.ts:|node_modules/, path)
          }
        })
      )
    }

    it.effect("and the tables are still there", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        assert.deepStrictEqual(yield* sql`SELECT count(*)::int AS n FROM orders`, [{ n: 0 }])
      })
    )
  })

  describe("in a path", () => {
    for (const path of [
      "/api/v1/numbers/%zz",
      "/api/v1/numbers/%",
      "/api/v1/numbers/%E0%A4%A",
      "//api/v1/orders/%00"
    ]) {
      it.effect(path, () =>
        Effect.gen(function* () {
          const answer = yield* Api.send(path, { key: yield* Api.keyOf("viewer") })
          assert.include([400, 404], answer.status)
          assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
        })
      )
    }
  })

  describe("in a body", () => {
    const path = "/api/v1/numbers/+12125557000/release"
    const bodies: ReadonlyArray<readonly [string, unknown, number, string]> = [
      ["truncated JSON", '{"reason": "a', 400, "invalid-request"],
      ["no JSON", "reason=a", 400, "invalid-request"],
      ["nothing", "", 400, "invalid-request"],
      ["null", "null", 400, "invalid-request"],
      ["a list", [], 400, "invalid-request"],
      ["a wrong type", { reason: 7 }, 400, "invalid-request"],
      ["a missing field", { because: "a" }, 400, "invalid-request"],
      ["an empty reason", { reason: "" }, 400, "invalid-request"],
      ["a zero byte", { reason: "a\0b" }, 400, "invalid-request"],
      ["a line break", { reason: "a\r\nSet-Cookie: b=c" }, 400, "invalid-request"],
      ["a long reason", { reason: "a".repeat(501) }, 400, "invalid-request"],
      ["a prototype", '{"__proto__":{"reason":"a"}}', 400, "invalid-request"],
      ["deep nesting", "[".repeat(100_000), 400, "invalid-request"],
      ["300 KiB", JSON.stringify({ reason: "a".repeat(300 * 1024) }), 413, "body-too-large"]
    ]
    for (const [name, body, status, type] of bodies) {
      it.effect(name, () =>
        Effect.gen(function* () {
          const answer = yield* Api.send(path, { key: yield* Api.keyOf("operator"), method: "POST", body })
          assert.deepStrictEqual([answer.status, answer.body.type], [status, `urn:tandem:problem:${type}`])
        })
      )
    }

    it.effect("of another media type", () =>
      Effect.gen(function* () {
        const answer = yield* Api.send(path, {
          key: yield* Api.keyOf("operator"),
          method: "POST",
          body: "<reason/>",
          headers: { "content-type": "text/xml" }
        })
        assert.deepStrictEqual([answer.status, answer.body.type], [415, "urn:tandem:problem:unsupported-media-type"])
      })
    )

    it.effect("and nothing of it reached an actor", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* Commands, [])
      })
    )
  })

  describe("in what is asked for", () => {
    it.effect("an unknown route", () =>
      Effect.gen(function* () {
        const answer = yield* Api.send("/api/v1/nothing", { key: yield* Api.keyOf("viewer") })
        assert.deepStrictEqual([answer.status, answer.body.type], [404, "urn:tandem:problem:not-found"])
      })
    )

    it.effect("a wrong method", () =>
      Effect.gen(function* () {
        const answer = yield* Api.send("/api/v1/orders", { key: yield* Api.keyOf("viewer"), method: "DELETE" })
        assert.deepStrictEqual([answer.status, answer.body.type], [405, "urn:tandem:problem:method-not-allowed"])
        assert.strictEqual(answer.headers.get("allow"), "HEAD, GET")
      })
    )

    for (const limit of ["0", "201", "-1", "1.5", "abc", "", "1e2000"]) {
      it.effect(`limit=${limit}`, () =>
        Effect.gen(function* () {
          const answer = yield* Api.send(`/api/v1/orders?limit=${limit}`, { key: yield* Api.keyOf("viewer") })
          assert.deepStrictEqual([answer.status, answer.body.issues[0]?.path], [400, ["query", "limit"]])
        })
      )
    }

    it.effect("a header with a line break in it", () =>
      Effect.gen(function* () {
        const key = yield* Api.keyOf("operator")
        const url = yield* Api.baseUrl
        const answer = yield* raw(
          url,
          `POST /api/v1/numbers/+12125557001/block HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
            `Idempotency-Key: a\rSet-Cookie: b=c\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
        )
        assert.match(answer, /^HTTP\/1\.1 400 /)
        assert.notMatch(answer, /set-cookie/i)
      })
    )
  })
})
