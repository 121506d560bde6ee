import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Agent, request } from "node:http"
import type { Delivery } from "../webhooks/ZendeskSender.ts"
import { deliver, signedHeaders, ticketBody } from "../webhooks/ZendeskSender.ts"
import { servingWebhooks } from "./TestEdge.ts"
import { send } from "./TestServer.ts"

const requests = 10_000
/** Both ends of each are in this process, and a process may often have no more than 10,000 files open. */
const connections = 4_000
const tickets = 500

interface Reply {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

/** A connection that the system dropped before the request was read counts as no answer: status 0. */
const post = (agent: Agent, url: string, delivery: Delivery) =>
  Effect.flatMap(signedHeaders(delivery), (headers) =>
    Effect.callback<Reply>((resume) => {
      const outgoing = request(url, { method: "POST", agent, headers }, (response) => {
        let body = ""
        response.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk
        })
        response.on("end", () =>
          resume(
            Effect.succeed({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"], body })
          )
        )
      })
      outgoing.on("error", () => resume(Effect.succeed({ status: 0, retryAfter: undefined, body: "" })))
      outgoing.end(delivery.body)
    })
  )

describe("10,000 requests at once", () => {
  it.live(
    "are answered to the last, and nothing is lost",
    () =>
      Effect.gen(function* () {
        const { orders, origin } = yield* servingWebhooks
        const agent = yield* Effect.acquireRelease(
          Effect.sync(() => new Agent({ keepAlive: true, maxSockets: connections })),
          (open) => Effect.sync(() => open.destroy())
        )
        const replies = yield* Effect.forEach(
          Array.from({ length: requests }, (_, n) => n + 1),
          (id) =>
            post(agent, `${origin}/webhooks/zendesk`, { body: ticketBody(id % tickets), invocationId: `i-${id}` }),
          { concurrency: "unbounded" }
        )
        const accepted = replies.filter(({ status }) => status === 200)
        const busy = replies.filter(({ status }) => status === 503)
        assert.strictEqual(accepted.length + busy.length, requests)
        assert.isTrue(busy.every(({ retryAfter }) => retryAfter !== undefined))
        assert.strictEqual(orders.received.length, accepted.length)
        assert.strictEqual(
          accepted.filter(({ body }) => body.includes('"success"')).length,
          new Set(orders.received.map(({ ticket }) => ticket.ticketId)).size
        )
        assert.strictEqual((yield* send(`${origin}/health/live`)).status, 200)
        assert.strictEqual((yield* deliver(origin, { body: ticketBody(99_999) })).json["status"], "success")
      }).pipe(Effect.scoped),
    240_000
  )
})
