import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { sandboxCredentials } from "../../../src/simulators/SandboxCredentials.ts"
import { ask, basic, inSandbox } from "../SandboxFixture.ts"

const { password, username } = sandboxCredentials.mcp

const accept = "application/json, text/event-stream"

const post = (sandbox: Sandbox["Service"], message: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask(sandbox.urls.mcp, { json: message, headers: { ...basic(username, password), accept, ...headers } })

const initialize = (sandbox: Sandbox["Service"], protocolVersion = "2025-11-25") =>
  post(sandbox, {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion, capabilities: {}, clientInfo: { name: "test", version: "1" } }
  })

/** Opens a session and answers a function that calls its tools. */
const openSession = Effect.fnUntraced(function* (sandbox: Sandbox["Service"]) {
  const opened = yield* initialize(sandbox)
  const headers = {
    "mcp-session-id": opened.headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": "2025-11-25"
  }
  yield* post(sandbox, { jsonrpc: "2.0", method: "notifications/initialized" }, headers)
  const send = (method: string, params: unknown = {}) =>
    post(sandbox, { jsonrpc: "2.0", id: 7, method, params }, headers)
  const tool = (name: string, args: unknown) => send("tools/call", { name, arguments: args })
  return { headers, send, tool }
})

const numbers = (...list: ReadonlyArray<string>) => ({
  numbers: list.map((number) => ({ number, number_type: "LOCAL", region_id: 101 }))
})
const block = (...list: ReadonlyArray<string>) => ({ numbers: list.map((number) => ({ number, operation: "block" })) })

