import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Webhook } from "standardwebhooks"
import { signedHeaders } from "../../../src/layers/webhooks/StandardSignature.ts"
import { answerTimeoutMillis, WebhookSender } from "../../../src/layers/webhooks/WebhookSender.ts"
import { eventually } from "../../fixtures/PlaneRequests.ts"
import { makeReceiver } from "./Receiver.ts"

const senderWith = (values: Record<string, string>) =>
  WebhookSender.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(values))))
const open = senderWith({ WEBHOOKS_OUT_ALLOW_PRIVATE: "true" })
const guarded = senderWith({})

const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`

describe("a message", () => {
  it.live("arrives as it was signed", () =>
    Effect.gen(function* () {
      const receiver = yield* makeReceiver(() => ({ status: 204 }))
      const sender = yield* WebhookSender
      const body = JSON.stringify({ type: "webhook.test", words: "Ọjọ́" })
      const headers = signedHeaders(secret, "msg_1", Date.now(), body)
      const { status } = yield* sender.send({ url: receiver.url, headers, body })
      assert.strictEqual(status, 204)
      const [message] = receiver.messages
      assert(message)
      const signed = message.headers as Record<string, string>
      assert.deepStrictEqual(new Webhook(secret).verify(message.body, signed), JSON.parse(body))
      assert.throws(() => new Webhook(secret).verify(`${message.body} `, signed))
    }).pipe(Effect.provide(open), Effect.scoped)
  )

  it.live("is answered by anything: of a long answer only the beginning is read, and no redirect is followed", () =>
    Effect.gen(function* () {
      const other = yield* makeReceiver(() => ({ status: 200 }))
      const receiver = yield* makeReceiver((n) =>
        n === 0
          ? { status: 500, body: "x".repeat(10_000_000) }
          : { status: 302, headers: { location: other.url, "retry-after": "7" } }
      )
      const sender = yield* WebhookSender
      const request = { url: receiver.url, headers: {}, body: "{}" }
      const long = yield* sender.send(request)
      assert.deepStrictEqual([long.status, long.text.length], [500, 300])
      assert.deepStrictEqual(yield* sender.send(request), { status: 302, text: "", retryAfterSeconds: 7 })
      assert.strictEqual(other.messages.length, 0)
    }).pipe(Effect.provide(open), Effect.scoped)
  )

  it.effect("is given up when no answer comes in time", () =>
    Effect.gen(function* () {
      const receiver = yield* makeReceiver(() => "silence")
      const sender = yield* WebhookSender
      const sending = yield* Effect.forkChild(Effect.flip(sender.send({ url: receiver.url, headers: {}, body: "{}" })))
      yield* TestClock.withLive(
        eventually(
          Effect.sync(() => receiver.messages.length),
          (count) => count === 1
        )
      )
      yield* TestClock.adjust(answerTimeoutMillis)
      assert.strictEqual((yield* Fiber.join(sending)).detail, "there was no answer in time")
    }).pipe(Effect.provide(open), Effect.scoped)
  )
})

describe("nothing is sent", () => {
  const nowhere = [
    "http://hooks.example.com/x",
    "https://127.0.0.1/x",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://[::1]/x",
    "https://[::ffff:10.0.0.1]/x",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/x",
    "https://api.localhost/x",
    "https://user:password@hooks.example.com/",
    "ftp://hooks.example.com/"
  ]
  for (const url of nowhere) {
    it.live(`to ${url}`, () =>
      Effect.gen(function* () {
        const sender = yield* WebhookSender
        assert.isString(sender.refusal(url))
        const error = yield* Effect.flip(sender.send({ url, headers: {}, body: "{}" }))
        assert.include(error.detail, "nothing is sent there")
      }).pipe(Effect.provide(guarded))
    )
  }

  it.live("by plain HTTP to another machine, also when private networks are allowed", () =>
    Effect.gen(function* () {
      const sender = yield* WebhookSender
      assert.isString(sender.refusal("http://10.0.0.1/x"))
      assert.isUndefined(sender.refusal("https://10.0.0.1/x"))
      assert.isUndefined(sender.refusal("http://localhost:9/x"))
    }).pipe(Effect.provide(open))
  )
})
