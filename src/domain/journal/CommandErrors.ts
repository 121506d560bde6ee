import { Schema } from "effect"

/** The same command key came before with another payload. */
export class CommandKeyConflict extends Schema.TaggedError<CommandKeyConflict>()("CommandKeyConflict", {
  entityType: Schema.String,
  entityId: Schema.String,
  commandKey: Schema.String
}) {}

/** The journal could not commit; nothing was written, and the same command may be sent again. */
export class JournalUnavailable extends Schema.TaggedError<JournalUnavailable>()("JournalUnavailable", {
  detail: Schema.String
}) {}

/** The command failed with a defect as often as it may be tried, and waits in the dead letters for an operator. */
export class CommandParked extends Schema.TaggedError<CommandParked>()("CommandParked", {
  entityType: Schema.String,
  entityId: Schema.String,
  command: Schema.String,
  deadLetterId: Schema.String
}) {}

/** What every command of every entity may answer besides its own refusals. */
export const CommandError = Schema.Union([CommandKeyConflict, JournalUnavailable, CommandParked])
export type CommandError = typeof CommandError.Type

/** Names the caller's intent: the same key gives the same answer. At most 200 characters. */
export const CommandKey = Schema.String.pipe(Schema.check(Schema.isMinLength(1), Schema.isMaxLength(200)))