describe("the MCP inventory's simulator", () => {
  it.live("opens a session, lists its tools and ends the session", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const opened = yield* initialize(sandbox)
        assert.strictEqual(opened.json.result.protocolVersion, "2025-11-25")
        assert.isDefined(opened.json.result.capabilities.tools)
        assert.strictEqual((yield* initialize(sandbox, "2030-01-01")).json.result.protocolVersion, "2025-11-25")
        const { headers, send } = yield* openSession(sandbox)
        const initialized = yield* post(sandbox, { jsonrpc: "2.0", method: "notifications/initialized" }, headers)
        assert.strictEqual(initialized.status, 202)
        const list = yield* send("tools/list")
        assert.deepStrictEqual(
          list.json.result.tools.map((tool: { name: string }) => tool.name),
          ["add_numbers_to_inventory", "block_numbers"]
        )
        assert.deepStrictEqual((yield* send("ping")).json.result, {})
        assert.strictEqual((yield* send("resources/list")).json.error.code, -32601)
        const ended = yield* ask(sandbox.urls.mcp, {
          method: "DELETE",
          headers: { ...basic(username, password), ...headers }
        })
        assert.strictEqual(ended.status, 204)
        assert.strictEqual((yield* send("tools/list")).status, 404)
      })
    )
  )

  it.live("adds numbers, and says for each that is there already so", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const { tool } = yield* openSession(sandbox)
        const added = (yield* tool("add_numbers_to_inventory", numbers("12125550123", "12125550124"))).json.result
        assert.isFalse(added.isError)
        assert.deepStrictEqual(JSON.parse(added.content[0].text), added.structuredContent)
        assert.deepInclude(added.structuredContent, { status: "success" })
        assert.deepInclude(added.structuredContent.response, { numbers_processed: 2, error: null, failed: [] })
        assert.isString(added.structuredContent.response.log_identifier)
        const again = (yield* tool("add_numbers_to_inventory", numbers("12125550123", "14165550123", "999"))).json
          .result
        assert.strictEqual(again.structuredContent.status, "partial")
        assert.deepStrictEqual(again.structuredContent.response.added, ["14165550123"])
        assert.deepStrictEqual(again.structuredContent.response.failed, [
          { number: "12125550123", error: "already in inventory" },
          { number: "999", error: "not a number of eleven digits" }
        ])
        const { inventory } = (yield* sandbox.ledger).mcp
        assert.deepStrictEqual(
          inventory.map((row) => [row.number, row.times, row.regionId]),
          [
            ["12125550123", 2, 101],
            ["12125550124", 1, 101],
            ["14165550123", 1, 101]
          ]
        )
        const bad = yield* tool("add_numbers_to_inventory", { numbers: "12125550123" })
        assert.strictEqual(bad.json.error.code, -32602)
        assert.strictEqual((yield* tool("sell_numbers", {})).json.error.code, -32602)
      })
    )
  )

  it.live("blocks exactly one number a call, in a sequence that the ledger keeps", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const { tool } = yield* openSession(sandbox)
        yield* tool("add_numbers_to_inventory", numbers("12125550123", "12125550124"))
        const two = (yield* tool("block_numbers", block("12125550123", "12125550124"))).json.result
        assert.isTrue(two.isError)
        assert.include(two.structuredContent.response.error, "exactly one number")
        for (const number of ["12125550124", "12125550123"]) {
          assert.strictEqual(
            (yield* tool("block_numbers", block(number))).json.result.structuredContent.status,
            "success"
          )
        }
        const unknown = (yield* tool("block_numbers", block("12125550199"))).json.result
        assert.strictEqual(unknown.structuredContent.response.error, "not in inventory")
        yield* tool("block_numbers", { numbers: [{ number: "12125550123", operation: "unblock" }] })
        const { blockCalls, blocked } = (yield* sandbox.ledger).mcp
        assert.deepStrictEqual(
          blockCalls.map(({ number, operation, sequence }) => [sequence, operation, number]),
          [
            [1, "block", "12125550124"],
            [2, "block", "12125550123"],
            [3, "block", "12125550199"],
            [4, "unblock", "12125550123"]
          ]
        )
        assert.deepStrictEqual(
          blocked.map(({ number }) => number),
          ["12125550124"]
        )
      })
    )
  )

  it.live("answers as a stream of events when told so", () =>
    inSandbox(
      (sandbox) =>
        Effect.gen(function* () {
          const opened = yield* initialize(sandbox)
          assert.include(opened.headers.get("content-type"), "text/event-stream")
          const data = opened.text.split("\n").find((line) => line.startsWith("data: {"))
          assert.strictEqual(JSON.parse(data?.slice(6) ?? "").result.protocolVersion, "2025-11-25")
        }),
      { settings: { mcpReplies: "sse" } }
    )
  )

  it.live("takes the older shape on the same path", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const legacy = (query: string, raw_args: unknown) =>
          ask(sandbox.urls.mcp, { json: { query, raw_args }, headers: basic(username, password) })
        const added = yield* legacy("add numbers to inventory", {
          ...numbers("12125550123"),
          skip_number_testing: true
        })
        assert.strictEqual(added.json.status, "success")
        assert.strictEqual(added.json.response.numbers_processed, 1)
        const blocked = yield* legacy("block numbers", { ...block("12125550123"), email_id: "ops@sandbox.test" })
        assert.strictEqual(blocked.json.status, "success")
        assert.strictEqual((yield* legacy("block numbers", block())).json.status, "error")
        assert.strictEqual((yield* legacy("sell numbers", {})).status, 400)
        assert.strictEqual((yield* legacy("block numbers", {})).status, 400)
      })
    )
  )

  it.live("refuses strangers, wrong versions, lost sessions and foreign pages", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const { headers } = yield* openSession(sandbox)
        const list = { jsonrpc: "2.0", id: 2, method: "tools/list" }
        const status = (extra: Readonly<Record<string, string>>, message: unknown = list) =>
          Effect.map(post(sandbox, message, extra), (answer) => answer.status)
        assert.strictEqual(yield* status({ ...headers, authorization: "Basic eDp5" }), 401)
        assert.strictEqual(yield* status({ ...headers, origin: "https://evil.test" }), 403)
        assert.strictEqual(yield* status({ ...headers, origin: "http://localhost:8080" }), 200)
        assert.strictEqual(yield* status({ ...headers, "mcp-protocol-version": "1999-01-01" }), 400)
        assert.strictEqual(yield* status({}), 400)
        assert.strictEqual(yield* status({ "mcp-session-id": "gone" }), 404)
        assert.strictEqual(yield* status({ ...headers, accept: "application/json" }), 406)
        assert.strictEqual(yield* status(headers, [list]), 400)
        assert.strictEqual((yield* ask(sandbox.urls.mcp, { headers: basic(username, password) })).status, 405)
        yield* sandbox.changeSettings({ mcpSessionMillis: 1 })
        yield* Effect.sleep(5)
        assert.strictEqual(yield* status(headers), 404)
      })
    )
  )
})
