import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MessageDomainDesk } from "../../src/entities/MessageDomainDesk.ts"
import { Journal } from "../../src/layers/storage/Journal.ts"
import { MessageIntake } from "../../src/layers/storage/MessageIntake.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { eventually, getJson, postJson, send } from "../fixtures/PlaneRequests.ts"
import * as TestPlane from "../fixtures/TestPlane.ts"

const accept = Effect.fnUntraced(function* (first: number, many: number) {
  return yield* (yield* MessageIntake).accept(
    Array.from({ length: many }, (_, n) => ({
      messageId: null,
      idempotencyKey: null,
      clientId: "client-1",
      domain: "default",
      senderNumber: `+23480312345${10 + (n % 5)}`,
      body: `hello #${first + n}`,
      metadata: null
    }))
  )
})

const sunk = (isSo: (report: { readonly messages: number }) => boolean) =>
  Effect.flatMap(Sandbox, ({ sink }) => eventually(sink, isSo))

describe("clients' messages", () => {
  it.live("end in the sandbox's sink in the order of their senders, and operators see how they got there", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      // Taken, but the answer is lost: the sink sees those again, under the same delivery key.
      yield* sandbox.setFaults([
        { vendor: "sink", kind: "timeoutAfterCommit", operation: "receive", holdMillis: 10, times: 2 }
      ])
      const put = yield* send("GET", "/api/v1/message-domains/default")
      assert.deepInclude(put.body, { domain: "default", enabled: true, retentionDays: 180, maxAttempts: 10_000 })
      yield* (yield* MessageDomainDesk).put("ada", "default", { firstRetrySeconds: 1, maxRetrySeconds: 1 })
      const [first] = yield* accept(0, 20)
      yield* sunk(({ messages }) => messages === 20)
      assert.deepInclude(yield* sandbox.sink, { unsigned: 0, malformed: 0, outOfOrder: 0 })
      const shown = yield* eventually(
        send("GET", `/api/v1/messages/${first?.messageId}`),
        ({ body }) => body.status === "delivered" || body.attempts > 0
      )
      assert.deepInclude(shown.body, { clientId: "client-1", domain: "default", sender: "+234******4510" })
      assert.notInclude(JSON.stringify(yield* getJson("/api/v1/messages?limit=20")), "hello")
      const read = yield* getJson(`/api/v1/messages/${first?.messageId}/body`)
      assert.deepInclude(read, { senderNumber: "+2348031234510", body: "hello #0" })
      const { events } = yield* (yield* Journal).load("Message", first?.messageId ?? "")
      assert.deepStrictEqual(
        events.map(({ payload, type }) => [type, payload]),
        [["MessageBodyRead", { _tag: "MessageBodyRead", by: "test" }]]
      )
      const stats = yield* getJson("/api/v1/messages/stats")
      assert.deepInclude(stats.items[0], { domain: "default", failed: 0, dead: 0, acceptedLastHour: 20 })
    }).pipe(Effect.provide(TestPlane.layer()), Effect.scoped)
  )

  it.live("that the sink refuses for good are listed, and delivered once more when somebody says so", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.setFaults([{ vendor: "sink", kind: "unauthorized", operation: "receive" }])
      yield* accept(0, 10)
      const failed = yield* eventually(
        getJson("/api/v1/messages?status=failed&limit=200"),
        ({ items }) => items.length === 10
      )
      assert.match(failed.items[0].error, /^HTTP 401/)
      const search = { senderNumber: "+2348031234512", status: "failed" }
      assert.strictEqual((yield* postJson("/api/v1/messages/search", { body: search })).items.length, 2)
      yield* sandbox.setFaults([])
      const [one] = failed.items
      const again = yield* postJson(`/api/v1/messages/${one.messageId}/replay`)
      assert.deepInclude(again, { status: "queued", attempts: 0, error: null })
      yield* sunk(({ messages }) => messages === 1)
      const refused = yield* eventually(
        send("POST", `/api/v1/messages/${one.messageId}/replay`),
        ({ body }) => body.messageStatus !== "processing"
      )
      assert.deepInclude(refused.body, {
        type: "urn:tandem:problem:message-status-refused",
        messageStatus: "delivered"
      })
      const all = { domain: "default", status: "failed" }
      assert.deepStrictEqual(yield* postJson("/api/v1/messages/replay", { body: all }), { replayed: 9 })
      yield* sunk(({ messages }) => messages === 10)
      const { events } = yield* (yield* Journal).load("MessageDomain", "default")
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["MessageDomainSet", "MessagesReplayed"]
      )
    }).pipe(Effect.provide(TestPlane.layer()), Effect.scoped)
  )
})
