import type { Effect } from "effect"
import { Context, Schema } from "effect"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import type { DeadLetter } from "../domain/journal/DeadLetter.ts"

export class DeadLetterUnknown extends Schema.TaggedError<DeadLetterUnknown>()("DeadLetterUnknown", {
  id: Schema.String
}) {}

/** The command failed again; it stays in the dead letters. */
export class ReplayFailed extends Schema.TaggedError<ReplayFailed>()("ReplayFailed", {
  id: Schema.String,
  detail: Schema.String
}) {}

/** Sends a parked command to its entity once more. */
export class DeadLetterReplay extends Context.Service<
  DeadLetterReplay,
  {
    readonly replay: (id: string) => Effect.Effect<DeadLetter, DeadLetterUnknown | ReplayFailed | JournalUnavailable>
  }
>()("tandem/entities/DeadLetterReplay") {}
