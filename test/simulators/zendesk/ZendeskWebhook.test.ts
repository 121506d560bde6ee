import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createHmac } from "node:crypto"
import { sandboxCredentials } from "../../../src/simulators/SandboxCredentials.ts"
import { ask, inSandbox } from "../SandboxFixture.ts"
import { type Received, webhookReceiver } from "../WebhookReceiver.ts"

const request = { subject: "Numbers", description: "We need 5 numbers – 212." }

const quick = { deliveryAttemptGapMillis: 5, deliveryLaterMillis: 30 }

const invocation = (received: Received | undefined) => received?.headers["x-zendesk-webhook-invocation-id"]

describe("Zendesk's webhook", () => {
  it.live("is signed over timestamp and raw body, and carries the ticket", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const hook = yield* webhookReceiver()
        yield* inSandbox(
          (sandbox) =>
            Effect.gen(function* () {
              const opened = yield* ask(`${sandbox.baseUrl}/sandbox/zendesk/tickets`, { json: request })
              assert.strictEqual(opened.status, 200)
              const [received] = yield* hook.count(1)
              assert.deepStrictEqual(received?.json, { ticket: { id: opened.json.id, ...request, status: "new" } })
              const timestamp = String(received?.headers["x-zendesk-webhook-signature-timestamp"])
              assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
              const expected = createHmac("sha256", sandboxCredentials.zendesk.webhookSecret)
                .update(timestamp + received?.body)
                .digest("base64")
              assert.strictEqual(received?.headers["x-zendesk-webhook-signature"], expected)
              assert.isString(received?.headers["x-zendesk-account-id"])
              assert.isString(received?.headers["x-zendesk-webhook-id"])
            }),
          { zendeskWebhook: { url: hook.url } }
        )
      })
    )
  )

  it.live("is tried again with the same invocation id, and not after a refusal", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const hook = yield* webhookReceiver([500, 429, 503, 409, 200, 400])
        yield* inSandbox(
          (sandbox) =>
            Effect.gen(function* () {
              const { id } = yield* sandbox.openTicket(request)
              const attempts = yield* hook.count(5)
              assert.strictEqual(new Set(attempts.map(invocation)).size, 1)
              const ended = Effect.map(sandbox.ledger, ({ notifications }) => notifications.ended)
              yield* Effect.repeat(Effect.delay(ended, 5), { until: (all) => all.length === 1 })
              yield* ask(`${sandbox.baseUrl}/sandbox/zendesk/tickets/${id}/redeliver`, { method: "POST" })
              yield* hook.count(6)
              yield* Effect.repeat(Effect.delay(ended, 5), { until: (all) => all.length === 2 })
              assert.notStrictEqual(invocation(hook.received[5]), invocation(hook.received[0]))
              assert.deepStrictEqual(
                (yield* ended).map(({ attempts, outcome, status }) => [outcome, attempts, status]),
                [
                  ["delivered", 5, 200],
                  ["refused", 1, 400]
                ]
              )
              yield* sandbox.redeliverTicket(id, { sameInvocation: true })
              yield* hook.count(7)
              assert.strictEqual(invocation(hook.received[6]), invocation(hook.received[5]))
            }),
          { zendeskWebhook: { url: hook.url }, settings: quick }
        )
      })
    )
  )

  it.live("waits for a receiver that is not there yet", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const hook = yield* webhookReceiver()
        yield* inSandbox((sandbox) =>
          Effect.gen(function* () {
            yield* sandbox.openTicket(request)
            yield* sandbox.setWebhooks({ zendesk: { url: "http://127.0.0.1:9/closed" } })
            yield* Effect.sleep(50)
            assert.strictEqual((yield* sandbox.ledger).notifications.waiting.length, 1)
            const put = yield* ask(`${sandbox.baseUrl}/sandbox/webhooks`, {
              method: "PUT",
              json: { zendesk: { url: hook.url, secret: "other" } }
            })
            assert.strictEqual(put.status, 200)
            const [received] = yield* hook.count(1)
            assert.strictEqual(received?.json.ticket.subject, "Numbers")
          })
        )
      })
    )
  )

  it.live("is given up after its time", () =>
    inSandbox(
      (sandbox) =>
        Effect.gen(function* () {
          yield* sandbox.openTicket(request)
          const ended = Effect.map(sandbox.ledger, ({ notifications }) => notifications.ended)
          const [only] = yield* Effect.repeat(Effect.delay(ended, 10), { until: (all) => all.length > 0 })
          assert.deepInclude(only, { outcome: "givenUp", vendor: "zendesk", status: null })
        }),
      {
        zendeskWebhook: { url: "http://127.0.0.1:9/closed" },
        settings: { ...quick, deliveryGiveUpMillis: 50 }
      }
    )
  )

  it.live("can be lost or come twice", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const hook = yield* webhookReceiver()
        yield* inSandbox(
          (sandbox) =>
            Effect.gen(function* () {
              yield* sandbox.setFaults([
                { vendor: "zendesk", kind: "lostNotification", times: 1 },
                { vendor: "zendesk", kind: "duplicateNotification", times: 1 }
              ])
              const lost = yield* sandbox.openTicket(request)
              const ended = Effect.map(sandbox.ledger, ({ notifications }) => notifications.ended)
              yield* Effect.repeat(Effect.delay(ended, 5), { until: (all) => all.length === 1 })
              const twice = yield* sandbox.openTicket(request)
              const received = yield* hook.count(2)
              assert.deepStrictEqual(
                received.map(({ json }) => json.ticket.id),
                [twice.id, twice.id]
              )
              assert.strictEqual(invocation(received[0]), invocation(received[1]))
              yield* Effect.repeat(Effect.delay(ended, 5), { until: (all) => all.length === 2 })
              assert.deepStrictEqual(
                (yield* ended).map(({ outcome, subject }) => [outcome, subject]),
                [
                  ["lost", String(lost.id)],
                  ["duplicated", String(twice.id)]
                ]
              )
              assert.deepStrictEqual(
                (yield* sandbox.faults).map(({ struck }) => struck),
                [1, 1]
              )
            }),
          { zendeskWebhook: { url: hook.url } }
        )
      })
    )
  )
})
