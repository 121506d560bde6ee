import { Context, Effect, Layer } from "effect"
import type { GatewayStatus } from "../../domain/gateways/Gateway.ts"
import type { GatewayConfig } from "../../domain/gateways/GatewayConfig.ts"
import { takesCalls } from "../../domain/gateways/GatewayConfig.ts"
import type { HealthStatus } from "../../domain/gateways/GatewayHealth.ts"
import { canonicalIp } from "../../domain/network/IpAddress.ts"
import type { GatewayRow } from "../storage/GatewayRows.ts"
import { GatewayRows, maxGateways } from "../storage/GatewayRows.ts"
import type { Journal } from "../storage/Journal.ts"
import type { JournalChanges } from "../storage/JournalChanges.ts"
import { followJournal } from "../storage/JournalFollower.ts"

/** What a call's screening needs to know of a gateway. */
export interface GatewayEntry extends GatewayConfig {
  readonly gatewayId: string
  readonly status: GatewayStatus
  readonly statusReason: string | null
  /** When a suspension or blacklisting ends; null: nobody knows. */
  readonly statusExpiresAtMillis: number | null
  readonly health: HealthStatus
}

/** Gateways whose rows one statement brings. */
const rowsPerStatement = 1_000

const entryOf = ({ createdAt: _, statusExpiresAt, updatedAt: __, version: ___, ...row }: GatewayRow): GatewayEntry => ({
  ...row,
  statusExpiresAtMillis: statusExpiresAt === null ? null : Date.parse(statusExpiresAt)
})

const sourceOf = (ip: string, group: number): string => `${ip}/${group}`

/** The copy itself: two maps, by id and by where calls come from. */
export const makeDirectoryTable = () => {
  const byId = new Map<string, GatewayEntry>()
  const bySource = new Map<string, GatewayEntry>()

  const forget = (gatewayId: string) => {
    const known = byId.get(gatewayId)
    if (known === undefined) return
    byId.delete(gatewayId)
    const source = sourceOf(known.ipAddress, known.sourceGroup)
    if (bySource.get(source)?.gatewayId === gatewayId) bySource.delete(source)
  }

  return {
    size: () => byId.size,
    get: (gatewayId: string): GatewayEntry | undefined => byId.get(gatewayId),
    /** A gateway of just this group goes before one of any group. */
    bySource: (ip: string, group: number): GatewayEntry | undefined => {
      const address = canonicalIp(ip)
      return bySource.get(sourceOf(address, group)) ?? bySource.get(sourceOf(address, 0))
    },
    forget,
    /** False: there is no more room. */
    put: (entry: GatewayEntry): boolean => {
      forget(entry.gatewayId)
      if (entry.status === "deleted") return true
      if (byId.size >= maxGateways) return false
      byId.set(entry.gatewayId, entry)
      if (takesCalls(entry)) bySource.set(sourceOf(entry.ipAddress, entry.sourceGroup), entry)
      return true
    }
  }
}

/**
 * All gateways, at hand in this node's memory: whoever screens a call must not wait for a database. The copy follows the
 * journal, so that a change is on every node within a second; while the database is away, it stays as it was.
 */
export class GatewayDirectory extends Context.Service<
  GatewayDirectory,
  {
    /** The gateway that calls from this address in this group of the switch's sources belong to. */
    readonly bySource: (ip: string, group: number) => GatewayEntry | undefined
    readonly get: (gatewayId: string) => GatewayEntry | undefined
    readonly size: () => number
  }
>()("tandem/layers/fraud/GatewayDirectory") {
  static readonly layer: Layer.Layer<GatewayDirectory, never, GatewayRows | Journal | JournalChanges> = Layer.effect(
    GatewayDirectory,
    Effect.gen(function* () {
      const rows = yield* GatewayRows
      const table = makeDirectoryTable()

      const put = (row: GatewayRow) =>
        table.put(entryOf(row))
          ? Effect.void
          : Effect.logError("there are more gateways than a node keeps at hand").pipe(
              Effect.annotateLogs({ gatewayId: row.gatewayId, maxGateways })
            )
      const putAll = (ids?: ReadonlyArray<string>) =>
        Effect.flatMap(rows.all(ids), (found) => Effect.forEach(found, put, { discard: true }))

      yield* followJournal({
        name: "the gateways",
        entityTypes: ["Gateway"],
        load: putAll(),
        refresh: Effect.fnUntraced(function* (changed) {
          for (let from = 0; from < changed.length; from += rowsPerStatement) {
            yield* putAll(changed.slice(from, from + rowsPerStatement).map(({ entityId }) => entityId))
          }
        })
      })
      return GatewayDirectory.of({ bySource: table.bySource, get: table.get, size: table.size })
    })
  )
}
