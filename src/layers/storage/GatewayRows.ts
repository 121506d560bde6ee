import { Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { GatewayStatus } from "../../domain/gateways/Gateway.ts"
import type { CarrierType, GatewayConfig, GatewayType } from "../../domain/gateways/GatewayConfig.ts"
import type { HealthStatus } from "../../domain/gateways/GatewayHealth.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { equalTo, iso, limited, orUnavailable } from "./RowQueries.ts"

/** One gateway as the lists show it. Instants are ISO 8601, UTC, milliseconds. */
export interface GatewayRow extends GatewayConfig {
  readonly gatewayId: string
  readonly status: GatewayStatus
  readonly statusReason: string | null
  readonly statusExpiresAt: string | null
  readonly health: HealthStatus
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export interface GatewayFilter {
  readonly status?: GatewayStatus | undefined
  readonly health?: HealthStatus | undefined
  readonly gatewayType?: GatewayType | undefined
  readonly carrierType?: CarrierType | undefined
  readonly carrierName?: string | undefined
  readonly carrierId?: string | undefined
}

/** Most gateways that a node keeps at hand, and that a list for a proxy holds. */
export const maxGateways = 10_000

export class GatewayRows extends Context.Service<
  GatewayRows,
  {
    /** By id, after the given one; at most 201. Deleted ones are not listed. */
    readonly list: (query: {
      readonly filter: GatewayFilter
      readonly afterGatewayId: string | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<GatewayRow>, JournalUnavailable>
    /** A deleted one is none. */
    readonly get: (gatewayId: string) => Effect.Effect<Option.Option<GatewayRow>, JournalUnavailable>
    /** Those of the given ids, deleted ones too; without ids all that are not deleted. At most 10,000, by id. */
    readonly all: (gatewayIds?: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<GatewayRow>, JournalUnavailable>
    /** The gateways of one set of the proxy's dispatcher; at most 10,000. */
    readonly ofDispatcherSet: (set: number) => Effect.Effect<ReadonlyArray<GatewayRow>, JournalUnavailable>
  }
>()("tandem/layers/storage/GatewayRows") {
  static readonly layer: Layer.Layer<GatewayRows, never, SqlClient.SqlClient> = Layer.effect(
    GatewayRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = sql`gateway_id AS "gatewayId", status, status_reason AS "statusReason",
        ${iso(sql, "status_expires_at")} AS "statusExpiresAt", health, name, code, ip_address AS "ipAddress", port, protocol,
        carrier_id AS "carrierId", carrier_name AS "carrierName", carrier_type AS "carrierType",
        country_code AS "countryCode", region, gateway_type AS "gatewayType", direction, source_group AS "sourceGroup",
        dispatcher_set AS "dispatcherSet", weight, priority, fraud_threshold AS "fraudThreshold", cpm_limit AS "cpmLimit",
        acd_threshold_seconds AS "acdThresholdSeconds", max_concurrent_calls AS "maxConcurrentCalls",
        max_calls_per_second AS "maxCallsPerSecond", version,
        ${iso(sql, "created_at")} AS "createdAt", ${iso(sql, "updated_at")} AS "updatedAt"`
      const there = sql`status <> 'deleted'`
      const clauses = (filter: GatewayFilter, afterGatewayId: string | null) =>
        sql.and([
          there,
          ...equalTo(sql, {
            status: filter.status,
            health: filter.health,
            gateway_type: filter.gatewayType,
            carrier_type: filter.carrierType,
            carrier_name: filter.carrierName,
            carrier_id: filter.carrierId
          }),
          ...(afterGatewayId === null ? [] : [sql`gateway_id > ${afterGatewayId}`])
        ])
      return GatewayRows.of({
        list: ({ afterGatewayId, filter, limit }) =>
          sql<GatewayRow>`SELECT ${columns} FROM gateways WHERE ${clauses(filter, afterGatewayId)}
            ORDER BY gateway_id LIMIT ${limited(limit)}`.pipe(orUnavailable),
        get: (gatewayId) =>
          sql<GatewayRow>`SELECT ${columns} FROM gateways WHERE gateway_id = ${gatewayId} AND ${there}`.pipe(
            Effect.map((rows) => Option.fromUndefinedOr(rows[0])),
            orUnavailable
          ),
        all: (gatewayIds) =>
          gatewayIds?.length === 0
            ? Effect.succeed([])
            : sql<GatewayRow>`SELECT ${columns} FROM gateways
                WHERE ${gatewayIds === undefined ? there : sql.in("gateway_id", gatewayIds)}
                ORDER BY gateway_id LIMIT ${maxGateways}`.pipe(orUnavailable),
        ofDispatcherSet: (set) =>
          sql<GatewayRow>`SELECT ${columns} FROM gateways WHERE dispatcher_set = ${set} AND status = 'active'
            ORDER BY gateway_id LIMIT ${maxGateways}`.pipe(orUnavailable)
      })
    })
  )
}
