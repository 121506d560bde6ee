import type { JournalEvent } from "../../../domain/journal/JournalEvent.ts"

/** A row of `journal_events`; `payload` is its text exactly as stored, instants are milliseconds since the epoch. */
export interface EventRow {
  readonly position_text: string
  readonly entity_type: string
  readonly entity_id: string
  readonly version: number
  readonly event_type: string
  readonly payload: string
  readonly command_key: string | null
  readonly request_id: string | null
  readonly occurred_at_millis: string
  readonly hash: string
}

/** The columns of an {@link EventRow}, for a SELECT. */
export const eventColumns = `position::text AS position_text, entity_type, entity_id, version, event_type,
  payload::text AS payload, command_key, request_id,
  (extract(epoch from occurred_at) * 1000)::bigint::text AS occurred_at_millis, hash`

/** The event that a row holds. */
export const eventOf = (row: EventRow): JournalEvent => ({
  position: Number(row.position_text),
  entityType: row.entity_type,
  entityId: row.entity_id,
  version: row.version,
  type: row.event_type,
  payload: JSON.parse(row.payload),
  commandKey: row.command_key,
  requestId: row.request_id,
  occurredAt: new Date(Number(row.occurred_at_millis)).toISOString()
})
