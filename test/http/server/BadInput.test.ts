import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "node:net"
import type { Delivery } from "../webhooks/ZendeskSender.ts"
import { deliver, ticketBody } from "../webhooks/ZendeskSender.ts"
import { servingWebhooks as start } from "./TestEdge.ts"
import { send } from "./TestServer.ts"

/** What only a stack trace holds. */
const stackTrace = /\.[jt]s:\d+|node_modules|\n\s+at /

const hour = 3_600_000

const deliveries: ReadonlyArray<readonly [name: string, delivery: Delivery, status: number, type: string]> = [
  ["no signature", { body: ticketBody(1), signature: null }, 401, "webhook-unauthorized"],
  ["a wrong signature", { body: ticketBody(1), signature: "d3Jvbmc=" }, 401, "webhook-unauthorized"],
  ["a timestamp of an hour ago", { body: ticketBody(1), ageMillis: hour }, 401, "webhook-stale"],
  ["a timestamp of the next hour", { body: ticketBody(1), ageMillis: -hour }, 401, "webhook-stale"],
  ["truncated JSON", { body: '{"ticket":{"id":1,"sub' }, 400, "webhook-invalid"],
  ["an object for an id", { body: ticketBody(1, { id: { $gt: 0 } }) }, 400, "webhook-invalid"],
  ["a list for a subject", { body: ticketBody(1, { subject: ["x"] }) }, 400, "webhook-invalid"],
  ["SQL for an id", { body: ticketBody("1'; DROP TABLE orders; --") }, 400, "webhook-invalid"],
  ["line breaks in an id", { body: ticketBody("1\r\nX-Admin: 1") }, 400, "webhook-invalid"],
  ["a body of 300 KiB", { body: ticketBody(1, { description: "x".repeat(300 * 1024) }) }, 413, "body-too-large"]
]

const paths: ReadonlyArray<readonly [method: string, path: string, status: number]> = [
  ["GET", "/no/such/route", 404],
  ["GET", "/webhooks/zendesk", 405],
  ["DELETE", "/health/live", 405],
  ["GET", "/health/live/..%2f..%2fetc%2fpasswd", 404],
  ["GET", "/health/live%00", 404],
  ["GET", "/%E0%A4%A", 404],
  ["GET", "/health/live'%20OR%201=1--", 404],
  ["GET", "/x%0d%0aSet-Cookie:%20a=b", 404],
  ["GET", `/${"x".repeat(8_000)}`, 404]
]

describe("Bad input", () => {
  it.live("is refused with the right status, as a problem, and reaches no order", () =>
    Effect.gen(function* () {
      const { orders, origin } = yield* start
      for (const [name, delivery, status, type] of deliveries) {
        const answer = yield* deliver(origin, delivery)
        assert.deepStrictEqual([name, answer.status, answer.json["type"]], [name, status, `urn:tandem:problem:${type}`])
        assert.notMatch(answer.text, stackTrace)
      }
      for (const [method, path, status] of paths) {
        const answer = yield* send(`${origin}${path}`, { method })
        assert.deepStrictEqual([path, answer.status], [path, status])
        assert.isNull(answer.headers.get("set-cookie"))
        assert.notMatch(answer.text, stackTrace)
      }
      assert.deepStrictEqual(orders.received, [])
      assert.strictEqual((yield* deliver(origin, { body: ticketBody(1) })).json["status"], "success")
    }).pipe(Effect.scoped)
  )

  it.live("that is no HTTP at all, or too many headers, ends its own connection only", () =>
    Effect.gen(function* () {
      const { origin } = yield* start
      const port = Number(new URL(origin).port)
      const host = "Host: x\r\n"
      const answers = yield* Effect.forEach(
        [
          "\u0000\u0001\u0002 hello\r\n\r\n",
          `GET /health/live HTTP/1.1\r\n${host}X-Request-Id: a\r\n\tb\r\n\r\n`,
          `GET /health/live HTTP/1.1\r\n${host}X-Long: ${"x".repeat(20_000)}\r\n\r\n`,
          `POST /webhooks/zendesk HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`
        ],
        (text) => raw(port, text)
      )
      assert.deepStrictEqual(
        answers.map((answer) => answer.slice(9, 12)),
        ["400", "400", "431", "400"]
      )
      assert.strictEqual((yield* send(`${origin}/health/live`)).status, 200)
    }).pipe(Effect.scoped)
  )
})

/** Sends text as it is; gives all that comes back. */
const raw = (port: number, text: string) =>
  Effect.callback<string>((resume) => {
    let received = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(text))
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      received += chunk
      socket.end()
    })
    socket.on("close", () => resume(Effect.succeed(received)))
    socket.on("error", () => undefined)
  })
