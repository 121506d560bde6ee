import { severityRank } from "../domain/fraud/FraudType.ts"
import { evolveAlert } from "../domain/fraud/alerts/AlertEvolution.ts"
import type { FraudAlertState } from "../domain/fraud/alerts/FraudAlert.ts"
import { FraudAlertEvent, unknownAlert } from "../domain/fraud/alerts/FraudAlert.ts"
import type { Definition } from "./Aggregate.ts"

const iso = (atMillis: number | null) => (atMillis === null ? null : new Date(atMillis).toISOString())

export const fraudAlertHistory: Definition<FraudAlertState, FraudAlertEvent> = {
  entityType: "FraudAlert",
  initial: unknownAlert,
  evolve: evolveAlert,
  event: FraudAlertEvent,
  row: (state) =>
    state.pattern === null
      ? undefined
      : {
          table: "fraud_alerts",
          row: {
            alert_id: state.alertId,
            status: state.status,
            fraud_type: state.pattern.type,
            rule: state.pattern.rule,
            ncc_type: state.nccType,
            severity: state.severity,
            severity_rank: severityRank(state.severity),
            confidence: state.confidence,
            evidence: state.evidence,
            subject: state.pattern.subject,
            b_number: state.pattern.bNumber,
            a_number_count: state.aNumberCount,
            findings: state.findings,
            calls: state.calls,
            source_ips: state.sourceIps,
            action_taken: state.actionTaken,
            detection_window_millis: state.detectionWindowMillis,
            detection_latency_millis: state.detectionLatencyMillis,
            detected_at: iso(state.detectedAtMillis),
            first_seen_at: iso(state.firstSeenAtMillis),
            last_seen_at: iso(state.lastSeenAtMillis),
            assignee: state.assignee,
            acknowledged_by: state.acknowledgedBy,
            acknowledged_at: iso(state.acknowledgedAtMillis),
            resolution: state.resolution,
            resolution_notes: state.resolutionNotes,
            resolved_by: state.resolvedBy,
            resolved_at: iso(state.resolvedAtMillis),
            reported_ncc: state.reportedNcc,
            ncc_incident_id: state.nccIncidentId,
            ncc_reported_at: iso(state.nccReportedAtMillis)
          }
        }
}
