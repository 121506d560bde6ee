import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { RulesRefusal, RulesState } from "../domain/fraud/rules/RuleChanges.ts"
import { CommandError, CommandKey, JournalUnavailable } from "../domain/journal/CommandErrors.ts"

const error = Schema.Union([...RulesRefusal.members, ...CommandError.members])

const change = { commandKey: CommandKey, reason: Schema.String, by: Schema.String }

/** Replaces some fields of one rule, or of `composite`. */
export const Change = Rpc.make("Change", {
  payload: { ...change, rule: Schema.String, patch: Schema.Record(Schema.String, Schema.Unknown) },
  success: RulesState,
  error
})

/** Replaces all rules. */
export const Replace = Rpc.make("Replace", {
  payload: { ...change, rules: Schema.Unknown },
  success: RulesState,
  error
})

/** Brings back the rules of a version; 0 are the defaults. */
export const Revert = Rpc.make("Revert", {
  payload: { ...change, toVersion: Schema.Int },
  success: RulesState,
  error
})

export const Get = Rpc.make("Get", { success: RulesState, error: JournalUnavailable })

/** The rules by which calls are judged; there is one actor, whose id is `rules`. */
export const FraudRules = Entity.make("FraudRules", [Change, Replace, Revert, Get])
