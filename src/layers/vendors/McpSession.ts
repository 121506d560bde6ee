import { Effect, Option, Ref, Schema, Semaphore } from "effect"
import { Sse } from "effect/encoding"
import { HttpClientRequest } from "effect/http"
import type { Door } from "./VendorDoor.ts"
import { VendorError } from "./VendorError.ts"
import type { VendorAnswer, VendorHttp } from "./VendorHttp.ts"
import { isOk } from "./VendorHttp.ts"

/** The revision that we ask for, and the older ones with the same transport that a server may answer with. */
const wantedVersion = "2025-11-25"
const knownVersions: ReadonlyArray<string> = [wantedVersion, "2025-06-18", "2025-03-26"]

/** What a tool answered: its structured content where it gives one, else its text. */
export interface ToolResult {
  readonly isError: boolean
  readonly structured: unknown
  readonly text: string
}

interface Session {
  readonly id: string | undefined
  readonly version: string
}

const InitializeResult = Schema.Struct({ protocolVersion: Schema.String })

const CallToolResult = Schema.Struct({
  content: Schema.optionalKey(
    Schema.Array(Schema.Struct({ type: Schema.String, text: Schema.optionalKey(Schema.String) }))
  ),
  structuredContent: Schema.optionalKey(Schema.Unknown),
  isError: Schema.optionalKey(Schema.Boolean)
})

const RpcError = Schema.Struct({ code: Schema.Number, message: Schema.String })

const RpcReply = Schema.Struct({
  id: Schema.Int,
  result: Schema.optionalKey(Schema.Unknown),
  error: Schema.optionalKey(RpcError)
})

const RpcId = Schema.Struct({ id: Schema.Int, method: Schema.optionalKey(Schema.Undefined) })

/**
 * A client of the Model Context Protocol over streamable HTTP
 * (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports): it opens a session when it first needs one
 * and once more when the server has forgotten it (404), in which case the server has not run the tool.
 */
export const makeMcpSession = Effect.fnUntraced(function* (options: {
  readonly vendor: string
  readonly request: HttpClientRequest.HttpClientRequest
  readonly door: Door
  readonly http: VendorHttp
}) {
  const { door, http, vendor } = options
  const lastId = yield* Ref.make(0)
  const current = yield* Ref.make(Option.none<Session>())
  const oneAtATime = yield* Semaphore.make(1)

  const post = (session: Session | undefined, message: Readonly<Record<string, unknown>>) =>
    options.request.pipe(
      HttpClientRequest.setHeader("accept", "application/json, text/event-stream"),
      HttpClientRequest.setHeaders({
        ...(session === undefined ? {} : { "mcp-protocol-version": session.version }),
        ...(session?.id === undefined ? {} : { "mcp-session-id": session.id })
      }),
      HttpClientRequest.bodyJsonUnsafe({ jsonrpc: "2.0", ...message })
    )

  const ask = Effect.fnUntraced(function* <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    session: Session | undefined,
    method: string,
    params: unknown,
    result: S
  ) {
    const id = yield* Ref.updateAndGet(lastId, (last) => last + 1)
    const answer = yield* http.exchange(
      operation,
      post(session, { id, method, params }),
      (text) => messageWithId(text, id) !== undefined
    )
    if (!isOk(answer)) return yield* yield* http.refusal(operation, answer)
    const text = isEventStream(answer) ? (messageWithId(answer.text, id) ?? "") : answer.text
    const reply = yield* http.decode(operation, { ...answer, text }, RpcReply)
    if (reply.error !== undefined) return yield* rpcFailure(vendor, operation, reply.error)
    return { answer, result: yield* http.decodeValue(operation, reply.result, result) }
  })

  const open = Effect.gen(function* () {
    const operation = "initialize"
    const params = { protocolVersion: wantedVersion, capabilities: {}, clientInfo: { name: "tandem", version: "1" } }
    const { answer, result } = yield* ask(operation, undefined, "initialize", params, InitializeResult)
    if (!knownVersions.includes(result.protocolVersion)) {
      const detail = `the server speaks protocol version ${result.protocolVersion} only`
      return yield* VendorError.of({ vendor, operation, reason: "Rejected", code: "version", detail })
    }
    const session = { id: answer.headers["mcp-session-id"], version: result.protocolVersion }
    const acknowledged = yield* http.exchange(operation, post(session, { method: "notifications/initialized" }))
    if (!isOk(acknowledged)) return yield* yield* http.refusal(operation, acknowledged)
    yield* Ref.set(current, Option.some(session))
    return session
  })

  const ensure = Effect.gen(function* () {
    const known = yield* Ref.get(current)
    return Option.isSome(known) ? known.value : yield* door.call({ operation: "initialize", idempotent: true }, open)
  }).pipe(oneAtATime.withPermit)

  const callTool = (name: string, args: unknown, idempotent: boolean): Effect.Effect<ToolResult, VendorError> => {
    const send = (session: Session) =>
      door
        .call(
          { operation: name, idempotent },
          ask(name, session, "tools/call", { name, arguments: args }, CallToolResult)
        )
        .pipe(Effect.map(({ result }) => toolResultOf(result)))
    return Effect.flatMap(ensure, (session) =>
      Effect.catchIf(
        send(session),
        (error) => error.reason === "NotFound" && session.id !== undefined,
        () =>
          Ref.update(
            current,
            Option.filter((held) => held !== session)
          ).pipe(Effect.andThen(ensure), Effect.flatMap(send))
      )
    )
  }

  return { callTool }
})

const toolResultOf = (result: typeof CallToolResult.Type): ToolResult => ({
  isError: result.isError ?? false,
  structured: result.structuredContent,
  text: (result.content ?? []).flatMap(({ text }) => (text === undefined ? [] : [text])).join("\n")
})

const isEventStream = (answer: VendorAnswer): boolean =>
  (answer.headers["content-type"] ?? "").startsWith("text/event-stream")

/** The data of the event that answers the request with this id; other messages of the server are passed over. */
const messageWithId = (text: string, id: number): string | undefined => {
  let found: string | undefined
  const parser = Sse.makeParser((event) => {
    if (event._tag !== "Event" || found !== undefined) return
    const message = Schema.decodeUnknownOption(Schema.fromJsonString(RpcId))(event.data)
    if (Option.isSome(message) && message.value.id === id) found = event.data
  })
  parser.feed(text)
  return found
}

/** -32603 (JSON-RPC 2.0 §5.1) is a failure inside the server; all other codes find fault with the request. */
const rpcFailure = (vendor: string, operation: string, error: typeof RpcError.Type): VendorError =>
  VendorError.of({
    vendor,
    operation,
    reason: error.code === -32603 ? "Unavailable" : "Rejected",
    code: String(error.code),
    detail: error.message
  })
