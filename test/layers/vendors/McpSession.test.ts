import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, References } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { McpInventory } from "../../../src/layers/vendors/McpInventory.ts"
import { VendorDoor } from "../../../src/layers/vendors/VendorDoor.ts"

interface Heard {
  readonly method: string
  readonly id: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly params: { readonly name?: string; readonly arguments?: unknown; readonly protocolVersion?: string }
}

const success = { status: "success", response: { message: "done", log_identifier: "L1" } }

const result = (id: number | undefined, value: unknown) => ({ jsonrpc: "2.0", id, result: value })

const json = (value: unknown, headers: Record<string, string> = {}) => Response.json(value, { headers })

const events = (text: string) => new Response(text, { headers: { "content-type": "text/event-stream" } })

const initialized = (
  heard: Heard,
  version = "2025-11-25",
  session: Record<string, string> = { "mcp-session-id": "s1" }
) => json(result(heard.id, { protocolVersion: version, capabilities: {} }), session)

/** A server in memory; `call` answers `tools/call`, everything else is answered well unless `initialize` says otherwise. */
const withServer =
  (plan: {
    readonly call?: (heard: Heard, count: number) => Response
    readonly initialize?: (heard: Heard, count: number) => Response
  }) =>
  <A, E>(test: (heard: Array<Heard>) => Effect.Effect<A, E, McpInventory>) => {
    const all: Array<Heard> = []
    const count = (method: string) => all.filter((heard) => heard.method === method).length
    const respond = (heard: Heard): Response => {
      if (heard.method === "initialize")
        return plan.initialize?.(heard, count("initialize")) ?? initialized(heard, "2025-11-25")
      if (heard.method.startsWith("notifications/")) return new Response(null, { status: 202 })
      const tool = { content: [{ type: "text", text: JSON.stringify(success) }], structuredContent: success }
      return plan.call?.(heard, count("tools/call")) ?? json(result(heard.id, tool))
    }
    const client = HttpClient.make((request) =>
      Effect.sync(() => {
        const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "{}"
        const heard: Heard = { id: undefined, params: {}, ...JSON.parse(body), headers: { ...request.headers } }
        all.push(heard)
        return HttpClientResponse.fromWeb(request, respond(heard))
      })
    )
    const env = {
      MCP_URL: "http://mcp.test/mcp",
      MCP_USERNAME: "user",
      MCP_PASSWORD: "password",
      MCP_USER_EMAIL: "numbers@tandem.test",
      MCP_CARRIER_ID: "77"
    }
    return test(all).pipe(
      Effect.provide(
        McpInventory.layer.pipe(
          Layer.provide(VendorDoor.layer),
          Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
          Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
          Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
        )
      )
    )
  }

const block = Effect.flatMap(McpInventory, (inventory) => inventory.blockNumber("+15125550100"))

describe("MCP sessions", () => {
  it.effect("open once, acknowledge, and carry their id and version from then on", () =>
    withServer({})((heard) =>
      Effect.gen(function* () {
        yield* Effect.all([block, block], { concurrency: 2 })
        assert.deepStrictEqual(
          heard.map(({ method }) => method),
          ["initialize", "notifications/initialized", "tools/call", "tools/call"]
        )
        const [opening, , call] = heard
        assert.strictEqual(opening?.params.protocolVersion, "2025-11-25")
        assert.isUndefined(opening?.headers["mcp-session-id"])
        assert.include(opening?.headers["accept"], "text/event-stream")
        assert.deepStrictEqual(
          [call?.headers["mcp-session-id"], call?.headers["mcp-protocol-version"], call?.params.name],
          ["s1", "2025-11-25", "block_numbers"]
        )
        assert.deepStrictEqual(call?.params.arguments, {
          numbers: [{ number: "15125550100", operation: "block" }],
          email_id: "numbers@tandem.test"
        })
      })
    )
  )

  it.effect("work with a server that gives no session id and an older version", () =>
    withServer({ initialize: (heard) => initialized(heard, "2025-03-26", {}) })((heard) =>
      Effect.gen(function* () {
        yield* block
        const call = heard.at(-1)
        assert.deepStrictEqual(
          [call?.headers["mcp-session-id"], call?.headers["mcp-protocol-version"]],
          [undefined, "2025-03-26"]
        )
      })
    )
  )

  it.effect("are refused with a server of another version", () =>
    withServer({ initialize: (heard) => initialized(heard, "2031-01-01") })((heard) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(block)
        assert.deepStrictEqual([error._tag, "code" in error && error.code], ["VendorError", "version"])
        assert.strictEqual(heard.length, 1)
      })
    )
  )

  it.effect("are opened anew once when the server has forgotten them", () =>
    withServer({
      initialize: (heard, count) => initialized(heard, "2025-11-25", { "mcp-session-id": `s${count}` }),
      call: (heard) =>
        heard.headers["mcp-session-id"] === "s1"
          ? new Response("Session not found", { status: 404 })
          : json(result(heard.id, { content: [], structuredContent: success }))
    })((heard) =>
      Effect.gen(function* () {
        yield* block
        assert.deepStrictEqual(
          heard.filter(({ method }) => method === "tools/call").map(({ headers }) => headers["mcp-session-id"]),
          ["s1", "s2"]
        )
      })
    )
  )

  it.effect("are not opened for ever when the server forgets each of them", () =>
    withServer({ call: () => new Response("", { status: 404 }) })((heard) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(block)
        assert.strictEqual("reason" in error && error.reason, "NotFound")
        assert.strictEqual(heard.filter(({ method }) => method === "initialize").length, 2)
      })
    )
  )
})

