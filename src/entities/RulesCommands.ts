import { Schema } from "effect"
import { CommandKey } from "../domain/journal/CommandErrors.ts"

/** What every change of rules has: its key, and who wants it and why. */
export const change = { commandKey: CommandKey, reason: Schema.String, by: Schema.String }

/** All rules at once; refused when a version was expected that is not the last one any more. */
export const replacement = { ...change, rules: Schema.Unknown, expectedVersion: Schema.optionalKey(Schema.Int) }

/** The rules of a version again; 0 are those that held before anybody changed them. */
export const reversal = { ...change, toVersion: Schema.Int }
