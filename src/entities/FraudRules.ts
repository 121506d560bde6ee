import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { RulesRefusal, RulesState } from "../domain/fraud/rules/RuleChanges.ts"
import { CommandError, JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import { change, replacement, reversal } from "./RulesCommands.ts"

const success = RulesState
const error = Schema.Union([...RulesRefusal.members, ...CommandError.members])

/** Replaces some fields of one rule, or of `composite`. */
export const Change = Rpc.make("Change", {
  payload: { ...change, rule: Schema.String, patch: Schema.Record(Schema.String, Schema.Unknown) },
  success,
  error
})

export const Replace = Rpc.make("Replace", { payload: replacement, success, error })

export const Revert = Rpc.make("Revert", { payload: reversal, success, error })

export const Get = Rpc.make("Get", { success, error: JournalUnavailable })

/** The rules by which calls are judged; there is one actor. */
export const FraudRules = Entity.make("FraudRules", [Change, Replace, Revert, Get])
