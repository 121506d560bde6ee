import { Schema } from "effect"
import type { Store } from "../store/Store.ts"
import type { Table } from "../store/Table.ts"

const maxNumbers = 500_000
const maxBlockCalls = 500_000

/** A number in the inventory. `times` counts how often it was to be added. */
export const InventoryEntry = Schema.Struct({
  number: Schema.String,
  at: Schema.String,
  times: Schema.Int,
  regionId: Schema.NullOr(Schema.Finite),
  carrierId: Schema.NullOr(Schema.Union([Schema.String, Schema.Finite])),
  carrierTierId: Schema.NullOr(Schema.Finite),
  reason: Schema.NullOr(Schema.String)
})
export type InventoryEntry = typeof InventoryEntry.Type

/** One call of the block tool, in the order of the calls. */
export const BlockCall = Schema.Struct({
  sequence: Schema.Int,
  number: Schema.String,
  operation: Schema.Literals(["block", "unblock"]),
  at: Schema.String,
  error: Schema.NullOr(Schema.String)
})
export type BlockCall = typeof BlockCall.Type

export interface McpState {
  readonly store: Store
  readonly inventory: Table<InventoryEntry>
  readonly blockCalls: Table<BlockCall>
  /** Blocked numbers, with the time of the block. */
  readonly blocked: Table<string>
}

export const makeMcpState = (store: Store): McpState => ({
  store,
  inventory: store.table("mcp.inventory", InventoryEntry, maxNumbers),
  blockCalls: store.table("mcp.blockCalls", BlockCall, maxBlockCalls),
  blocked: store.table("mcp.blocked", Schema.String, maxNumbers)
})
