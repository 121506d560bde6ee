import type { Effect } from "effect"
import { Context, Schema } from "effect"
import type { Country } from "../../domain/numbers/RequestedLine.ts"
import type { VendorError } from "./VendorError.ts"

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
>()("tandem/layers/vendors/McpInventory") {}
