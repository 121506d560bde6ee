import { assert, describe, it, layer } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Schema } from "effect"
import { ClusterError, EntityAddress, EntityId, EntityType, ShardId } from "effect/cluster"
import { HttpServerResponse } from "effect/http"
import { HttpApiError } from "effect/http-api"
import { TestClock } from "effect/testing"
import { readdirSync, readFileSync } from "node:fs"
import * as RequestProblems from "../../../src/http/api/RequestProblems.ts"
import { askEntity, entityTimeoutMillis } from "../../../src/http/EntityCall.ts"
import { isProblem } from "../../../src/http/Problem.ts"
import { problemOfError } from "../../../src/http/ProblemDetails.ts"
import { asProblemResponse, problemOfCause } from "../../../src/http/ProblemResponse.ts"
import { VendorError } from "../../../src/layers/vendors/VendorError.ts"
import * as Api from "./ApiFixture.ts"

const bodyOf = (response: HttpServerResponse.HttpServerResponse) =>
  Effect.promise(() => HttpServerResponse.toWeb(response).json())

layer(Api.layer, { excludeTestServices: true })("what is told of a refusal", (it) => {
  for (const [path, status, type, members] of [
    ["numbers/+12125550001/block", 404, "number-unknown", { e164: "+12125550001" }],
    ["numbers/+12125550002/block", 409, "number-not-available", { heldBy: "77" }],
    ["numbers/+12125550003/block", 409, "number-status-refused", { numberStatus: "reserved", command: "Block" }],
    ["numbers/+12125550004/block", 502, "number-action-refused", { action: "Block", retryable: true }],
    ["numbers/+12125550005/block", 500, "command-parked", { deadLetterId: "9", command: "Block" }],
    ["numbers/+12125550006/block", 503, "journal-unavailable", { retryAfterSeconds: 1 }],
    ["backorders/404-1/check-now", 404, "backorder-unknown", { backorderId: "404-1" }],
    ["backorders/409-1/check-now", 409, "backorder-status-refused", { backorderStatus: "filled" }],
    ["backorders/502-1/check-now", 502, "backorder-action-refused", { retryable: false }],
    ["tickets/4041/replay", 404, "order-unknown", { orderId: "4041" }],
    ["tickets/4091/replay", 409, "order-status-refused", { orderStatus: "completed" }],
    ["tickets/4040/replay", 404, "ticket-unknown", { ticketId: "4040" }],
    ["tickets/5020/replay", 502, "vendor-refused", { vendor: "zendesk", reason: "Unauthorized" }],
    ["tickets/5030/replay", 503, "vendor-unavailable", { vendor: "zendesk", retryAfterSeconds: 1 }]
  ] as const) {
    it.effect(`POST ${path} is ${status} ${type}`, () =>
      Effect.gen(function* () {
        const answer = yield* Api.send(`/api/v1/${path}`, { key: yield* Api.keyOf("operator"), method: "POST" })
        assert.strictEqual(answer.status, status)
        assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        const { body } = answer
        assert.strictEqual(body.type, `urn:tandem:problem:${type}`)
        assert.strictEqual(body.status, status)
        assert.isNotEmpty(body.title)
        assert.isNotEmpty(body.detail)
        assert.strictEqual(body.instance, answer.headers.get("x-request-id"))
        for (const [name, value] of Object.entries(members)) assert.strictEqual(body[name], value)
        const retryAfter = "retryAfterSeconds" in members ? String(members.retryAfterSeconds) : null
        assert.strictEqual(answer.headers.get("retry-after"), retryAfter)
        assert.notMatch(JSON.stringify(body), /secret|\.ts:|\s+at /)
      })
    )
  }
})

describe("a call to an actor", () => {
  const address = EntityAddress.make({
    shardId: ShardId.make("default", 1),
    entityType: EntityType.make("PhoneNumber"),
    entityId: EntityId.make("+12125550100")
  })

  it.effect("that is silent ends in a time-out of its own", () =>
    Effect.gen(function* () {
      const call = yield* Effect.forkChild(askEntity(Effect.never))
      yield* TestClock.adjust(entityTimeoutMillis - 1)
      assert.isUndefined(call.pollUnsafe())
      yield* TestClock.adjust(1)
      const error = yield* Effect.flip(Fiber.join(call))
      assert.deepStrictEqual([error._tag, error.status, error.timeoutMillis], ["EntityTimeout", 504, 25_000])
    })
  )

  it.effect("whose mailbox is full, or that no node can take, is busy", () =>
    Effect.gen(function* () {
      for (const error of [
        new ClusterError.MailboxFull({ address }),
        new ClusterError.EntityNotAssignedToRunner({ address }),
        new ClusterError.PersistenceError({ cause: "postgres://secret" })
      ]) {
        const problem = yield* Effect.flip(askEntity(Effect.fail(error)))
        assert.deepStrictEqual([problem._tag, problem.status], ["EntityBusy", 503])
        assert.notInclude(JSON.stringify(problem), "secret")
      }
    })
  )
})

