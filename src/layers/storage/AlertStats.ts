import { Effect } from "effect"
import type { SqlClient, Statement } from "effect/sql"

/** Figures of many alerts. Means are null when there is nothing to take the mean of. */
export interface AlertStats {
  readonly total: number
  readonly findings: number
  readonly calls: number
  readonly byStatus: Readonly<Record<string, number>>
  readonly bySeverity: Readonly<Record<string, number>>
  readonly byType: Readonly<Record<string, number>>
  readonly byRule: Readonly<Record<string, number>>
  readonly byResolution: Readonly<Record<string, number>>
  readonly byAction: Readonly<Record<string, number>>
  /** From detection to the first acknowledgement, and to the last resolution. */
  readonly meanSecondsToAcknowledge: number | null
  readonly meanSecondsToResolve: number | null
  readonly detectionLatencyMeanMillis: number | null
  readonly detectionLatencyP99Millis: number | null
  /** Of those that were resolved, in percent; 0 when none was. */
  readonly falsePositivePercent: number
}

const columns = ["status", "severity", "fraud_type", "rule", "resolution", "action_taken"] as const

/** One count of one column's values; in a row of `GROUPING SETS`, all other columns are folded. */
type CountRow = { readonly folded: number; readonly amount: number } & Readonly<
  Record<(typeof columns)[number], string | null>
>

interface TotalRow {
  readonly total: number
  readonly findings: number
  readonly calls: number
  readonly resolved: number
  readonly falsePositives: number
  readonly toAcknowledge: number | null
  readonly toResolve: number | null
  readonly latencyMean: number | null
  readonly latencyP99: number | null
}

const counted = (rows: ReadonlyArray<CountRow>, column: (typeof columns)[number]) => {
  // GROUPING() has a bit for each column, set when it is folded, the first column highest.
  const place = columns.length - 1 - columns.indexOf(column)
  return Object.fromEntries(
    rows.flatMap((row) => {
      const value = row[column]
      return value === null || (row.folded & (1 << place)) !== 0 ? [] : [[value, row.amount]]
    })
  )
}

const percent = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 100)

export const alertStats = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, where: Statement.Fragment) {
  const counts = yield* sql<CountRow>`SELECT status, severity, fraud_type, rule, resolution, action_taken,
      GROUPING(status, severity, fraud_type, rule, resolution, action_taken) AS folded, count(*)::integer AS amount
    FROM fraud_alerts WHERE ${where}
    GROUP BY GROUPING SETS ((status), (severity), (fraud_type), (rule), (resolution), (action_taken))`
  const totals = yield* sql<TotalRow>`SELECT count(*)::integer AS total,
      coalesce(sum(findings), 0)::double precision AS findings, coalesce(sum(calls), 0)::double precision AS calls,
      (count(*) FILTER (WHERE status = 'resolved'))::integer AS resolved,
      (count(*) FILTER (WHERE resolution = 'false_positive'))::integer AS "falsePositives",
      avg(extract(epoch FROM acknowledged_at - detected_at))::double precision AS "toAcknowledge",
      avg(extract(epoch FROM resolved_at - detected_at))::double precision AS "toResolve",
      avg(detection_latency_millis) AS "latencyMean",
      percentile_cont(0.99) WITHIN GROUP (ORDER BY detection_latency_millis) AS "latencyP99"
    FROM fraud_alerts WHERE ${where}`
  const [sums] = totals
  return {
    total: sums?.total ?? 0,
    findings: sums?.findings ?? 0,
    calls: sums?.calls ?? 0,
    byStatus: counted(counts, "status"),
    bySeverity: counted(counts, "severity"),
    byType: counted(counts, "fraud_type"),
    byRule: counted(counts, "rule"),
    byResolution: counted(counts, "resolution"),
    byAction: counted(counts, "action_taken"),
    meanSecondsToAcknowledge: sums?.toAcknowledge ?? null,
    meanSecondsToResolve: sums?.toResolve ?? null,
    detectionLatencyMeanMillis: sums?.latencyMean ?? null,
    detectionLatencyP99Millis: sums?.latencyP99 ?? null,
    falsePositivePercent: percent(sums?.falsePositives ?? 0, sums?.resolved ?? 0)
  } satisfies AlertStats
})
