import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { CallTally } from "../../domain/gateways/CallTally.ts"
import { emptyTally } from "../../domain/gateways/CallTally.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { orUnavailable } from "./journal/Unavailable.ts"

/** What a gateway did in the minute that begins at `atMillis`. */
export interface MinuteOfGateway {
  readonly atMillis: number
  readonly tally: CallTally
}

/** How long minutes are kept, and how many rows one statement takes away. */
export const metricsRetentionDays = 35
const sweepBatch = 10_000

const minuteMillis = 60_000

/** Most minutes that one question brings: a day and the one under way. */
export const maxMinutes = 1_441

const columns: Readonly<Record<keyof CallTally, string>> = {
  attempts: "attempts",
  answered: "answered",
  userBusy: "user_busy",
  noAnswer: "no_answer",
  rejectedByUser: "rejected_by_user",
  blocked: "blocked",
  fraudCalls: "fraud_calls",
  shortCalls: "short_calls",
  durationMillis: "duration_millis",
  setupMillis: "setup_millis",
  pddMillis: "pdd_millis",
  pddCalls: "pdd_calls",
  probes: "probes",
  probesAnswered: "probes_answered",
  peakCps: "peak_cps",
  peakCpm: "peak_cpm",
  peakConcurrent: "peak_concurrent"
}

const fields = Object.keys(emptyTally) as ReadonlyArray<keyof CallTally>
const names = fields.map((field) => columns[field])

const combined = names.map((name) =>
  name.startsWith("peak_")
    ? `${name} = greatest(m.${name}, EXCLUDED.${name})`
    : `${name} = m.${name} + EXCLUDED.${name}`
)

/** Added to what the minute has: the same minute is kept by two nodes when an actor moves. */
const insertStatement = `INSERT INTO gateway_metrics AS m (gateway_id, at, ${names.join(", ")})
  VALUES ($1, to_timestamp($2::double precision / 1000), ${names.map((_, index) => `$${index + 3}`).join(", ")})
  ON CONFLICT (gateway_id, at) DO UPDATE SET ${combined.join(", ")}`

const selectStatement = `SELECT (extract(epoch from at) * 1000)::bigint::text AS at_millis,
  ${names.map((name) => `${name}::text`).join(", ")}
  FROM gateway_metrics WHERE gateway_id = $1 AND at >= to_timestamp($2::double precision / 1000)
  ORDER BY at DESC LIMIT ${maxMinutes}`

const tallyOf = (row: Readonly<Record<string, string>>): CallTally => {
  const tally: { -readonly [K in keyof CallTally]: number } = { ...emptyTally }
  for (const field of fields) tally[field] = Number(row[columns[field]])
  return tally
}

/** What gateways did, minute by minute: the figures themselves are counted in memory. */
export class GatewayMetrics extends Context.Service<
  GatewayMetrics,
  {
    readonly add: (gatewayId: string, minute: MinuteOfGateway) => Effect.Effect<void, JournalUnavailable>
    /** Oldest first; at most a day's. */
    readonly since: (
      gatewayId: string,
      fromMillis: number
    ) => Effect.Effect<ReadonlyArray<MinuteOfGateway>, JournalUnavailable>
    /** Takes away what is older than the retention; how many rows. */
    readonly sweep: (nowMillis: number) => Effect.Effect<number, JournalUnavailable>
  }
>()("tandem/layers/storage/GatewayMetrics") {
  static readonly layer: Layer.Layer<GatewayMetrics, never, SqlClient.SqlClient> = Layer.effect(
    GatewayMetrics,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      return GatewayMetrics.of({
        add: (gatewayId, { atMillis, tally }) =>
          sql
            .unsafe(insertStatement, [
              gatewayId,
              Math.floor(atMillis / minuteMillis) * minuteMillis,
              ...fields.map((field) => tally[field])
            ])
            .pipe(Effect.asVoid, orUnavailable),
        since: (gatewayId, fromMillis) =>
          sql.unsafe<Readonly<Record<string, string>>>(selectStatement, [gatewayId, fromMillis]).pipe(
            Effect.map((rows) =>
              rows.map((row) => ({ atMillis: Number(row.at_millis), tally: tallyOf(row) })).toReversed()
            ),
            orUnavailable
          ),
        sweep: (nowMillis) =>
          sql<{ readonly swept: number }>`WITH swept AS (DELETE FROM gateway_metrics WHERE ctid IN (
              SELECT ctid FROM gateway_metrics
              WHERE at < to_timestamp(${nowMillis - metricsRetentionDays * 86_400_000}::double precision / 1000)
              LIMIT ${sweepBatch}) RETURNING 1)
            SELECT count(*)::integer AS swept FROM swept`.pipe(
            Effect.map((rows) => rows[0]?.swept ?? 0),
            orUnavailable
          )
      })
    })
  )
}
