import { Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { Statement } from "effect/sql"
import type { FraudType, NccIncidentType, Severity } from "../../domain/fraud/FraudType.ts"
import type { RuleName } from "../../domain/fraud/Finding.ts"
import type { AlertAction, AlertResolution, AlertStatus } from "../../domain/fraud/alerts/FraudAlert.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { alertStats } from "./AlertStats.ts"
import type { AlertStats } from "./AlertStats.ts"
import type { CreatedBefore } from "./RowQueries.ts"
import { createdBefore, equalTo, iso, limited, orUnavailable } from "./RowQueries.ts"

/** One alert as the lists show it. Instants are ISO 8601, UTC, milliseconds. */
export interface AlertRow {
  readonly alertId: string
  readonly status: AlertStatus
  readonly type: FraudType
  readonly rule: RuleName
  readonly nccType: NccIncidentType
  readonly severity: Severity
  readonly confidence: number
  readonly evidence: string
  readonly subject: string
  readonly bNumber: string
  readonly aNumberCount: number
  readonly findings: number
  readonly calls: number
  readonly sourceIps: ReadonlyArray<string>
  readonly actionTaken: AlertAction
  readonly detectionWindowMillis: number
  readonly detectionLatencyMillis: number
  readonly detectedAt: string
  readonly firstSeenAt: string
  readonly lastSeenAt: string
  readonly assignee: string | null
  readonly acknowledgedBy: string | null
  readonly acknowledgedAt: string | null
  readonly resolution: AlertResolution | null
  readonly resolutionNotes: string | null
  readonly resolvedBy: string | null
  readonly resolvedAt: string | null
  readonly reportedNcc: boolean
  readonly nccIncidentId: string | null
  readonly nccReportedAt: string | null
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

/** From an instant on, and before another; ISO 8601. They are about when alerts were detected. */
export interface Period {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface AlertFilter extends Period {
  readonly status?: AlertStatus | undefined
  readonly severity?: Severity | undefined
  readonly type?: FraudType | undefined
  readonly rule?: RuleName | undefined
  readonly subject?: string | undefined
  readonly assignee?: string | undefined
}

const columnsOf = (sql: SqlClient.SqlClient) => sql`alert_id AS "alertId", status, fraud_type AS type, rule,
  ncc_type AS "nccType", severity, confidence, evidence, subject, b_number AS "bNumber",
  a_number_count AS "aNumberCount", findings::double precision, calls::double precision, source_ips AS "sourceIps",
  action_taken AS "actionTaken", detection_window_millis AS "detectionWindowMillis",
  detection_latency_millis AS "detectionLatencyMillis", ${iso(sql, "detected_at")} AS "detectedAt",
  ${iso(sql, "first_seen_at")} AS "firstSeenAt", ${iso(sql, "last_seen_at")} AS "lastSeenAt", assignee,
  acknowledged_by AS "acknowledgedBy", ${iso(sql, "acknowledged_at")} AS "acknowledgedAt", resolution,
  resolution_notes AS "resolutionNotes", resolved_by AS "resolvedBy", ${iso(sql, "resolved_at")} AS "resolvedAt",
  reported_ncc AS "reportedNcc", ncc_incident_id AS "nccIncidentId",
  ${iso(sql, "ncc_reported_at")} AS "nccReportedAt", version, ${iso(sql, "created_at")} AS "createdAt",
  ${iso(sql, "updated_at")} AS "updatedAt"`

/** A day that its month does not have becomes one of the next month: Postgres would refuse it. */
const iso8601 = (instant: string) => new Date(instant).toISOString()

const within = (sql: SqlClient.SqlClient, { from, to }: Period): Array<Statement.Fragment> => [
  ...(from === undefined ? [] : [sql`detected_at >= ${iso8601(from)}::timestamptz`]),
  ...(to === undefined ? [] : [sql`detected_at < ${iso8601(to)}::timestamptz`])
]

export class AlertRows extends Context.Service<
  AlertRows,
  {
    /** Newest first; at most 201. */
    readonly list: (query: {
      readonly filter: AlertFilter
      readonly after: CreatedBefore | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<AlertRow>, JournalUnavailable>
    readonly get: (alertId: string) => Effect.Effect<Option.Option<AlertRow>, JournalUnavailable>
    /** Of the alerts that were detected in the period. */
    readonly stats: (period: Period) => Effect.Effect<AlertStats, JournalUnavailable>
  }
>()("tandem/layers/storage/AlertRows") {
  static readonly layer: Layer.Layer<AlertRows, never, SqlClient.SqlClient> = Layer.effect(
    AlertRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = columnsOf(sql)
      const clauses = (filter: AlertFilter, after: CreatedBefore | null) => {
        const { assignee, rule, severity, status, subject, type } = filter
        const equal = equalTo(sql, { status, severity, fraud_type: type, rule, subject, assignee })
        return sql.and(["true", ...equal, ...within(sql, filter), ...createdBefore(sql, "alert_id", after)])
      }
      return AlertRows.of({
        list: ({ after, filter, limit }) =>
          sql<AlertRow>`SELECT ${columns} FROM fraud_alerts WHERE ${clauses(filter, after)}
            ORDER BY created_at DESC, alert_id DESC LIMIT ${limited(limit)}`.pipe(orUnavailable),
        get: (alertId) =>
          sql<AlertRow>`SELECT ${columns} FROM fraud_alerts WHERE alert_id = ${alertId}`.pipe(
            Effect.map((rows) => Option.fromUndefinedOr(rows[0])),
            orUnavailable
          ),
        stats: (period) => alertStats(sql, sql.and(["true", ...within(sql, period)])).pipe(orUnavailable)
      })
    })
  )
}
