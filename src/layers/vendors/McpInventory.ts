import { Config, Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import type { HttpClient } from "effect/http"
import { HttpClientRequest } from "effect/http"
import type { Country } from "../../domain/numbers/RequestedLine.ts"
import { makeMcpRpc } from "./McpRpc.ts"
import type { ToolResult } from "./McpSession.ts"
import { makeMcpSession } from "./McpSession.ts"
import type { Door } from "./VendorDoor.ts"
import { VendorDoor } from "./VendorDoor.ts"
import { VendorError } from "./VendorError.ts"
import type { VendorHttp } from "./VendorHttp.ts"
import { makeVendorHttp } from "./VendorHttp.ts"
import { baseUrl, secret } from "./VendorSettings.ts"

/** Most numbers of one `addNumbers`. */
export const maxNumbersPerAddition = 1000

/** The inventory took the call but refused to block or unblock this number. */
export class BlockRefused extends Schema.TaggedError<BlockRefused>()("BlockRefused", {
  e164: Schema.String,
  operation: Schema.Literals(["block", "unblock"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.operation} ${this.e164} refused: ${this.detail}`
  }
}

export interface InventoryAddition {
  readonly added: ReadonlyArray<string>
  readonly failed: ReadonlyArray<{ readonly e164: string; readonly error: string }>
  /** The inventory's own log number and words, for the note on the ticket. */
  readonly logIdentifier?: string
  readonly message?: string
}

/** The company's number inventory, reached as MCP tools `add_numbers_to_inventory` and `block_numbers`. */
export class McpInventory extends Context.Service<
  McpInventory,
  {
    /** Idempotent: a number that is there already counts as added. `orderReference` names the order or ticket in the log. */
    readonly addNumbers: (addition: {
      readonly numbers: ReadonlyArray<{ readonly e164: string; readonly country: Country }>
      readonly orderReference: string
    }) => Effect.Effect<InventoryAddition, VendorError>
    readonly blockNumber: (e164: string) => Effect.Effect<void, VendorError | BlockRefused>
    readonly unblockNumber: (e164: string) => Effect.Effect<void, VendorError | BlockRefused>
  }
>()("tandem/layers/vendors/McpInventory") {
  static readonly layer: Layer.Layer<McpInventory, Config.ConfigError, HttpClient.HttpClient | VendorDoor> =
    Layer.effect(
      McpInventory,
      Effect.gen(function* () {
        const settings = yield* mcpSettings
        const http = yield* makeVendorHttp(vendor, [settings.password])
        const door = yield* (yield* VendorDoor).make(doorOptions)
        const request = HttpClientRequest.post(settings.url).pipe(
          HttpClientRequest.basicAuth(settings.username, Redacted.value(settings.password))
        )
        const callTool =
          settings.transport === "legacy"
            ? legacyTools(door, http, request)
            : protocolTools(
                (yield* makeMcpSession({ vendor, door, rpc: yield* makeMcpRpc(vendor, request, http) })).callTool
              )
        return makeInventory(callTool, settings)
      })
    )
}

const vendor = "mcp"

const Id = Schema.FiniteFromString.pipe(Schema.check(Schema.isInt(), Schema.isGreaterThan(0)))

const mcpSettings = Config.all({
  transport: Config.Literals(["streamable", "legacy"], "MCP_TRANSPORT").pipe(Config.withDefault("streamable")),
  url: baseUrl("MCP_URL"),
  username: Config.NonEmptyString("MCP_USERNAME"),
  password: secret("MCP_PASSWORD"),
  userEmail: Config.NonEmptyString("MCP_USER_EMAIL"),
  carrierId: Config.NonEmptyString("MCP_CARRIER_ID"),
  carrierTiers: Config.all({
    US: Config.schema(Id, "MCP_CARRIER_TIER_US").pipe(Config.withDefault(10000252)),
    CA: Config.schema(Id, "MCP_CARRIER_TIER_CA").pipe(Config.withDefault(10000253))
  })
})
type McpSettings = Config.Success<typeof mcpSettings>

const doorOptions = {
  vendor,
  tryTimeoutMillis: 30_000,
  deadlineMillis: 90_000,
  maxTries: 4,
  maxConcurrent: 8,
  maxWaiting: 1000,
  rate: { tokens: 100, perMillis: 1000 }
}

const regionIds = { US: 101, CA: 102 }

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

/** `failed` names the numbers that were left out of an addition, where the server tells them apart. */
const ToolReply = Schema.Struct({
  status: Schema.String,
  response: Schema.optionalKey(
    Schema.NullOr(
      Schema.Struct({
        message: Text,
        log_identifier: Text,
        error: Text,
        failed: Schema.optionalKey(Schema.Array(Schema.Struct({ number: Schema.String, error: Schema.String })))
      })
    )
  )
})
type ToolReply = typeof ToolReply.Type

/** A tool's name in the protocol, and the words by which the older server knew it. */
const tools = { add: "add_numbers_to_inventory", block: "block_numbers" } as const
const legacyQueries = { add: "add numbers to inventory", block: "block numbers" } as const

type CallTool = (tool: keyof typeof tools, args: unknown) => Effect.Effect<ToolReply, VendorError>

/** The server before the protocol: one POST of `{query, raw_args}` for each call. */
const legacyTools =
  (door: Door, http: VendorHttp, request: HttpClientRequest.HttpClientRequest): CallTool =>
  (tool, args) =>
    door.call(
      { operation: tools[tool], idempotent: true },
      http.json(
        tools[tool],
        request.pipe(HttpClientRequest.bodyJsonUnsafe({ query: legacyQueries[tool], raw_args: args })),
        ToolReply
      )
    )

const protocolTools =
  (callTool: (name: string, args: unknown, idempotent: boolean) => Effect.Effect<ToolResult, VendorError>): CallTool =>
  (tool, args) =>
    Effect.flatMap(callTool(tools[tool], args, true), (result) => {
      const reply = replyOf(result)
      if (Option.isSome(reply)) return Effect.succeed(reply.value)
      if (result.isError) return Effect.succeed({ status: "error", response: { error: result.text } })
      return Effect.fail(
        VendorError.of({
          vendor,
          operation: tools[tool],
          reason: "Malformed",
          committed: "no",
          detail: "the tool's result is not as agreed"
        })
      )
    })

const replyOf = ({ structured, text }: ToolResult): Option.Option<ToolReply> =>
  Option.orElse(Schema.decodeUnknownOption(ToolReply)(structured), () =>
    Schema.decodeUnknownOption(Schema.fromJsonString(ToolReply))(text)
  )

const errorOf = (reply: ToolReply): string => reply.response?.error || reply.response?.message || reply.status

const saysAlready = (error: string): boolean => /already/i.test(error)

const digitsOf = (e164: string): string => e164.replace(/^\+/, "")

type Inventory = McpInventory["Service"]
type Numbers = Parameters<Inventory["addNumbers"]>[0]["numbers"]

const makeInventory = (callTool: CallTool, settings: McpSettings): Inventory => {
  const add = (numbers: Numbers, orderReference: string) =>
    callTool("add", {
      numbers: numbers.map(({ country, e164 }) => ({
        number: digitsOf(e164),
        number_type: "LOCAL",
        voice_enabled: true,
        sms_enabled: true,
        mms_enabled: true,
        carrier_id: settings.carrierId,
        carrier_tier_id: settings.carrierTiers[country],
        region_id: regionIds[country]
      })),
      user_email: settings.userEmail,
      skip_number_testing: true,
      skip_phone_number_profile_restrictions: false,
      reason_skip_number_testing: `Automated addition for ${orderReference}`
    })

  const addNumbers: Inventory["addNumbers"] = Effect.fnUntraced(function* ({ numbers, orderReference }) {
    yield* checkCount(numbers)
    const whole = yield* add(numbers, orderReference)
    const failures = failuresOf(whole, numbers)
    if (failures !== undefined) return additionOf(numbers, failures, whole)
    // A call refused as a whole does not say which of its numbers are to blame, so they are tried one by one.
    const single = yield* Effect.forEach(numbers, (number) =>
      Effect.map(add([number], orderReference), (reply) => failuresOf(reply, [number]) ?? [])
    )
    return additionOf(numbers, single.flat(), whole)
  })

  const operate = (operation: "block" | "unblock") =>
    Effect.fnUntraced(function* (e164: string) {
      const reply = yield* callTool("block", {
        numbers: [{ number: digitsOf(e164), operation }],
        email_id: settings.userEmail
      })
      if (reply.status === "success" || new RegExp(`already ${operation}ed`, "i").test(errorOf(reply))) return
      return yield* new BlockRefused({ e164, operation, detail: errorOf(reply) })
    })

  return { addNumbers, blockNumber: operate("block"), unblockNumber: operate("unblock") }
}

interface Failure {
  readonly e164: string
  readonly error: string
}

/** Which numbers were not added; undefined when the reply does not tell. */
const failuresOf = (reply: ToolReply, numbers: Numbers): ReadonlyArray<Failure> | undefined => {
  if (reply.status === "success") return []
  const named = reply.response?.failed
  if (named !== undefined && named.length > 0) {
    return named.map(({ error, number }) => ({ e164: `+${digitsOf(number)}`, error }))
  }
  return numbers.length === 1 ? numbers.map(({ e164 }) => ({ e164, error: errorOf(reply) })) : undefined
}

const additionOf = (numbers: Numbers, failures: ReadonlyArray<Failure>, reply: ToolReply): InventoryAddition => {
  const failed = failures.filter(({ error }) => !saysAlready(error))
  const isFailed = new Set(failed.map(({ e164 }) => e164))
  return {
    added: numbers.map(({ e164 }) => e164).filter((e164) => !isFailed.has(e164)),
    failed,
    ...wordsOf(reply)
  }
}

const wordsOf = ({ response }: ToolReply) => ({
  ...(response?.log_identifier ? { logIdentifier: response.log_identifier } : {}),
  ...(response?.message ? { message: response.message } : {})
})

const checkCount = (numbers: Numbers) =>
  numbers.length > 0 && numbers.length <= maxNumbersPerAddition
    ? Effect.void
    : Effect.fail(
        VendorError.of({
          vendor,
          operation: tools.add,
          reason: "Rejected",
          code: "tooMany",
          detail: `${numbers.length} numbers; 1 to ${maxNumbersPerAddition} are allowed`
        })
      )
