import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { toleranceMillis } from "../../../src/http/webhooks/ZendeskSignature.ts"
import { ZendeskWebhookLive } from "../../../src/http/webhooks/ZendeskWebhook.ts"
import { serving } from "../server/TestServer.ts"
import { TestOrders } from "./TestOrders.ts"
import { deliver, secret, ticketBody } from "./ZendeskSender.ts"

const settings = ConfigProvider.layer(ConfigProvider.fromUnknown({ ZENDESK_WEBHOOK_SECRET: secret }))

const start = Effect.gen(function* () {
  const orders = new TestOrders()
  const origin = yield* serving(ZendeskWebhookLive.pipe(Layer.provide(orders.layer), Layer.provide(settings)))
  return { orders, origin }
})

const statusOf = (answer: { readonly status: number; readonly json: Record<string, unknown> }) => [
  answer.status,
  answer.json["status"]
]

describe("Zendesk's webhook", () => {
  it.live("starts an order for the first delivery of a ticket, under both addresses", () =>
    Effect.gen(function* () {
      const { orders, origin } = yield* start
      const first = yield* deliver(origin, { body: ticketBody(101), invocationId: "one" })
      const old = yield* deliver(origin, { body: ticketBody("102"), path: "/zendesk-webhook", invocationId: "two" })
      assert.deepStrictEqual(
        [statusOf(first), statusOf(old)],
        [
          [200, "success"],
          [200, "success"]
        ]
      )
      assert.deepStrictEqual(
        orders.received.map(({ ticket, commandKey }) => [ticket.ticketId, commandKey]),
        [
          ["101", "zendesk:one"],
          ["102", "zendesk:two"]
        ]
      )
      assert.strictEqual(orders.received[0]?.requestId, first.headers.get("x-request-id"))
    }).pipe(Effect.scoped)
  )

  it.live("takes the flat form too", () =>
    Effect.gen(function* () {
      const { orders, origin } = yield* start
      const body = JSON.stringify({ ticket_id: 7, subject: "Numbers", description: "10 numbers in 305 please", x: [1] })
      assert.deepStrictEqual(statusOf(yield* deliver(origin, { body })), [200, "success"])
      assert.deepStrictEqual(orders.received[0]?.ticket, {
        ticketId: "7",
        subject: "Numbers",
        description: "10 numbers in 305 please"
      })
    }).pipe(Effect.scoped)
  )

  it.live("answers Zendesk's retry of one delivery as before, and another delivery with already processed", () =>
    Effect.gen(function* () {
      const { origin } = yield* start
      const body = ticketBody(5)
      const once = yield* deliver(origin, { body, invocationId: "inv-1" })
      const retried = yield* deliver(origin, { body, invocationId: "inv-1" })
      const second = yield* deliver(origin, { body, invocationId: "inv-2" })
      assert.deepStrictEqual([once, retried, second].map(statusOf), [
        [200, "success"],
        [200, "success"],
        [200, "already processed"]
      ])
    }).pipe(Effect.scoped)
  )

  it.live("lets one of many concurrent deliveries of a ticket be the first", () =>
    Effect.gen(function* () {
      const { origin } = yield* start
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, (_, n) => deliver(origin, { body: ticketBody(9), invocationId: `c-${n}` })),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(answers.filter(({ json }) => json["status"] === "success").length, 1)
      assert.strictEqual(answers.filter(({ json }) => json["status"] === "already processed").length, 19)
    }).pipe(Effect.scoped)
  )

  it.live("leaves tickets on hold, closed tickets and foreign tickets alone", () =>
    Effect.gen(function* () {
      const { orders, origin } = yield* start
      const foreign = { subject: "Invoice", description: "Where can I find last month's invoice? Thank you." }
      const statuses = yield* Effect.forEach(
        [{ status: "hold" }, { status: "On-hold" }, { status: "Closed" }, foreign],
        (more) => Effect.map(deliver(origin, { body: ticketBody(11, more) }), statusOf)
      )
      assert.deepStrictEqual(statuses, [
        [200, "ignored, on hold"],
        [200, "ignored, on hold"],
        [200, "ignored, closed"],
        [200, "ignored, not a number request"]
      ])
      assert.deepStrictEqual(orders.received, [])
      assert.deepStrictEqual(statusOf(yield* deliver(origin, { body: ticketBody(11) })), [200, "success"])
    }).pipe(Effect.scoped)
  )

  it.live("refuses what was not signed with the secret, or not just now", () =>
    Effect.gen(function* () {
      const { orders, origin } = yield* start
      const body = ticketBody(12)
      const seconds = toleranceMillis + 10_000
      const answers = yield* Effect.all([
        deliver(origin, { body, signature: null }),
        deliver(origin, { body, signature: "AAAA" }),
        deliver(origin, { body, ageMillis: seconds }),
        deliver(origin, { body, ageMillis: -seconds })
      ])
      assert.deepStrictEqual(
        answers.map(({ status, json }) => [status, json["error"]]),
        [
          [401, "Missing signature"],
          [401, "Wrong signature"],
          [401, "Stale timestamp"],
          [401, "Stale timestamp"]
        ]
      )
      assert.deepStrictEqual(orders.received, [])
      assert.strictEqual((yield* deliver(origin, { body, ageMillis: toleranceMillis - 10_000 })).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("says what is wrong with a body", () =>
    Effect.gen(function* () {
      const { orders, origin } = yield* start
      const cases: ReadonlyArray<readonly [string, string]> = [
        ['{"ticket":{"id":1', "Invalid JSON"],
        ["", "Invalid JSON"],
        ["{}", "Missing ticket ID"],
        ['{"ticket":{"subject":"x"}}', "Missing ticket ID"],
        ['{"ticket":null}', "Missing ticket ID"],
        ['{"ticket_id":"1; DROP TABLE orders"}', "Invalid ticket ID"],
        ['{"ticket_id":1.5}', "Invalid ticket ID"],
        ['{"ticket":{"id":1,"subject":5}}', "Invalid ticket"],
        ["[1]", "Invalid ticket"],
        ["7", "Invalid ticket"]
      ]
      for (const [body, error] of cases) {
        const { status, json, headers } = yield* deliver(origin, { body })
        assert.deepStrictEqual([body, status, json["error"]], [body, 400, error])
        assert.strictEqual(headers.get("content-type"), "application/problem+json")
      }
      assert.deepStrictEqual(orders.received, [])
    }).pipe(Effect.scoped)
  )

  it.live("asks for another delivery when the order cannot commit, and tells nothing of a defect", () =>
    Effect.gen(function* () {
      const { orders, origin } = yield* start
      orders.unavailable.add("21")
      orders.broken.add("22")
      const unavailable = yield* deliver(origin, { body: ticketBody(21) })
      assert.strictEqual(unavailable.status, 503)
      assert.isNotNull(unavailable.headers.get("retry-after"))
      const broken = yield* deliver(origin, { body: ticketBody(22) })
      assert.strictEqual(broken.status, 500)
      assert.notInclude(broken.text, "secret detail")
    }).pipe(Effect.scoped)
  )
})
