import { Schema } from "effect"
import { nanpDigits } from "../numbers/NanpDigits.ts"
import { uuidId } from "../store/SandboxId.ts"
import { isoTime } from "../wire/Vendor.ts"
import type { McpState } from "./McpState.ts"

/** Numbers in one call of the add tool. */
const maxNumbersPerCall = 1_000

const AddArguments = Schema.Struct({
  numbers: Schema.Array(
    Schema.Struct({
      number: Schema.String,
      number_type: Schema.optionalKey(Schema.String),
      voice_enabled: Schema.optionalKey(Schema.Boolean),
      sms_enabled: Schema.optionalKey(Schema.Boolean),
      mms_enabled: Schema.optionalKey(Schema.Boolean),
      carrier_id: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Finite]))),
      carrier_tier_id: Schema.optionalKey(Schema.Finite),
      region_id: Schema.optionalKey(Schema.Finite)
    })
  ).pipe(Schema.check(Schema.isMinLength(1), Schema.isMaxLength(maxNumbersPerCall))),
  user_email: Schema.optionalKey(Schema.String),
  skip_number_testing: Schema.optionalKey(Schema.Boolean),
  skip_phone_number_profile_restrictions: Schema.optionalKey(Schema.Boolean),
  reason_skip_number_testing: Schema.optionalKey(Schema.String)
})

const BlockArguments = Schema.Struct({
  numbers: Schema.Array(
    Schema.Struct({ number: Schema.String, operation: Schema.optionalKey(Schema.Literals(["block", "unblock"])) })
  ),
  email_id: Schema.optionalKey(Schema.String)
})

const decodeAdd = Schema.decodeUnknownResult(AddArguments)
const decodeBlock = Schema.decodeUnknownResult(BlockArguments)

/** What both tools answer. `partial`: some of the numbers failed. */
export interface ToolReply {
  readonly status: "success" | "partial" | "error"
  readonly response: {
    readonly message: string
    readonly log_identifier: string
    readonly numbers_processed: number
    readonly timestamp: string
    readonly error: string | null
    readonly added?: ReadonlyArray<string>
    readonly failed?: ReadonlyArray<{ readonly number: string; readonly error: string }>
  }
}

/** The arguments do not have the tool's shape. */
export interface BadArguments {
  readonly badArguments: string
}

export const isBadArguments = (value: ToolReply | BadArguments): value is BadArguments => "badArguments" in value

const stringSchema = { type: "string" } as const

/** The tools as `tools/list` shows them. */
export const toolDescriptions = [
  {
    name: "add_numbers_to_inventory",
    title: "Add numbers to inventory",
    description: "Adds telephone numbers to the company's inventory. A number that is there already fails by itself.",
    inputSchema: {
      type: "object",
      properties: {
        numbers: {
          type: "array",
          minItems: 1,
          maxItems: maxNumbersPerCall,
          items: {
            type: "object",
            properties: {
              number: { type: "string", pattern: "^1[2-9][0-9]{2}[2-9][0-9]{6}$" },
              number_type: { type: "string", enum: ["LOCAL"] },
              voice_enabled: { type: "boolean" },
              sms_enabled: { type: "boolean" },
              mms_enabled: { type: "boolean" },
              carrier_id: stringSchema,
              carrier_tier_id: { type: "integer" },
              region_id: { type: "integer" }
            },
            required: ["number"]
          }
        },
        user_email: stringSchema,
        skip_number_testing: { type: "boolean" },
        skip_phone_number_profile_restrictions: { type: "boolean" },
        reason_skip_number_testing: stringSchema
      },
      required: ["numbers"]
    }
  },
  {
    name: "block_numbers",
    title: "Block numbers",
    description: "Blocks or unblocks exactly one telephone number of the inventory.",
    inputSchema: {
      type: "object",
      properties: {
        numbers: {
          type: "array",
          minItems: 1,
          maxItems: 1,
          items: {
            type: "object",
            properties: { number: stringSchema, operation: { type: "string", enum: ["block", "unblock"] } },
            required: ["number"]
          }
        },
        email_id: stringSchema
      },
      required: ["numbers"]
    }
  }
]

