import { assert, layer } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { makeApiClient } from "../../../src/http/api/ApiClient.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import { seed } from "../../layers/storage/SampleRows.ts"
import * as Api from "./ApiFixture.ts"

/** Of everything there can be, something is known: none of these is ever not found. */
const alwaysFound = new Set(["get /api/v1/fraud/threat/{number}", "put /api/v1/message-domains/{domain}"])

/** What is sent to many, or makes what is not there, is never not found; nor does it wait for an actor. */
const ofMany = new Set(["/api/v1/messages/search", "/api/v1/messages/replay", "/api/v1/users"])
const portal = "/api/v1/portal/"
const withoutActor = new Set([
  "/api/v1/users",
  "/api/v1/users/{userId}/reset",
  ...ofMany,
  "/api/v1/certificates/verify",
  "/api/v1/messages/{messageId}/replay",
  "/api/v1/message-domains/{domain}/rotate-secret"
])

const Document = Schema.Struct({
  openapi: Schema.String,
  paths: Schema.Record(
    Schema.String,
    Schema.Record(
      Schema.String,
      Schema.Struct({
        operationId: Schema.String,
        summary: Schema.String,
        security: Schema.Unknown,
        responses: Schema.Record(
          Schema.String,
          // An answer without a body has no content.
          Schema.Struct({ content: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)) })
        )
      })
    )
  )
})

const document = Effect.gen(function* () {
  const { status, text } = yield* Api.send("/openapi.json")
  assert.strictEqual(status, 200)
  return yield* Schema.decodeEffect(Schema.fromJsonString(Document))(text)
})

const clientAs = Effect.fnUntraced(function* (role: string) {
  return yield* makeApiClient({ baseUrl: yield* Api.baseUrl, apiKey: Redacted.make(yield* Api.keyOf(role)) })
})

/** Every `$ref` of a document. */
const refsOf = (value: unknown): ReadonlyArray<string> =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        key === "$ref" && typeof inner === "string" ? [inner] : refsOf(inner)
      )

const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined

const resolve = (root: unknown, ref: string): unknown =>
  ref
    .slice(2)
    .split("/")
    .reduce((value, key) => member(value, key.replaceAll("~1", "/").replaceAll("~0", "~")), root)

