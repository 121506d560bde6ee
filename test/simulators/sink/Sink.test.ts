import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Webhook } from "standardwebhooks"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { sandboxCredentials } from "../../../src/simulators/SandboxCredentials.ts"

const bodyOf = (messageId: string, text: string) =>
  JSON.stringify({
    message_id: messageId,
    client_id: "client-1",
    domain: "default",
    sender_number: "+2348031234567",
    message_body: text,
    metadata: null,
    queued_at: "2026-01-01T00:00:00.000Z",
    attempt: 1
  })

const post = Effect.fnUntraced(function* (id: string, body: string, secret = sandboxCredentials.sink.secret) {
  const { urls } = yield* Sandbox
  const at = new Date()
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body)
  }
  return yield* Effect.promise(async () => (await fetch(urls.sink, { method: "POST", headers, body })).status)
})

const read = (path: string) =>
  Effect.flatMap(Sandbox, ({ urls }) => Effect.promise(async () => (await fetch(`${urls.sink}${path}`)).json()))

describe("the sink", () => {
  it.live("takes what is signed, counts repeats of a delivery key, and sees what comes out of order", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* post("m1", bodyOf("m1", "a #1")), 202)
      assert.strictEqual(yield* post("m3", bodyOf("m3", "a #3")), 202)
      assert.strictEqual(yield* post("m1", bodyOf("m1", "a #1")), 202)
      assert.strictEqual(yield* post("m2", bodyOf("m2", "a #2")), 202)
      assert.strictEqual(yield* post("m4", bodyOf("m4", "a #4"), `whsec_${btoa("x".repeat(32))}`), 401)
      assert.strictEqual(yield* post("m4", bodyOf("m5", "a #4")), 400)
      const report = yield* read("")
      assert.deepInclude(report, { received: 4, messages: 3, repeats: 1, unsigned: 1, malformed: 1, outOfOrder: 1 })
      assert.notInclude(JSON.stringify(report), "+234")
      const { items } = yield* read("/messages?after=1&limit=1")
      assert.deepStrictEqual(
        items.map(({ messageId, times }: { messageId: string; times: number }) => [messageId, times]),
        [["m3", 1]]
      )
    }).pipe(Effect.provide(Sandbox.layer({ host: "127.0.0.1", port: 0 })), Effect.scoped)
  )

  it.live("fails as often as it is told to, and is asked about without a fault", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.setFaults([{ vendor: "sink", kind: "serverError" }])
      assert.strictEqual(yield* post("m1", bodyOf("m1", "a")), 500)
      assert.deepInclude(yield* read(""), { received: 0 })
    }).pipe(Effect.provide(Sandbox.layer({ host: "127.0.0.1", port: 0 })), Effect.scoped)
  )
})
