import { dispatcherList } from "../../domain/gateways/DispatcherList.ts"
import type { ListMatch } from "../../domain/fraud/Finding.ts"
import type { GatewayRow } from "./GatewayRows.ts"
import type { RedisCommand } from "./Redis.ts"

/** Every key that the mirror writes, but its own mark. */
export const mirroredPatterns = ["tandem:gateway:*", "tandem:dispatcher:*", "tandem:block:*"] as const

/** Says up to where in the journal the mirror is true, and who wrote it. */
export const markKey = "tandem:mirror"

export const gatewayKey = (gatewayId: string): string => `tandem:gateway:${gatewayId}`

export const dispatcherKey = (set: number): string => `tandem:dispatcher:${set}`

/** `tandem:block:number:+234…`, `tandem:block:prefix:234…` without `+`, `tandem:block:ip:…`, `tandem:block:carrier:…`. */
export const blockKey = (kind: ListMatch["kind"], value: string): string =>
  `tandem:block:${kind}:${kind === "prefix" ? value.replace(/^\+/, "") : value}`

export interface MirroredEntry extends ListMatch {
  /** Infinite: it never expires by itself. */
  readonly expiresAtMillis: number
}

/** An entry of the block list is its reason, for as long as it lasts; the allow list is not for proxies. */
export const blockCommands = (entry: MirroredEntry, nowMillis: number): ReadonlyArray<RedisCommand> => {
  const key = blockKey(entry.kind, entry.value)
  if (entry.list !== "block") return []
  if (entry.expiresAtMillis === Number.POSITIVE_INFINITY) return [["SET", key, entry.reason]]
  if (entry.expiresAtMillis <= nowMillis) return [["DEL", key]]
  return [["SET", key, entry.reason, "PXAT", Math.ceil(entry.expiresAtMillis)]]
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
