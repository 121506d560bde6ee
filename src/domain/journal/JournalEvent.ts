import { Schema } from "effect"

/** One committed fact about one entity, as it stands in the journal. */
export const JournalEvent = Schema.Struct({
  /** Global position: dense, starts at 1, in commit order. */
  position: Schema.Int,
  entityType: Schema.String,
  entityId: Schema.String,
  /** Position within the entity's own history: dense, starts at 1. */
  version: Schema.Int,
  type: Schema.String,
  payload: Schema.Unknown,
  commandKey: Schema.NullOr(Schema.String),
  requestId: Schema.NullOr(Schema.String),
  /** ISO 8601, UTC, milliseconds. */
  occurredAt: Schema.String
})
export type JournalEvent = typeof JournalEvent.Type