describe("what no route has answered", () => {
  it.effect("a mistake of ours tells nothing but the request's id", () =>
    Effect.gen(function* () {
      const response = yield* problemOfCause(Cause.die(new Error("password=hunter2"))).pipe(Effect.withSpan("request"))
      const body = yield* bodyOf(response)
      assert.deepStrictEqual([response.status, body.type], [500, "urn:tandem:problem:internal-error"])
      assert.match(body.instance, /^[0-9a-f]{32}$/)
      assert.notInclude(JSON.stringify(body), "hunter2")
    })
  )

  it.effect("a client that has gone is not answered", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(problemOfCause(Cause.interrupt(1)))
      assert.isTrue(Exit.hasInterrupts(exit))
    })
  )

  it.effect("bare refusals of the framework become problems, other answers stay", () =>
    Effect.gen(function* () {
      for (const [status, type] of [
        [400, "invalid-request"],
        [404, "not-found"],
        [413, "body-too-large"],
        [415, "unsupported-media-type"],
        [500, "internal-error"]
      ] as const) {
        const body = yield* bodyOf(yield* asProblemResponse(HttpServerResponse.text("no", { status })))
        assert.strictEqual(body.type, `urn:tandem:problem:${type}`)
      }
      const json = HttpServerResponse.jsonUnsafe({ status: "error" }, { status: 500 })
      assert.strictEqual(yield* asProblemResponse(json), json)
    })
  )

  it("a schema error of a request lists the wrong values without showing them, one of an answer is our mistake", () => {
    const decode = Schema.decodeUnknownExit(
      Schema.Struct({ token: Schema.Int, name: Schema.String, list: Schema.Array(Schema.Int) }),
      { errors: "all" }
    )
    const exit = decode({ token: "tdm_secret", list: [1, "tdm_secret"] })
    const cause = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
    assert.isTrue(Schema.isSchemaError(cause))
    if (!Schema.isSchemaError(cause)) return
    const problem = problemOfError(new HttpApiError.HttpApiSchemaError({ kind: "Payload", cause }))
    assert.strictEqual(problem.status, 400)
    assert.deepStrictEqual(
      problem instanceof RequestProblems.InvalidRequest ? problem.issues.map(({ path }) => path) : [],
      [
        ["payload", "token"],
        ["payload", "name"],
        ["payload", "list", 1]
      ]
    )
    assert.notInclude(JSON.stringify(problem), "tdm_secret")
    assert.strictEqual(problemOfError(new HttpApiError.HttpApiSchemaError({ kind: "Body", cause })).status, 500)
  })

  it("a vendor's Retry-After is passed on in whole seconds", () => {
    const error = VendorError.of({
      vendor: "plivo",
      operation: "buy",
      reason: "RateLimited",
      detail: "slow down",
      retryAfterMillis: 2_100
    })
    const problem = problemOfError(error)
    assert.deepStrictEqual([problem.status, "retryAfterSeconds" in problem && problem.retryAfterSeconds], [503, 3])
  })
})

describe("the list of problems", () => {
  const root = new URL("../../../", import.meta.url)
  const read = (path: string) => readFileSync(new URL(path, root), "utf8")
  const sources = readdirSync(new URL("src/http", root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("Problems.ts"))
    .map((path) => read(`src/http/${path}`))
  const declared = sources.flatMap((source) => [
    ...source.matchAll(/type: "urn:tandem:problem:([a-z-]+)",\s+status: (\d{3})/g)
  ])

  it("names each type once, with its status, and no other", () => {
    const listed = [...read("docs/problems.md").matchAll(/^\| `urn:tandem:problem:([a-z-]+)` \| (\d{3}) \|/gm)]
    const pairs = (matches: ReadonlyArray<RegExpMatchArray>) => matches.map(([, type, status]) => `${type} ${status}`)
    assert.isAtLeast(declared.length, 30)
    assert.deepStrictEqual(pairs(listed).toSorted(), pairs(declared).toSorted())
  })

  it("holds nothing that is no problem", () => {
    assert.isFalse(isProblem(new Error("urn:tandem:problem:x")))
    assert.isFalse(isProblem({ type: "urn:tandem:problem:x" }))
  })
})