describe("MCP answers", () => {
  it.effect("that refuse an addition without naming numbers are followed by one call for each number", () =>
    withServer({
      call: (heard) => {
        const numbers: ReadonlyArray<string> = JSON.stringify(heard.params.arguments).match(/1512555\d{4}/g) ?? []
        const bad = numbers.includes("15125550102")
        const error = numbers.length > 1 ? "carrier refused" : "15125550102 is not portable"
        const reply = bad ? { status: "error", response: { error, log_identifier: "L9" } } : success
        return json(result(heard.id, { structuredContent: reply, isError: bad }))
      }
    })((heard) =>
      Effect.gen(function* () {
        const e164s = ["+15125550101", "+15125550102", "+15125550103"]
        const numbers = e164s.map((e164) => ({ e164, country: "US" as const }))
        const addition = yield* (yield* McpInventory).addNumbers({ numbers, orderReference: "T-1" })
        assert.deepStrictEqual(addition, {
          added: ["+15125550101", "+15125550103"],
          failed: [{ e164: "+15125550102", error: "15125550102 is not portable" }],
          logIdentifier: "L9"
        })
        assert.strictEqual(heard.filter(({ method }) => method === "tools/call").length, 4)
      })
    )
  )

  it.effect("are found among the other events of a stream, even of one that never ends", () =>
    withServer({
      call: (heard) => {
        const endless = new ReadableStream<Uint8Array>({
          start(controller) {
            const send = (text: string) => controller.enqueue(new TextEncoder().encode(text))
            send('id: 1\nretry: 500\nevent: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n')
            send(`data: {"jsonrpc":"2.0","id":${heard.id},"method":"ping"}\n\n: a comment\n\n`)
            send(`data: ${JSON.stringify(result(heard.id, { content: [], structuredContent: success }))}\n\n`)
          }
        })
        return new Response(endless, { headers: { "content-type": "text/event-stream; charset=utf-8" } })
      }
    })(() => block)
  )

  it.effect("may be JSON in a text, or plain words with isError", () =>
    withServer({
      call: (heard, count) =>
        json(
          result(heard.id, {
            content: [{ type: "text", text: count === 1 ? JSON.stringify(success) : "carrier is down" }],
            isError: count > 1
          })
        )
    })(() =>
      Effect.gen(function* () {
        yield* block
        const refused = yield* Effect.flip(block)
        assert.strictEqual(refused._tag, "BlockRefused")
        assert.include(refused.message, "block +15125550100 refused: carrier is down")
      })
    )
  )

  it.effect("that are errors of the protocol are a VendorError with its code", () =>
    withServer({
      call: (heard) => json({ jsonrpc: "2.0", id: heard.id, error: { code: -32602, message: "Unknown tool" } })
    })(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(block)
        assert.isTrue(error._tag === "VendorError")
        assert.deepStrictEqual(error._tag === "VendorError" ? [error.reason, error.code, error.detail] : [], [
          "Rejected",
          "-32602",
          "Unknown tool"
        ])
      })
    )
  )

  it.live("that make no sense are malformed", () =>
    withServer({
      call: (heard, count) =>
        [events("data: {}\n\n"), json(result(heard.id, { content: [] })), json({ jsonrpc: "2.0", id: heard.id })][
          (count - 1) % 3
        ] ?? json({})
    })(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(block)
        assert.deepStrictEqual("reason" in error && [error.reason, error.committed], ["Malformed", "no"])
      })
    )
  )
})
