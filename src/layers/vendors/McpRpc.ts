import { Effect, Option, Ref, Schema } from "effect"
import { Sse } from "effect/encoding"
import { HttpClientRequest } from "effect/http"
import { VendorError } from "./VendorError.ts"
import type { VendorAnswer, VendorHttp } from "./VendorHttp.ts"
import { isOk } from "./VendorHttp.ts"

export interface Session {
  readonly id: string | undefined
  readonly version: string
}

const RpcError = Schema.Struct({ code: Schema.Number, message: Schema.String })

const RpcReply = Schema.Struct({
  id: Schema.Int,
  result: Schema.optionalKey(Schema.Unknown),
  error: Schema.optionalKey(RpcError)
})

const RpcId = Schema.Struct({ id: Schema.Int, method: Schema.optionalKey(Schema.Undefined) })

export type McpRpc = Effect.Success<ReturnType<typeof makeMcpRpc>>

/** JSON-RPC 2.0 by POST: the answer comes as one JSON document or as an event of a stream. */
export const makeMcpRpc = Effect.fnUntraced(function* (
  vendor: string,
  request: HttpClientRequest.HttpClientRequest,
  http: VendorHttp
) {
  const lastId = yield* Ref.make(0)

  const post = (session: Session | undefined, message: Readonly<Record<string, unknown>>) =>
    request.pipe(
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

  const tell = Effect.fnUntraced(function* (operation: string, session: Session, method: string) {
    const answer = yield* http.exchange(operation, post(session, { method }))
    if (!isOk(answer)) return yield* yield* http.refusal(operation, answer)
  })

  return { ask, tell }
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
