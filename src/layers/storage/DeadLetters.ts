import type { Effect, Option } from "effect"
import { Context, Schema } from "effect"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"

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

export class DeadLetters extends Context.Service<
  DeadLetters,
  {
    readonly park: (letter: {
      readonly entityType: string
      readonly entityId: string
      readonly command: string
      readonly payload: unknown
      readonly cause: string
      readonly tries: number
    }) => Effect.Effect<string, JournalUnavailable>
    /** Oldest first, after the given id; at most 200. */
    readonly list: (page: {
      readonly afterId: string | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<DeadLetter>, JournalUnavailable>
    readonly get: (id: string) => Effect.Effect<Option.Option<DeadLetter>, JournalUnavailable>
    readonly markReplayed: (id: string) => Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/layers/storage/DeadLetters") {}
