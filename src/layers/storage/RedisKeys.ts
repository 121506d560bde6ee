import { dispatcherList } from "../../domain/gateways/DispatcherList.ts"
import type { ListMatch } from "../../domain/fraud/Finding.ts"
import type { ListEntryKey } from "../../domain/fraud/lists/ListEntry.ts"
import type { GatewayRow } from "./GatewayRows.ts"
import type { RedisCommand } from "./Redis.ts"

/** Every key that the mirror writes, but its own mark. */
export const mirroredPatterns = ["tandem:gateway:*", "tandem:dispatcher:*", "tandem:block:*", "tandem:allow:*"] as const

/** Says up to where in the journal the mirror is true, and who wrote it. */
export const markKey = "tandem:mirror"

export const gatewayKey = (gatewayId: string): string => `tandem:gateway:${gatewayId}`

export const dispatcherKey = (set: number): string => `tandem:dispatcher:${set}`

/** `tandem:block:number:+234…`, `tandem:block:prefix:234…` without `+`, `tandem:allow:ip:…`, `tandem:allow:carrier:…`. */
export const listKey = ({ kind, list, value }: ListEntryKey): string =>
  `tandem:${list}:${kind}:${kind === "prefix" ? value.replace(/^\+/, "") : value}`

export interface MirroredEntry extends ListMatch {
  /** Infinite: it never expires by itself. */
  readonly expiresAtMillis: number
}

/** An entry is its reason, for as long as it lasts. */
export const entryCommand = (entry: MirroredEntry, nowMillis: number): RedisCommand => {
  const key = listKey(entry)
  if (entry.expiresAtMillis === Number.POSITIVE_INFINITY) return ["SET", key, entry.reason]
  if (entry.expiresAtMillis <= nowMillis) return ["DEL", key]
  return ["SET", key, entry.reason, "PXAT", Math.ceil(entry.expiresAtMillis)]
}

export const gatewayCommand = (row: GatewayRow): RedisCommand =>
  row.status === "deleted"
    ? ["DEL", gatewayKey(row.gatewayId)]
    : ["SET", gatewayKey(row.gatewayId), JSON.stringify(row)]

/** The list of each set that a gateway belongs to, also of one whose gateways take no calls now: that list is empty. */
export const dispatcherCommands = (rows: ReadonlyArray<GatewayRow>): ReadonlyArray<RedisCommand> =>
  [...new Set(rows.map((row) => row.dispatcherSet))]
    .filter((set) => set > 0)
    .map((set) => ["SET", dispatcherKey(set), dispatcherList("kamailio", set, rows)])
