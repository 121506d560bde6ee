import { Schema } from "effect"

/** Most characters of a cause that are kept. */
export const longestCause = 4_000

/** A command that failed with a defect as often as it may be tried. */
export const DeadLetter = Schema.Struct({
  id: Schema.String,
  entityType: Schema.String,
  entityId: Schema.String,
  command: Schema.String,
  payload: Schema.Unknown,
  cause: Schema.String,
  tries: Schema.Int,
  parkedAt: Schema.String,
  /** When an operator had it tried again; null: still waiting. */
  replayedAt: Schema.NullOr(Schema.String)
})
export type DeadLetter = typeof DeadLetter.Type
