import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { TicketAnswer } from "../../../src/layers/vendors/Zendesk.ts"
import { TicketClosed, Zendesk } from "../../../src/layers/vendors/Zendesk.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { vendorErrorOf, withSandbox } from "./VendorSandbox.ts"

/** A request of somebody else who works on the tickets. */
const asAgent = (method: "POST" | "PUT", path: string, ticket: unknown) =>
  Effect.gen(function* () {
    const { credentials, urls } = yield* Sandbox
    const authorization = `Basic ${btoa(`${credentials.zendesk.email}/token:${credentials.zendesk.apiToken}`)}`
    const headers = { authorization, "content-type": "application/json" }
    const body = JSON.stringify({ ticket })
    const response = yield* Effect.promise(() => fetch(`${urls.zendesk}/api/v2/${path}`, { method, headers, body }))
    const reply: unknown = yield* Effect.promise(() => response.json())
    return reply
  })

const openTicket = Effect.gen(function* () {
  const ticket = { subject: "Numbers", description: "Ten in 512 please", tags: ["vip"] }
  const reply = yield* asAgent("POST", "tickets.json", ticket)
  return String(/"id":(\d+)/.exec(JSON.stringify(reply))?.[1])
})

const answerFor = (ticketId: string, more: Partial<TicketAnswer> = {}): TicketAnswer => ({
  ticketId,
  marker: "order-77",
  body: "Ten numbers are yours. [order-77]",
  public: true,
  ...more
})

const count = (ticketId: string, marker = "order-77") =>
  Effect.gen(function* () {
    const comments = yield* (yield* Zendesk).comments(ticketId)
    return comments.filter(({ body }) => body.includes(marker)).length
  })

const callsOf = (operation: string) =>
  Effect.flatMap(Sandbox, (sandbox) =>
    Effect.map(sandbox.calls("zendesk"), (calls) => calls.filter((call) => call.operation === operation))
  )

