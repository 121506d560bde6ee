import { BodyTooLarge, IdempotencyKeyConflict, UnsupportedMediaType } from "./RequestProblems.ts"
import { CommandParked, EntityBusy, EntityTimeout, JournalUnavailable } from "./ServiceProblems.ts"

/** What every POST may be answered besides its own refusals. */
export const postProblems = [IdempotencyKeyConflict, BodyTooLarge, UnsupportedMediaType, JournalUnavailable] as const

/** What every command to an actor may be answered besides its own refusals. */
export const commandProblems = [...postProblems, CommandParked, EntityBusy, EntityTimeout] as const
