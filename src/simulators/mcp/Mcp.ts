import { Schema } from "effect"
import type { SandboxCredentials } from "../SandboxCredentials.ts"
import type { LiveSettings } from "../SandboxSettings.ts"
import { uuidId } from "../store/SandboxId.ts"
import {
  basicCredentials,
  emptyReply,
  failureStatus,
  jsonReply,
  parseJson,
  textReply,
  type Vendor,
  type VendorCall,
  type VendorFailure,
  type VendorReply,
  type VendorRoute
} from "../wire/Vendor.ts"
import { InventoryTools, isBadArguments, toolDescriptions } from "./InventoryTools.ts"
import type { McpState } from "./McpState.ts"

const newestVersion = "2025-11-25"
const versions: ReadonlySet<string> = new Set(["2025-03-26", "2025-06-18", newestVersion])

/** The session that was used the longest ago is forgotten when there would be one more. */
const maxSessions = 1_000

const RequestId = Schema.Union([Schema.String, Schema.Finite])

const decodeMessage = Schema.decodeUnknownOption(
  Schema.Struct({
    jsonrpc: Schema.Literal("2.0"),
    id: Schema.optionalKey(RequestId),
    method: Schema.String,
    params: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
  })
)

const decodeLegacy = Schema.decodeUnknownOption(Schema.Struct({ query: Schema.String, raw_args: Schema.Unknown }))

const texts: Readonly<Record<VendorFailure, string>> = {
  unauthorized: "Unauthorized",
  rateLimited: "Too many requests",
  serverError: "Internal error",
  notFound: "Not found",
  methodNotAllowed: "Method not allowed",
  bodyTooLarge: "Request too large"
}

type Id = string | number | null

const rpcError = (status: number, id: Id, code: number, message: string): VendorReply =>
  jsonReply(status, { jsonrpc: "2.0", id, error: { code, message } })

/** The inventory as an MCP server over streamable HTTP, and the older `{query, raw_args}` shape on the same path. */
export class Mcp implements Vendor {
  readonly name = "mcp"
  readonly prefix = "/mcp"
  readonly routes: ReadonlyArray<VendorRoute>
  readonly #state: McpState
  readonly #tools: InventoryTools
  readonly #settings: LiveSettings
  readonly #credentials: SandboxCredentials["mcp"]
  /** The instant of the last use of each session. */
  readonly #sessions = new Map<string, number>()

