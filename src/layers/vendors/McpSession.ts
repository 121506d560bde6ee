import { Effect, Option, Ref, Schema, Semaphore } from "effect"
import type { McpRpc, Session } from "./McpRpc.ts"
import type { Door } from "./VendorDoor.ts"
import { VendorError } from "./VendorError.ts"

/** The revision that we ask for, and the older ones with the same transport that a server may answer with. */
const wantedVersion = "2025-11-25"
const knownVersions: ReadonlySet<string> = new Set([wantedVersion, "2025-06-18", "2025-03-26"])

/** What a tool answered: its structured content where it gives one, else its text. */
export interface ToolResult {
  readonly isError: boolean
  readonly structured: unknown
  readonly text: string
}

const InitializeResult = Schema.Struct({ protocolVersion: Schema.String })

const CallToolResult = Schema.Struct({
  content: Schema.optionalKey(
    Schema.Array(Schema.Struct({ type: Schema.String, text: Schema.optionalKey(Schema.String) }))
  ),
  structuredContent: Schema.optionalKey(Schema.Unknown),
  isError: Schema.optionalKey(Schema.Boolean)
})

/**
 * A client of the Model Context Protocol over streamable HTTP
 * (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports): it opens a session when it first needs one
 * and once more when the server has forgotten it (404), in which case the server has not run the tool.
 */
export const makeMcpSession = Effect.fnUntraced(function* (options: {
  readonly vendor: string
  readonly door: Door
  readonly rpc: McpRpc
}) {
  const { door, rpc, vendor } = options
  const current = yield* Ref.make(Option.none<Session>())
  const oneAtATime = yield* Semaphore.make(1)

  const open = Effect.gen(function* () {
    const operation = "initialize"
    const params = { protocolVersion: wantedVersion, capabilities: {}, clientInfo: { name: "tandem", version: "1" } }
    const { answer, result } = yield* rpc.ask(operation, undefined, "initialize", params, InitializeResult)
    if (!knownVersions.has(result.protocolVersion)) {
      const detail = `the server speaks protocol version ${result.protocolVersion} only`
      return yield* VendorError.of({ vendor, operation, reason: "Rejected", code: "version", detail })
    }
    const session = { id: answer.headers["mcp-session-id"], version: result.protocolVersion }
    yield* rpc.tell(operation, session, "notifications/initialized")
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
          rpc.ask(name, session, "tools/call", { name, arguments: args }, CallToolResult)
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