describe("Zendesk", () => {
  it.live("reads a ticket, and knows one that is not there", () =>
    Effect.gen(function* () {
      const zendesk = yield* Zendesk
      const ticketId = yield* openTicket
      const ticket = yield* zendesk.ticket(ticketId)
      assert.deepStrictEqual(
        [ticket.id, ticket.subject, ticket.description, ticket.status, ticket.tags],
        [ticketId, "Numbers", "Ten in 512 please", "new", ["vip"]]
      )
      const error = yield* vendorErrorOf(zendesk.ticket("999999"))
      assert.deepStrictEqual([error.reason, error.code, error.retryable], ["NotFound", "RecordNotFound", false])
    }).pipe(withSandbox())
  )

  it.live("reads all pages of comments", () =>
    Effect.gen(function* () {
      const ticketId = yield* openTicket
      for (let index = 0; index < 130; index++) {
        yield* asAgent("PUT", `tickets/${ticketId}.json`, { comment: { body: `note ${index}.`, public: false } })
      }
      const comments = yield* (yield* Zendesk).comments(ticketId)
      assert.deepStrictEqual([comments.length, comments[130]?.body, comments[130]?.public], [131, "note 129.", false])
      assert.strictEqual((yield* callsOf("listComments")).length, 2)
    }).pipe(withSandbox({}, { zendeskUpdatesPerTicketIn10Minutes: 1000 }))
  )

  it.live("adds an answer once, with its tags, status and fields, and keeps what was there", () =>
    Effect.gen(function* () {
      const zendesk = yield* Zendesk
      const ticketId = yield* openTicket
      const answer = answerFor(ticketId, {
        status: "open",
        public: false,
        tags: ["filled"],
        fields: { prefix: "512", numberOrder: "178" }
      })
      assert.strictEqual(yield* zendesk.answer(answer), "added")
      assert.strictEqual(yield* zendesk.answer(answer), "alreadyThere")
      const ticket = yield* zendesk.ticket(ticketId)
      assert.sameMembers([...ticket.tags], ["vip", "support_automation", "us_number_order_ai_automation", "filled"])
      assert.deepStrictEqual([ticket.status, ticket.customFields], ["open", { "360035174572": "512" }])
      assert.deepStrictEqual([yield* count(ticketId), (yield* callsOf("updateTicket")).length], [1, 1])
      assert.isFalse((yield* zendesk.comments(ticketId))[1]?.public)
    }).pipe(withSandbox({ ZENDESK_FIELD_PREFIX: "360035174572" }))
  )

  it.live("adds one comment, however many try at once", () =>
    Effect.gen(function* () {
      const zendesk = yield* Zendesk
      const ticketId = yield* openTicket
      const outcomes = yield* Effect.all(
        Array.from({ length: 5 }, () => zendesk.answer(answerFor(ticketId))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([outcomes.filter((outcome) => outcome === "added").length, yield* count(ticketId)], [1, 1])
    }).pipe(withSandbox())
  )

  it.live("starts over when the ticket changed meanwhile, and then keeps the other's tags", () =>
    Effect.gen(function* () {
      const zendesk = yield* Zendesk
      const sandbox = yield* Sandbox
      const ticketId = yield* openTicket
      yield* sandbox.setFaults([
        { vendor: "zendesk", kind: "slow", operation: "listComments", times: 1, delayMillis: 300 }
      ])
      const other = asAgent("PUT", `tickets/${ticketId}.json`, { tags: ["vip", "urgent"] })
      const [outcome] = yield* Effect.all([zendesk.answer(answerFor(ticketId)), Effect.delay(other, 150)], {
        concurrency: 2
      })
      assert.deepStrictEqual([outcome, yield* count(ticketId)], ["added", 1])
      assert.includeMembers([...(yield* zendesk.ticket(ticketId)).tags], ["urgent", "support_automation"])
      const updates = (yield* callsOf("updateTicket")).map(({ status }) => status)
      assert.deepStrictEqual(updates, [200, 409, 200])
    }).pipe(withSandbox())
  )

  it.live("adds one comment also when the answer to it was lost, broken or an error", () =>
    Effect.gen(function* () {
      const zendesk = yield* Zendesk
      const sandbox = yield* Sandbox
      for (const kind of ["timeoutAfterCommit", "malformedBody", "timeoutBeforeCommit", "serverError"] as const) {
        const ticketId = yield* openTicket
        yield* sandbox.setFaults([{ vendor: "zendesk", kind, operation: "updateTicket", times: 1, holdMillis: 30 }])
        assert.strictEqual(yield* zendesk.answer(answerFor(ticketId)), "added", kind)
        assert.strictEqual(yield* count(ticketId), 1, kind)
      }
    }).pipe(withSandbox())
  )

  it.live("waits as long as a 429 says", () =>
    Effect.gen(function* () {
      const ticketId = yield* openTicket
      yield* (yield* Sandbox).setFaults([{ vendor: "zendesk", kind: "rateLimited", times: 2, retryAfterSeconds: 1 }])
      assert.strictEqual(yield* (yield* Zendesk).answer(answerFor(ticketId)), "added")
      assert.strictEqual(yield* count(ticketId), 1)
    }).pipe(withSandbox())
  )

  it.live("does not wait out a limit that lasts for minutes, but says how long it lasts", () =>
    Effect.gen(function* () {
      const ticketId = yield* openTicket
      yield* asAgent("PUT", `tickets/${ticketId}.json`, { status: "open" })
      const error = yield* vendorErrorOf((yield* Zendesk).answer(answerFor(ticketId)))
      assert.deepStrictEqual([error.reason, error.committed], ["RateLimited", "no"])
      assert.isAbove(error.retryAfterMillis ?? 0, 60_000)
    }).pipe(withSandbox({}, { zendeskUpdatesPerTicketIn10Minutes: 1 }))
  )

  it.live("says that a closed ticket is closed, unless it is answered already", () =>
    Effect.gen(function* () {
      const zendesk = yield* Zendesk
      const ticketId = yield* openTicket
      yield* zendesk.answer(answerFor(ticketId, { status: "closed" }))
      assert.strictEqual(yield* zendesk.answer(answerFor(ticketId)), "alreadyThere")
      const refused = yield* Effect.flip(zendesk.answer(answerFor(ticketId, { marker: "order-78", body: "order-78" })))
      assert.deepStrictEqual(refused, new TicketClosed({ ticketId }))
      assert.include(refused.message, "closed")
    }).pipe(withSandbox())
  )

  it.live("learns from a refused update that the ticket was closed meanwhile", () =>
    Effect.gen(function* () {
      const zendesk = yield* Zendesk
      const ticketId = yield* openTicket
      yield* (yield* Sandbox).setFaults([
        { vendor: "zendesk", kind: "slow", operation: "listComments", times: 1, delayMillis: 300 }
      ])
      const close = asAgent("PUT", `tickets/${ticketId}.json`, { status: "closed" })
      const [refused] = yield* Effect.all(
        [Effect.flip(zendesk.answer(answerFor(ticketId))), Effect.delay(close, 150)],
        { concurrency: 2 }
      )
      assert.strictEqual(refused._tag, "TicketClosed")
    }).pipe(withSandbox())
  )

  it.live("refuses wrong credentials without quoting them", () =>
    Effect.gen(function* () {
      const error = yield* vendorErrorOf((yield* Zendesk).ticket("1001"))
      assert.deepStrictEqual([error.reason, error.status], ["Unauthorized", 401])
      assert.notInclude(JSON.stringify(error), "wrong-token")
    }).pipe(withSandbox({ ZENDESK_API_TOKEN: "wrong-token" }))
  )
})