  constructor(state: McpState, settings: LiveSettings, credentials: SandboxCredentials["mcp"]) {
    this.#state = state
    this.#tools = new InventoryTools(state)
    this.#settings = settings
    this.#credentials = credentials
    this.routes = [
      { method: "POST", path: "/mcp", operation: "message", handle: (call) => this.#guard(call) ?? this.#post(call) },
      {
        method: "DELETE",
        path: "/mcp",
        operation: "endSession",
        handle: (call) => this.#guard(call) ?? this.#end(call)
      }
    ]
  }

  failure(kind: VendorFailure): VendorReply {
    const headers: Readonly<Record<string, string>> =
      kind === "unauthorized" ? { "www-authenticate": 'Basic realm="inventory"' } : {}
    return jsonReply(failureStatus[kind], { error: texts[kind] }, headers)
  }

  #guard(call: VendorCall): VendorReply | undefined {
    const origin = call.headers["origin"]
    if (origin !== undefined && !/^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin)) {
      return rpcError(403, null, -32000, "Origin not allowed")
    }
    const basic = basicCredentials(call)
    const isKnown = basic?.user === this.#credentials.username && basic.password === this.#credentials.password
    return isKnown ? undefined : this.failure("unauthorized")
  }

  #post(call: VendorCall): VendorReply {
    const body = parseJson(call.text)
    if (body === undefined) return rpcError(400, null, -32700, "Parse error")
    const legacy = decodeLegacy(body)
    if (legacy._tag === "Some") return this.#legacy(legacy.value.query, legacy.value.raw_args, call.nowMillis)
    const accept = call.headers["accept"] ?? ""
    if (!accept.includes("application/json") || !accept.includes("text/event-stream")) {
      return rpcError(406, null, -32000, "Not Acceptable: Client must accept application/json and text/event-stream")
    }
    const message = decodeMessage(body)
    if (message._tag === "None") return rpcError(400, null, -32600, "Invalid Request")
    const { id, method, params = {} } = message.value
    if (method === "initialize" && id !== undefined) return this.#initialize(id, params, call.nowMillis)
    const refused = this.#refusedSession(call, id ?? null)
    if (refused !== undefined) return refused
    return id === undefined ? emptyReply(202) : this.#request(id, method, params, call.nowMillis)
  }

  #initialize(id: Id, params: Readonly<Record<string, unknown>>, nowMillis: number): VendorReply {
    const asked = String(params["protocolVersion"] ?? "")
    const session = uuidId("mcp.session", this.#state.store.next("mcp.session"))
    this.#touch(session, nowMillis)
    const result = {
      protocolVersion: versions.has(asked) ? asked : newestVersion,
      capabilities: { tools: { listChanged: false } },
      serverInfo: { name: "tandem-sandbox-inventory", version: "1.0.0" }
    }
    return this.#answer({ jsonrpc: "2.0", id, result }, { "mcp-session-id": session })
  }

  /** The refusal of a message outside a living session, or of a protocol version that this server does not speak. */
  #refusedSession(call: VendorCall, id: Id): VendorReply | undefined {
    const version = call.headers["mcp-protocol-version"]
    if (version !== undefined && !versions.has(version)) {
      return rpcError(400, id, -32000, `Bad Request: Unsupported protocol version ${version}`)
    }
    const session = call.headers["mcp-session-id"]
    if (session === undefined) return rpcError(400, id, -32000, "Bad Request: Mcp-Session-Id header is required")
    const usedAt = this.#sessions.get(session)
    if (usedAt === undefined || usedAt + this.#settings.current.mcpSessionMillis <= call.nowMillis) {
      this.#sessions.delete(session)
      return rpcError(404, id, -32001, "Session not found")
    }
    this.#touch(session, call.nowMillis)
    return undefined
  }

  #request(id: Id, method: string, params: Readonly<Record<string, unknown>>, nowMillis: number): VendorReply {
    if (method === "ping") return this.#answer({ jsonrpc: "2.0", id, result: {} })
    if (method === "tools/list") return this.#answer({ jsonrpc: "2.0", id, result: { tools: toolDescriptions } })
    if (method !== "tools/call") return this.#error(id, -32601, `Method not found: ${method}`)
    const reply = this.#tools.call(String(params["name"]), params["arguments"] ?? {}, nowMillis)
    if (reply === undefined) return this.#error(id, -32602, `Unknown tool: ${String(params["name"])}`)
    if (isBadArguments(reply)) return this.#error(id, -32602, reply.badArguments)
    const result = {
      content: [{ type: "text", text: JSON.stringify(reply) }],
      structuredContent: reply,
      isError: reply.status === "error"
    }
    return this.#answer({ jsonrpc: "2.0", id, result })
  }

  #legacy(query: string, given: unknown, nowMillis: number): VendorReply {
    const reply = this.#tools.call(query, given, nowMillis)
    if (reply === undefined) return jsonReply(400, { status: "error", response: { error: `Unknown query: ${query}` } })
    if (isBadArguments(reply)) return jsonReply(400, { status: "error", response: { error: reply.badArguments } })
    return jsonReply(200, reply)
  }

  #end(call: VendorCall): VendorReply {
    const session = call.headers["mcp-session-id"] ?? ""
    return this.#sessions.delete(session) ? emptyReply(204) : rpcError(404, null, -32001, "Session not found")
  }

  #touch(session: string, nowMillis: number): void {
    this.#sessions.delete(session)
    this.#sessions.set(session, nowMillis)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest)
  }

  #error(id: Id, code: number, message: string): VendorReply {
    return this.#answer({ jsonrpc: "2.0", id, error: { code, message } })
  }

  /** As JSON, or as a stream that begins with an empty event, as the 2025-11-25 revision asks for. */
  #answer(message: unknown, headers: Readonly<Record<string, string>> = {}): VendorReply {
    if (this.#settings.current.mcpReplies === "json") return jsonReply(200, message, headers)
    const stream = `id: 1\ndata: \n\nevent: message\nid: 2\ndata: ${JSON.stringify(message)}\n\n`
    return textReply(200, stream, "text/event-stream", headers)
  }
}
