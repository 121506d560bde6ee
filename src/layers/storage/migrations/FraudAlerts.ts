import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { projection } from "./Projections.ts"

const columns = `alert_id status fraud_type rule ncc_type severity severity_rank confidence evidence subject b_number
  a_number_count findings calls source_ips action_taken detection_window_millis detection_latency_millis
  detected_at first_seen_at last_seen_at assignee acknowledged_by acknowledged_at resolution
  resolution_notes resolved_by resolved_at reported_ncc ncc_incident_id ncc_reported_at version created_at
  updated_at`.split(/\s+/)

const table = `CREATE TABLE fraud_alerts (
  alert_id text PRIMARY KEY,
  status text NOT NULL,
  fraud_type text NOT NULL,
  rule text NOT NULL,
  ncc_type text NOT NULL,
  severity text NOT NULL,
  severity_rank integer NOT NULL,
  confidence double precision NOT NULL,
  evidence text NOT NULL,
  subject text NOT NULL,
  b_number text NOT NULL,
  a_number_count integer NOT NULL,
  findings bigint NOT NULL,
  calls bigint NOT NULL,
  source_ips json NOT NULL,
  action_taken text NOT NULL,
  detection_window_millis integer NOT NULL,
  detection_latency_millis double precision NOT NULL,
  detected_at timestamptz(3) NOT NULL,
  first_seen_at timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  assignee text,
  acknowledged_by text,
  acknowledged_at timestamptz(3),
  resolution text,
  resolution_notes text,
  resolved_by text,
  resolved_at timestamptz(3),
  reported_ncc boolean NOT NULL,
  ncc_incident_id text,
  ncc_reported_at timestamptz(3),
  version integer NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
)`

/**
 * The id of the alert that gathers a pattern: the one that is open, or else a new one. Two that ask at once get the same
 * one; at worst a number is left out.
 */
const allot = `CREATE FUNCTION allot_fraud_alert(wanted text, year text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  found text;
BEGIN
  SELECT p.alert_id INTO found FROM fraud_patterns p
    WHERE p.pattern = wanted
      AND NOT EXISTS (SELECT 1 FROM fraud_alerts a WHERE a.alert_id = p.alert_id AND a.status = 'resolved');
  IF found IS NOT NULL THEN
    RETURN found;
  END IF;
  INSERT INTO fraud_patterns AS p (pattern, alert_id)
    VALUES (wanted, 'ALT-' || year || '-' || to_char(nextval('fraud_alert_numbers'), 'FM999990000000'))
  ON CONFLICT (pattern) DO UPDATE SET alert_id = CASE
    WHEN EXISTS (SELECT 1 FROM fraud_alerts a WHERE a.alert_id = p.alert_id AND a.status = 'resolved')
    THEN EXCLUDED.alert_id ELSE p.alert_id END
  RETURNING p.alert_id INTO found;
  RETURN found;
END $$`

/** Alerts, and which of them gathers what is seen of a pattern. */
export const fraudAlerts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(table)
  yield* sql`CREATE INDEX fraud_alerts_created ON fraud_alerts (created_at, alert_id)`
  yield* sql`CREATE INDEX fraud_alerts_detected ON fraud_alerts (detected_at)`
  yield* sql`CREATE INDEX fraud_alerts_status ON fraud_alerts (status, created_at, alert_id)`
  yield* sql`CREATE INDEX fraud_alerts_subject ON fraud_alerts (subject, created_at, alert_id)`
  yield* sql`CREATE INDEX fraud_alerts_resolved ON fraud_alerts (resolved_at)`
  yield* sql`CREATE SEQUENCE fraud_alert_numbers`
  yield* sql`CREATE TABLE fraud_patterns (pattern text PRIMARY KEY, alert_id text NOT NULL)`
  yield* sql.unsafe(allot)
  yield* sql.unsafe(projection("fraud_alerts", "alert_id", columns))
})
