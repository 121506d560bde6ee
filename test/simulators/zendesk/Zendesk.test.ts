import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { sandboxCredentials } from "../../../src/simulators/SandboxCredentials.ts"
import { type Ask, ask, basic, inSandbox } from "../SandboxFixture.ts"

const { apiToken, email } = sandboxCredentials.zendesk

const zendesk = (sandbox: Sandbox["Service"], path: string, options: Ask = {}) =>
  ask(`${sandbox.urls.zendesk}/api/v2${path}`, { headers: basic(`${email}/token`, apiToken), ...options })

const put = (sandbox: Sandbox["Service"], id: number, ticket: unknown) =>
  zendesk(sandbox, `/tickets/${id}.json`, { method: "PUT", json: { ticket } })

const request = { subject: "Numbers", description: "We need 5 numbers in area code 212." }

describe("Zendesk's simulator", () => {
  it.live("shows, comments on and retags a ticket", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const { id } = yield* sandbox.openTicket({ ...request, tags: ["Customer Ticket"] })
        const shown = yield* zendesk(sandbox, `/tickets/${id}`)
        assert.deepInclude(shown.json.ticket, { ...request, id, status: "new", tags: ["customer_ticket"] })
        assert.match(shown.json.ticket.updated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
        const updated = yield* put(sandbox, id, {
          comment: { body: "On its way", public: false },
          status: "open",
          priority: "high",
          tags: ["us_number_order", "us_number_order"],
          custom_fields: [{ id: 38227031586841, value: "178000001" }]
        })
        assert.strictEqual(updated.status, 200)
        assert.deepInclude(updated.json.ticket, { status: "open", priority: "high", tags: ["us_number_order"] })
        assert.deepStrictEqual(updated.json.ticket.custom_fields, [{ id: 38227031586841, value: "178000001" }])
        assert.strictEqual(updated.json.audit.ticket_id, id)
        yield* put(sandbox, id, { comment: { html_body: "<p>Done <b>now</b></p>" } })
        const { comments, count } = (yield* zendesk(sandbox, `/tickets/${id}/comments.json`)).json
        assert.strictEqual(count, 3)
        assert.deepInclude(comments[0], { body: request.description, public: true })
        assert.deepInclude(comments[1], { body: "On its way", public: false })
        assert.deepInclude(comments[2], { plain_body: "Done now", html_body: "<p>Done <b>now</b></p>", public: true })
        const [ticket] = (yield* sandbox.ledger).zendesk.tickets
        assert.strictEqual(ticket?.comments.length, 3)
      })
    )
  )

  it.live("refuses a safe update with an old stamp", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const { id } = yield* sandbox.openTicket(request)
        const stamp = (yield* zendesk(sandbox, `/tickets/${id}.json`)).json.ticket.updated_at
        const safe = { comment: { body: "once" }, safe_update: true, updated_stamp: stamp }
        assert.strictEqual((yield* put(sandbox, id, safe)).status, 200)
        const stale = yield* put(sandbox, id, safe)
        assert.strictEqual(stale.status, 409)
        assert.strictEqual(stale.json.error, "UpdateConflict")
        assert.strictEqual((yield* put(sandbox, id, { safe_update: true })).status, 422)
        assert.strictEqual((yield* zendesk(sandbox, `/tickets/${id}/comments`)).json.count, 2)
      })
    )
  )

  it.live("refuses what it cannot take in Zendesk's words", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const { id } = yield* sandbox.openTicket(request)
        const stranger = yield* zendesk(sandbox, `/tickets/${id}`, { headers: basic(email, apiToken) })
        assert.strictEqual(stranger.status, 401)
        assert.isString(stranger.json.error)
        const absent = yield* zendesk(sandbox, "/tickets/99999")
        assert.strictEqual(absent.status, 404)
        assert.strictEqual(absent.json.error, "RecordNotFound")
        const invalid = yield* put(sandbox, id, { status: "sleeping" })
        assert.strictEqual(invalid.status, 422)
        assert.strictEqual(invalid.json.error, "RecordInvalid")
        assert.strictEqual((yield* put(sandbox, id, { comment: { body: " " } })).status, 422)
        const garbled = yield* zendesk(sandbox, `/tickets/${id}`, { method: "PUT", text: "{" })
        assert.strictEqual(garbled.status, 422)
        yield* put(sandbox, id, { status: "closed" })
        const closed = yield* put(sandbox, id, { comment: { body: "too late" } })
        assert.strictEqual(closed.status, 422)
        assert.include(closed.json.details.status[0].description, "closed prevents ticket update")
        assert.strictEqual((yield* zendesk(sandbox, "/users/me.json")).status, 404)
      })
    )
  )

  it.live("limits requests by minute and updates by ticket", () =>
    inSandbox(
      (sandbox) =>
        Effect.gen(function* () {
          const { id } = yield* sandbox.openTicket(request)
          const first = yield* put(sandbox, id, { tags: ["a"] })
          assert.strictEqual(first.headers.get("x-rate-limit"), "4")
          assert.strictEqual(first.headers.get("ratelimit-remaining"), "3")
          const tooMany = yield* put(sandbox, id, { tags: ["b"] })
          assert.strictEqual(tooMany.status, 429)
          assert.isAbove(Number(tooMany.headers.get("retry-after")), 60)
          yield* zendesk(sandbox, `/tickets/${id}`)
          yield* zendesk(sandbox, `/tickets/${id}`)
          const limited = yield* zendesk(sandbox, `/tickets/${id}`)
          assert.strictEqual(limited.status, 429)
          assert.strictEqual(limited.headers.get("x-rate-limit-remaining"), "0")
          assert.isAtMost(Number(limited.headers.get("retry-after")), 60)
        }),
      { settings: { zendeskRequestsPerMinute: 4, zendeskUpdatesPerTicketIn10Minutes: 1 } }
    )
  )

  it.live("creates tickets and lists them by page and by cursor", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        for (const subject of ["one", "two", "three"]) {
          const created = yield* zendesk(sandbox, "/tickets.json", {
            json: { ticket: { subject, comment: { body: subject } } }
          })
          assert.strictEqual(created.status, 201)
          assert.include(created.headers.get("location"), `/api/v2/tickets/${created.json.ticket.id}.json`)
        }
        const blank = yield* zendesk(sandbox, "/tickets.json", { json: { ticket: { subject: "four" } } })
        assert.strictEqual(blank.status, 422)
        const page = yield* zendesk(sandbox, "/tickets.json?per_page=2")
        assert.strictEqual(page.json.tickets.length, 2)
        const next = yield* ask(page.json.next_page, {
          headers: basic(`${email}/token`, apiToken)
        })
        assert.strictEqual(next.json.tickets[0].subject, "three")
        const cursor = yield* zendesk(sandbox, "/tickets.json?page[size]=2")
        assert.isTrue(cursor.json.meta.has_more)
        const rest = yield* zendesk(sandbox, `/tickets.json?page[size]=2&page[after]=${cursor.json.meta.after_cursor}`)
        assert.deepStrictEqual(
          [rest.json.tickets.length, rest.json.meta.has_more, rest.json.links.next],
          [1, false, null]
        )
      })
    )
  )
})
