import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { GatewayRulesRefusal, GatewayRulesState } from "../domain/gateways/GatewayRuleChanges.ts"
import { CommandError, JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import { replacement, reversal } from "./RulesCommands.ts"

const success = GatewayRulesState
const error = Schema.Union([...GatewayRulesRefusal.members, ...CommandError.members])

export const Replace = Rpc.make("Replace", { payload: replacement, success, error })

export const Revert = Rpc.make("Revert", { payload: reversal, success, error })

export const Get = Rpc.make("Get", { success, error: JournalUnavailable })

/** The rules by which gateways are judged; there is one actor. */
export const GatewayRules = Entity.make("GatewayRules", [Replace, Revert, Get])
