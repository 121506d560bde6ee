import { Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { GatewayConfig } from "../../domain/gateways/GatewayConfig.ts"
import { takesCalls } from "../../domain/gateways/GatewayConfig.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { orUnavailable } from "./journal/Unavailable.ts"

export interface GatewayClaim {
  readonly kind: "code" | "source"
  readonly value: string
}

/** What no other gateway may have: the code, and for one that calls come from its address in its group of sources. */
export const claimsOf = (config: GatewayConfig): ReadonlyArray<GatewayClaim> => [
  { kind: "code", value: config.code.toLowerCase() },
  ...(takesCalls(config) ? [{ kind: "source", value: `${config.ipAddress}/${config.sourceGroup}` } as const] : [])
]

/** A claim that its gateway does not use is free after this long: its owner may be about to write its event. */
const settleMillis = 60_000

/** The claim's gateway has a row that bears it out. */
const inUse = `EXISTS (SELECT FROM gateways g WHERE g.gateway_id = c.gateway_id AND g.status <> 'deleted'
  AND CASE c.kind WHEN 'code' THEN lower(g.code) = c.value
    ELSE g.direction <> 'egress' AND g.ip_address || '/' || g.source_group = c.value END)`

/**
 * What is unique among gateways, which no single actor can know. It is claimed before the event that needs it is written;
 * claims that came to nothing lapse by themselves.
 */
export class GatewayClaims extends Context.Service<
  GatewayClaims,
  {
    /** Claims all for the gateway, and gives those that another one has. */
    readonly claim: (
      gatewayId: string,
      claims: ReadonlyArray<GatewayClaim>
    ) => Effect.Effect<ReadonlyArray<GatewayClaim & { readonly heldBy: string }>, JournalUnavailable>
    /** Gives back what the gateway no longer uses. */
    readonly release: (gatewayId: string) => Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/layers/storage/GatewayClaims") {
  static readonly layer: Layer.Layer<GatewayClaims, never, SqlClient.SqlClient> = Layer.effect(
    GatewayClaims,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const seconds = (millis: number) => sql`to_timestamp(${millis}::double precision / 1000)`

      const take = (gatewayId: string, { kind, value }: GatewayClaim, nowMillis: number) =>
        sql`INSERT INTO gateway_claims AS c (kind, value, gateway_id, claimed_at)
          VALUES (${kind}, ${value}, ${gatewayId}, ${seconds(nowMillis)})
          ON CONFLICT (kind, value) DO UPDATE SET gateway_id = EXCLUDED.gateway_id, claimed_at = EXCLUDED.claimed_at
          WHERE c.gateway_id = EXCLUDED.gateway_id
            OR (c.claimed_at < ${seconds(nowMillis - settleMillis)} AND NOT ${sql.literal(inUse)})
          RETURNING kind`

      return GatewayClaims.of({
        claim: Effect.fnUntraced(function* (gatewayId, claims) {
          const nowMillis = yield* Clock.currentTimeMillis
          const taken: Array<GatewayClaim & { readonly heldBy: string }> = []
          for (const claim of claims) {
            const rows = yield* orUnavailable(take(gatewayId, claim, nowMillis))
            if (rows.length > 0) continue
            const { kind, value } = claim
            const holders = yield* orUnavailable(sql<{ readonly gateway_id: string }>`
              SELECT gateway_id FROM gateway_claims WHERE kind = ${kind} AND value = ${value}`)
            taken.push({ ...claim, heldBy: holders[0]?.gateway_id ?? "another gateway" })
          }
          return taken
        }),
        release: (gatewayId) =>
          sql`DELETE FROM gateway_claims c WHERE c.gateway_id = ${gatewayId} AND NOT ${sql.literal(inUse)}`.pipe(
            Effect.asVoid,
            orUnavailable
          )
      })
    })
  )
}
