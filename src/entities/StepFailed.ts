import { Schema } from "effect"

/** A step towards a ticket's numbers failed. `retryable`: the same step may work later. */
export class StepFailed extends Schema.TaggedError<StepFailed>()("StepFailed", {
  detail: Schema.String,
  retryable: Schema.Boolean
}) {}

export const stepFailed = (error: { readonly _tag: string; readonly message: string; readonly retryable?: boolean }) =>
  new StepFailed({
    detail: error.message === "" ? error._tag : error.message,
    retryable: error.retryable ?? error._tag === "JournalUnavailable"
  })