/** The two tools of the company's number inventory. */
export class InventoryTools {
  readonly #state: McpState

  constructor(state: McpState) {
    this.#state = state
  }

  /** Undefined when there is no such tool. */
  call(name: string, given: unknown, nowMillis: number): ToolReply | BadArguments | undefined {
    if (name === "add_numbers_to_inventory" || name === "add numbers to inventory") return this.#add(given, nowMillis)
    if (name === "block_numbers" || name === "block numbers") return this.#block(given, nowMillis)
    return undefined
  }

  #add(given: unknown, nowMillis: number): ToolReply | BadArguments {
    const decoded = decodeAdd(given)
    if (decoded._tag === "Failure") return { badArguments: String(decoded.failure) }
    const added: Array<string> = []
    const failed: Array<{ number: string; error: string }> = []
    for (const entry of decoded.success.numbers) {
      const error = this.#addOne(entry, decoded.success.reason_skip_number_testing ?? null, nowMillis)
      if (error === undefined) added.push(entry.number)
      else failed.push({ number: entry.number, error })
    }
    return {
      status: failed.length === 0 ? "success" : added.length === 0 ? "error" : "partial",
      response: {
        message: `${added.length} of ${decoded.success.numbers.length} numbers added to inventory`,
        ...this.#log(nowMillis),
        numbers_processed: added.length,
        error: failed.length === 0 ? null : `${failed.length} numbers failed`,
        added,
        failed
      }
    }
  }

  #addOne(
    entry: (typeof AddArguments.Type)["numbers"][number],
    reason: string | null,
    nowMillis: number
  ): string | undefined {
    const { number } = entry
    if (number.length !== 11 || nanpDigits(number) === undefined) return "not a number of eleven digits"
    const before = this.#state.inventory.get(number)
    if (before !== undefined) {
      this.#state.inventory.set(number, { ...before, times: before.times + 1 })
      return "already in inventory"
    }
    this.#state.inventory.set(number, {
      number,
      at: isoTime(nowMillis),
      times: 1,
      regionId: entry.region_id ?? null,
      carrierId: entry.carrier_id ?? null,
      carrierTierId: entry.carrier_tier_id ?? null,
      reason
    })
    return undefined
  }

  #block(given: unknown, nowMillis: number): ToolReply | BadArguments {
    const decoded = decodeBlock(given)
    if (decoded._tag === "Failure") return { badArguments: String(decoded.failure) }
    const [first] = decoded.success.numbers
    if (first === undefined || decoded.success.numbers.length !== 1) {
      return this.#blockReply("numbers list must contain exactly one number", "", nowMillis)
    }
    const { number, operation = "block" } = first
    const error = this.#state.inventory.has(number) ? null : "not in inventory"
    const sequence = this.#state.store.next("mcp.blockCall")
    this.#state.blockCalls.set(String(sequence), { sequence, number, operation, at: isoTime(nowMillis), error })
    if (error === null && operation === "block") this.#state.blocked.set(number, isoTime(nowMillis))
    if (error === null && operation === "unblock") this.#state.blocked.delete(number)
    return this.#blockReply(error, `${number} is ${operation}ed`, nowMillis)
  }

  #blockReply(error: string | null, message: string, nowMillis: number): ToolReply {
    return {
      status: error === null ? "success" : "error",
      response: {
        message: error ?? message,
        ...this.#log(nowMillis),
        numbers_processed: error === null ? 1 : 0,
        error
      }
    }
  }

  #log(nowMillis: number) {
    return {
      log_identifier: uuidId("mcp.log", this.#state.store.next("mcp.log")),
      timestamp: isoTime(nowMillis)
    }
  }
}
