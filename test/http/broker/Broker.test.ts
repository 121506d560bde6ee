import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { BrokerPort } from "../../../src/http/broker/BrokerPort.ts"
import type { IssuedView } from "../../../src/http/api/CertificateViews.ts"
import { callBroker, connectBroker } from "../../fixtures/BrokerClient.ts"
import { holderOf } from "../../fixtures/HandshakeCases.ts"
import { getJson, postJson, send } from "../../fixtures/PlaneRequests.ts"
import * as Plane from "../../fixtures/TestPlane.ts"

const issue = Effect.fnUntraced(function* (clientId: string, more: Readonly<Record<string, unknown>> = {}) {
  const { status } = yield* getJson("/api/v1/certificates/authority")
  if (status === "none") yield* send("POST", "/api/v1/certificates/authority", { body: {} })
  const issued: IssuedView = yield* postJson("/api/v1/certificates", { body: { clientId, ...more } })
  return issued
})

const message = { sender_number: "+15551234567", message_body: "Your code is 1234" }

layer(Plane.layer(), { excludeTestServices: true, timeout: "60 seconds" })("a client of the broker", (it) => {
  it.effect("gets a certificate, hands in a message, and follows it", () =>
    Effect.gen(function* () {
      const holder = holderOf(yield* issue("billing"))
      const { url: at } = yield* BrokerPort
      const url = yield* at
      const taken = yield* callBroker(url, holder, { body: message })
      assert.strictEqual(taken.status, 202, JSON.stringify(taken.body))
      assert.deepInclude(taken.body, { status: "queued", client_id: "billing", position: 1 })
      assert.strictEqual(taken.headers["x-ratelimit-limit"], "100")
      assert.strictEqual(taken.headers["x-ratelimit-remaining"], "99")
      const shown = yield* callBroker(url, holder, { path: `/api/v1/messages/${String(taken.body.message_id)}` })
      assert.deepInclude(shown.body, { sender_number: "+155****4567" })
      // It may be on its way by now.
      assert.include(["queued", "processing", "delivered"], shown.body.status)
      const other = holderOf(yield* issue("marketing"))
      const hidden = yield* callBroker(url, other, { path: `/api/v1/messages/${String(taken.body.message_id)}` })
      assert.deepInclude(hidden.body, { error: "not_found" })
    })
  )

  it.effect("is told the same of a message that it sends again, and of another one that there is a conflict", () =>
    Effect.gen(function* () {
      const holder = holderOf(yield* issue("repeater"))
      const url = yield* (yield* BrokerPort).url
      const headers = { "idempotency-key": "order 17" }
      const first = yield* callBroker(url, holder, { body: message, headers })
      const again = yield* callBroker(url, holder, { body: message, headers })
      assert.deepStrictEqual([first.status, again.status], [202, 202])
      assert.strictEqual(first.body.message_id, again.body.message_id)
      const changed = yield* callBroker(url, holder, { body: { ...message, message_body: "else" }, headers })
      assert.deepInclude(changed.body, { error: "conflict" })
      const messageId = randomUUID()
      const own = yield* callBroker(url, holder, { body: { ...message, message_id: messageId } })
      assert.strictEqual(own.body.message_id, messageId)
    })
  )

  it.effect("is told which field is wrong, and the value is not repeated", () =>
    Effect.gen(function* () {
      const holder = holderOf(yield* issue("careless"))
      const url = yield* (yield* BrokerPort).url
      const wrong = yield* callBroker(url, holder, { body: { sender_number: "555-1234", message_body: " " } })
      assert.strictEqual(wrong.status, 400)
      assert.deepInclude(wrong.body, { error: "validation_error" })
      assert.notInclude(JSON.stringify(wrong.body), "555-1234")
      assert.match(String(wrong.body.request_id), /^req_/)
      const notJson = yield* callBroker(url, holder, { text: "{" })
      assert.strictEqual(notJson.status, 400)
      const large = yield* callBroker(url, holder, { text: JSON.stringify({ ...message, more: "x".repeat(70_000) }) })
      assert.strictEqual(large.status, 413)
      const another = { ...message, metadata: { client_id: "somebody else" } }
      const claimed = yield* callBroker(url, holder, { body: another })
      assert.include(JSON.stringify(claimed.body.details), "metadata.client_id")
    })
  )

  it.effect("hands in many at once, each judged on its own", () =>
    Effect.gen(function* () {
      const holder = holderOf(yield* issue("bulk"))
      const url = yield* (yield* BrokerPort).url
      const messages = [message, { ...message, message_body: "" }, message]
      const taken = yield* callBroker(url, holder, { path: "/api/v1/messages/batch", body: { messages } })
      assert.strictEqual(taken.status, 202)
      const results: ReadonlyArray<{ readonly status: string }> = JSON.parse(JSON.stringify(taken.body.results))
      assert.deepStrictEqual(
        results.map(({ status }) => status),
        ["queued", "refused", "queued"]
      )
      const tooMany = { messages: Array.from({ length: 501 }, () => message) }
      const refused = yield* callBroker(url, holder, { path: "/api/v1/messages/batch", body: tooMany })
      assert.strictEqual(refused.status, 400)
    })
  )

  it.effect("is refused without a certificate, with another authority's, and by a header alone", () =>
    Effect.gen(function* () {
      const issued = yield* issue("honest")
      const { ca } = holderOf(issued)
      const url = yield* (yield* BrokerPort).url
      const nobody = yield* callBroker(url, { ca }, { body: message })
      assert.strictEqual(nobody.status, 401)
      const headers = {
        "x-ssl-client-sha256": issued.fingerprint,
        "x-ssl-client-verify": "0",
        "x-ssl-client-cn": "honest"
      }
      const spoofed = yield* callBroker(url, { ca }, { body: message, headers })
      assert.deepInclude(spoofed.body, { error: "authentication_error" })
    })
  )

  it.effect("is cut off within two seconds when its certificate is revoked, and refused from then on", () =>
    Effect.gen(function* () {
      const issued = yield* issue("leaver")
      const holder = holderOf(issued)
      const url = yield* (yield* BrokerPort).url
      const socket = yield* connectBroker(url, holder)
      const closed = Effect.promise(() => once(socket, "close"))
      yield* Effect.sleep("200 millis")
      yield* postJson(`/api/v1/certificates/${issued.serial}/revoke`, {
        body: { note: "left", reason: "keyCompromise" }
      })
      yield* closed.pipe(Effect.timeout("2 seconds"))
      const refused = yield* callBroker(url, holder, { body: message })
      assert.deepStrictEqual([refused.status, refused.body.error], [403, "authorization_error"])
      const shown = yield* getJson(`/api/v1/certificates/${issued.serial}`)
      assert.deepInclude(shown, { status: "revoked", revocationReason: "keyCompromise" })
    })
  )

  it.effect("goes on with both certificates after a renewal", () =>
    Effect.gen(function* () {
      const issued = yield* issue("renewer")
      const url = yield* (yield* BrokerPort).url
      const renewed: IssuedView = yield* postJson("/api/v1/certificates/clients/renewer/renew", { body: {} })
      for (const each of [issued, renewed]) {
        const taken = yield* callBroker(url, holderOf(each), { body: message })
        assert.strictEqual(taken.status, 202)
      }
      const { certificates } = yield* getJson("/api/v1/certificates/clients/renewer")
      assert.deepStrictEqual(
        certificates.map(({ status }: { readonly status: string }) => status),
        ["renewed", "issued"]
      )
    })
  )

  it.effect("is held to its rate and its quota", () =>
    Effect.gen(function* () {
      const limits = { domain: "default", rateLimit: 3, dailyQuota: 2 }
      const holder = holderOf(yield* issue("greedy", { limits }))
      const url = yield* (yield* BrokerPort).url
      const statuses: Array<unknown> = []
      for (let n = 0; n < 4; n++) {
        const { body, status } = yield* callBroker(url, holder, { body: message })
        statuses.push(status === 429 ? body.error : status)
      }
      assert.deepStrictEqual(statuses, [202, 202, "rate_limit_exceeded", "rate_limit_exceeded"])
    })
  )
})
