import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Redacted, Schema, Stream } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { VendorDoor } from "../../../src/layers/vendors/VendorDoor.ts"
import type { VendorErrorReason } from "../../../src/layers/vendors/VendorError.ts"
import { isOk, makeVendorHttp, maxAnswerLength, maxRetryAfterMillis } from "../../../src/layers/vendors/VendorHttp.ts"
import type { Env } from "./VendorSandbox.ts"
import { clientsWith } from "./VendorSandbox.ts"

const Answer = Schema.Struct({ count: Schema.Int })

/** A vendor that answers every request in the same way. */
const vendorThat = (status: number, body: string | ReadableStream, headers: Record<string, string> = {}) =>
  Effect.provideService(
    makeVendorHttp("acme", [Redacted.make("s3cret"), Redacted.make("")]),
    HttpClient.HttpClient,
    HttpClient.make((request) =>
      Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(body, { status, headers })))
    )
  )

const request = HttpClientRequest.get("http://acme.test/")

const refusedWith = Effect.fnUntraced(function* (
  status: number,
  body: string | ReadableStream,
  headers: Record<string, string> = {}
) {
  const http = yield* vendorThat(status, body, headers)
  return yield* Effect.flip(http.json("get", request, Answer))
})

describe("VendorHttp", () => {
  it.effect("decodes a good answer", () =>
    Effect.gen(function* () {
      const http = yield* vendorThat(200, '{"count":3,"more":true}')
      assert.deepStrictEqual(yield* http.json("get", request, Answer), { count: 3 })
      const whole = yield* http.exchange("get", request)
      assert.deepStrictEqual([whole.text, isOk(whole)], ['{"count":3,"more":true}', true])
    })
  )

  it.effect("calls an answer malformed that is no JSON or another document", () =>
    Effect.gen(function* () {
      for (const body of ["", "<html>", '{"count":', '{"count":"three"}', "null"]) {
        const error = yield* refusedWith(200, body)
        assert.deepStrictEqual([error.reason, error.committed, error.vendor], ["Malformed", "unknown", "acme"], body)
      }
    })
  )

  it.effect("tells the reason by the status", () =>
    Effect.gen(function* () {
      const expected: ReadonlyArray<readonly [number, VendorErrorReason, boolean]> = [
        [302, "Malformed", true],
        [400, "Rejected", false],
        [401, "Unauthorized", false],
        [403, "Unauthorized", false],
        [404, "NotFound", false],
        [408, "Timeout", true],
        [409, "Conflict", false],
        [422, "Rejected", false],
        [429, "RateLimited", true],
        [500, "Unavailable", true],
        [503, "Unavailable", true]
      ]
      for (const [status, reason, retryable] of expected) {
        const error = yield* refusedWith(status, "gateway <html>")
        assert.deepStrictEqual([error.reason, error.retryable, error.status], [reason, retryable, status])
        assert.strictEqual(error.detail, `HTTP ${status}`)
      }
    })
  )

  it.effect("quotes the vendor's own words and code, but no secret", () =>
    Effect.gen(function* () {
      const error = yield* refusedWith(400, '{"error":"BadKey","description":"s3cret is no key","details":{"a":["b"]}}')
      assert.deepStrictEqual([error.code, error.detail], ["BadKey", 'BadKey: … is no key: {"a":["b"]}'])
    })
  )

  it.effect("understands Retry-After in seconds and as a date, and believes it up to a limit", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const waits = ["7", "Thu, 01 Jan 2026 00:00:09 GMT", "999999", "soon", "Thu, 01 Jan 2015 00:00:00 GMT"]
      const heard = yield* Effect.forEach(waits, (wait) => refusedWith(429, "{}", { "retry-after": wait }))
      assert.deepStrictEqual(
        heard.map(({ retryAfterMillis }) => retryAfterMillis),
        [7000, 9000, maxRetryAfterMillis, undefined, 0]
      )
    })
  )

  it.effect("stops reading an answer without end", () =>
    Effect.gen(function* () {
      const endless = Stream.toReadableStream(Stream.forever(Stream.succeed(new Uint8Array(1_000_000).fill(32))))
      const error = yield* refusedWith(200, endless)
      assert.deepStrictEqual([error.reason, error.detail.includes(String(maxAnswerLength))], ["Malformed", true])
    })
  )

  it.live("knows a call that surely was not sent from one that may have been", () =>
    Effect.gen(function* () {
      const http = yield* makeVendorHttp("acme", [])
      const closedPort = HttpClientRequest.get("http://127.0.0.1:1/")
      const error = yield* Effect.flip(http.exchange("get", closedPort))
      assert.deepStrictEqual([error.reason, error.committed, error.detail], ["Unreachable", "no", "ECONNREFUSED"])
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
})

const complete: Env = {
  PLIVO_AUTH_ID: "id",
  PLIVO_AUTH_TOKEN: "token",
  INTELIQUENT_CLIENT_ID: "id",
  INTELIQUENT_CLIENT_SECRET: "secret",
  INTELIQUENT_PRIVATE_KEY: "key",
  INTELIQUENT_TRUNK_GROUP: "trunk",
  ZENDESK_BASE_URL: "https://acme.zendesk.com",
  ZENDESK_EMAIL: "agent@acme.test",
  ZENDESK_API_TOKEN: "token",
  MCP_URL: "https://mcp.acme.test/mcp/",
  MCP_USERNAME: "user",
  MCP_PASSWORD: "password",
  MCP_USER_EMAIL: "numbers@acme.test",
  MCP_CARRIER_ID: "1",
  OPENAI_API_KEY: "key"
}

const start = (env: Env) => Effect.exit(VendorDoor.pipe(Effect.asVoid, Effect.provide(clientsWith(env))))

describe("vendor settings", () => {
  it.effect("start with the required ones alone", () =>
    Effect.gen(function* () {
      assert.isTrue(Exit.isSuccess(yield* start(complete)))
    })
  )

  it.effect("a missing one stops the start and is named", () =>
    Effect.gen(function* () {
      for (const name of Object.keys(complete)) {
        const { [name]: _missing, ...rest } = complete
        const exit = yield* start(rest)
        assert.include(Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : "started", name)
      }
    })
  )

  it.effect("a wrong one stops the start and is named", () =>
    Effect.gen(function* () {
      const wrong: Env = {
        PLIVO_BASE_URL: "api.plivo.com",
        INTELIQUENT_BASE_URL: "ftp://services.inteliquent.com",
        INTELIQUENT_TOKEN_URL: "services-token",
        INTELIQUENT_AUTH: "digest",
        ZENDESK_REQUESTS_PER_MINUTE: "many",
        ZENDESK_FIELD_PREFIX: "prefix",
        MCP_TRANSPORT: "stdio",
        MCP_CARRIER_TIER_CA: "1.5",
        OPENAI_BASE_URL: "javascript:alert(1)",
        OPENAI_API_KEY: "",
        PLIVO_AUTH_TOKEN: ""
      }
      for (const [name, value] of Object.entries(wrong)) {
        const exit = yield* start({ ...complete, [name]: value })
        assert.include(Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : "started", name)
      }
    })
  )
})