layer(Api.layer, { excludeTestServices: true })("the contract", (it) => {
  it.effect("is told as OpenAPI without a key, and nothing in it points nowhere", () =>
    Effect.gen(function* () {
      const { openapi, paths } = yield* document
      assert.match(openapi, /^3\.1\./)
      const { body } = yield* Api.send("/openapi.json")
      for (const ref of refsOf(body)) assert.isDefined(resolve(body, ref), ref)
      const ids = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
      assert.strictEqual(new Set(ids).size, ids.length)
      assert.isAtLeast(ids.length, 18)
    })
  )

  it.effect("names the errors of every operation, all of them problem details", () =>
    Effect.gen(function* () {
      const { paths } = yield* document
      for (const [path, methods] of Object.entries(paths).filter(([each]) => !each.startsWith(portal))) {
        for (const [method, { responses, security, summary }] of Object.entries(methods)) {
          const expected = ["200", "400", "401", "403", "429", "500", "503"]
          if (method === "post") expected.push("409", "413", "415")
          if (method === "post" && !ofMany.has(path)) expected.push("404")
          if (method === "post" && !withoutActor.has(path)) expected.push("504")
          if (path.includes("{") && !alwaysFound.has(`${method} ${path}`)) expected.push("404")
          assert.includeMembers(Object.keys(responses), expected, `${method} ${path}`)
          for (const [status, { content }] of Object.entries(responses)) {
            if (status !== "200") assert.deepStrictEqual(Object.keys(content ?? {}), ["application/problem+json"])
          }
          assert.deepStrictEqual(security, [{ apiKey: [] }])
          assert.isNotEmpty(summary)
        }
      }
    })
  )

  it.effect("of the portal wants a person's token, but where people come in", () =>
    Effect.gen(function* () {
      const { paths } = yield* document
      const here = Object.entries(paths).filter(([each]) => each.startsWith(portal))
      assert.isAtLeast(here.length, 12)
      for (const [path, methods] of here) {
        for (const [method, { responses, security, summary }] of Object.entries(methods)) {
          const isOpen = path.startsWith(`${portal}auth/`)
          assert.deepStrictEqual(security, isOpen ? [] : [{ portalToken: [] }], path)
          const expected = ["400", "429", "500", "503", ...(isOpen ? [] : ["401"])]
          if (method === "post") expected.push("413", "415")
          if (path.includes("{")) expected.push("404", "403")
          assert.includeMembers(Object.keys(responses), expected, `${method} ${path}`)
          assert.isNotEmpty(summary)
        }
      }
    })
  )

  it.effect("has a page that needs nothing from elsewhere", () =>
    Effect.gen(function* () {
      const { text, headers, status } = yield* Api.send("/docs")
      assert.deepStrictEqual([status, headers.get("content-type")?.split(";")[0]], [200, "text/html"])
      assert.notMatch(text, /<(script|link|img)[^>]+(src|href)="?https?:/)
      assert.include(text, "withDefaultFonts")
    })
  )

  it.effect("gives a client rows, and problems as typed errors", () =>
    Effect.gen(function* () {
      yield* seed
      const client = yield* clientAs("operator")
      const { items, nextCursor } = yield* client.numbers.list({ query: { areaCode: "212", limit: 2 } })
      assert.deepStrictEqual(
        items.map(({ e164 }) => e164),
        ["+12125550100", "+12125550101"]
      )
      const rest = yield* client.numbers.list({ query: { areaCode: "212", cursor: nextCursor ?? "" } })
      assert.deepStrictEqual([rest.items.length, rest.nextCursor], [3, null])

      const state = yield* client.numbers.block({
        params: { e164: "+12125550100" },
        headers: { "idempotency-key": "a" }
      })
      assert.strictEqual(state.status, "blocked")

      const error = yield* Effect.flip(client.numbers.block({ params: { e164: "+12125550002" }, headers: {} }))
      assert.strictEqual(error._tag, "NumberNotAvailable")
      if (error._tag === "NumberNotAvailable") assert.deepStrictEqual([error.status, error.heldBy], [409, "77"])

      const forbidden = yield* Effect.flip(
        (yield* clientAs("viewer")).backorders.cancel({
          params: { backorderId: "1-1" },
          headers: {},
          payload: { reason: "x" }
        })
      )
      assert.strictEqual(forbidden._tag, "Forbidden")
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.effect("tells the vendors' circuits", () =>
    Effect.gen(function* () {
      const client = yield* clientAs("viewer")
      assert.deepStrictEqual(yield* client.system.vendors(), { items: [] })
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.effect("tells a number's history in plain words, page by page", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const hold = { orderId: "101", line: 1, vendor: "plivo", country: "US", backorderId: null }
      yield* journal.append({
        entityType: "PhoneNumber",
        entityId: "+13125550100",
        expectedVersion: 0,
        previousHash: "",
        events: [
          { type: "NumberReserved", payload: { _tag: "NumberReserved", hold } },
          { type: "NumberOrdering", payload: { _tag: "NumberOrdering", reference: "101-1" } },
          { type: "NumberOrdered", payload: { _tag: "NumberOrdered", vendorOrderId: "v9" } },
          { type: "NumberActivated", payload: { _tag: "NumberActivated", inventoryLogId: "L1" } },
          { type: "NumberBlockFailed", payload: { _tag: "NumberBlockFailed", detail: "tool is down" } },
          { type: "NumberBlocked", payload: { _tag: "NumberBlocked" } },
          { type: "NumberPainted", payload: { _tag: "NumberPainted" } }
        ]
      })
      const client = yield* clientAs("viewer")
      const params = { e164: "+13125550100" }
      const first = yield* client.numbers.timeline({ params, query: { limit: 4 } })
      const rest = yield* client.numbers.timeline({ params, query: { limit: 4, cursor: first.nextCursor ?? "" } })
      assert.deepStrictEqual([first.orderId, rest.nextCursor], ["101", null])
      assert.deepStrictEqual(
        [...first.items, ...rest.items].map(({ version, summary }) => `${version} ${summary}`),
        [
          "1 Reserved at plivo for line 1 of ticket 101",
          "2 Order sent to the vendor under reference 101-1",
          "3 Bought, vendor's order v9",
          "4 Added to inventory, log L1",
          "5 Not blocked: tool is down",
          "6 Blocked",
          "7 NumberPainted"
        ]
      )
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )
})
