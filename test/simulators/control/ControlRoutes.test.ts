import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, inSandbox } from "../SandboxFixture.ts"

describe("the sandbox's control plane", () => {
  it.live("sets the stock exactly, adds to it, or empties everything before", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const put = (vendor: string, json: unknown) =>
          ask(`${sandbox.baseUrl}/sandbox/${vendor}/inventory`, { method: "PUT", json })
        const available = (vendor: string, npa: string) =>
          Effect.map(
            ask(`${sandbox.baseUrl}/sandbox/${vendor}/inventory?npa=${npa}`),
            (answer) => answer.json.available
          )
        assert.strictEqual((yield* put("plivo", { npa: "212", count: 10 })).json.added.length, 10)
        yield* put("inteliquent", { npa: "212", count: 8 })
        assert.deepStrictEqual([yield* available("plivo", "212"), yield* available("inteliquent", "212")], [10, 8])
        yield* put("plivo", { npa: "212", count: 3, mode: "append" })
        assert.strictEqual(yield* available("plivo", "212"), 13)
        yield* put("plivo", { numbers: ["12125550123", "6465550123"] })
        assert.deepStrictEqual([yield* available("plivo", "212"), yield* available("plivo", "646")], [1, 1])
        assert.strictEqual(yield* available("plivo", "303"), 25)
        yield* put("plivo", { mode: "replaceAll" })
        assert.strictEqual(yield* available("plivo", "303"), 0)
        assert.strictEqual((yield* put("plivo", { npa: "999", count: 2 })).json.added.length, 2)
      })
    )
  )

  it.live("says what is wrong with a request", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const send = (method: string, path: string, json: unknown) =>
          Effect.map(ask(`${sandbox.baseUrl}/sandbox/${path}`, { method, json }), ({ json: answer, status }) => {
            assert.isString(answer.error)
            return status
          })
        assert.strictEqual(yield* send("PUT", "plivo/inventory", { numbers: ["12121110123"] }), 400)
        assert.strictEqual(yield* send("PUT", "plivo/inventory", { count: 3 }), 400)
        assert.strictEqual(yield* send("PUT", "zendesk/inventory", { npa: "212", count: 3 }), 404)
        assert.strictEqual(yield* send("PUT", "settings", { zendeskRequestsPerMinute: 0 }), 400)
        assert.strictEqual(yield* send("PUT", "webhooks", { zendesk: { url: "ftp://x" } }), 400)
        assert.strictEqual(yield* send("POST", "zendesk/tickets", { subject: "x" }), 400)
        assert.strictEqual(yield* send("POST", "zendesk/tickets/5/redeliver", {}), 404)
        assert.strictEqual(yield* send("POST", "inteliquent/backorders/5/fill", { count: 0 }), 400)
        assert.strictEqual(yield* send("POST", "inteliquent/backorders/5/fill", {}), 404)
        assert.strictEqual(yield* send("POST", "openai/next", { sing: true }), 400)
        assert.strictEqual((yield* ask(`${sandbox.baseUrl}/sandbox/calls?vendor=acme`)).status, 400)
      })
    )
  )

  it.live("changes a ticket as an agent would, and shows the settings and the ledger", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const { id } = yield* sandbox.openTicket({ subject: "Hold", description: "Wait" })
        yield* ask(`${sandbox.baseUrl}/sandbox/zendesk/tickets/${id}`, { method: "PUT", json: { status: "hold" } })
        const ledger = (yield* ask(`${sandbox.baseUrl}/sandbox/ledger`)).json
        assert.deepInclude(ledger.zendesk.tickets[0], { id, status: "hold" })
        assert.hasAllKeys(ledger, ["plivo", "inteliquent", "mcp", "zendesk", "openai", "notifications"])
        yield* ask(`${sandbox.baseUrl}/sandbox/settings`, { method: "PUT", json: { mcpReplies: "sse" } })
        assert.strictEqual((yield* ask(`${sandbox.baseUrl}/sandbox/settings`)).json.mcpReplies, "sse")
      })
    )
  )
})
