import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { CallTally } from "../domain/gateways/CallTally.ts"
import { GatewayRefusal, GatewayState, GatewayUnknown } from "../domain/gateways/Gateway.ts"
import { GatewayConfig, GatewayPatch } from "../domain/gateways/GatewayConfig.ts"
import { Period } from "../domain/gateways/GatewayFigures.ts"
import { GatewayStats } from "../domain/gateways/GatewayStats.ts"
import { CommandError, CommandKey } from "../domain/journal/CommandErrors.ts"

const error = Schema.Union([...GatewayRefusal.members, ...CommandError.members])
const success = GatewayState

/** What every command has: its key, and the name of who gives it. */
const asked = { commandKey: CommandKey, by: Schema.String }

/** Until when (null: until somebody ends it) and why. */
const restriction = { ...asked, reason: Schema.String, expiresAtMillis: Schema.NullOr(Schema.Int) }

export const Create = Rpc.make("Create", {
  payload: { ...asked, config: GatewayConfig, activate: Schema.Boolean },
  success,
  error
})

export const Update = Rpc.make("Update", { payload: { ...asked, patch: GatewayPatch }, success, error })

export const Activate = Rpc.make("Activate", { payload: asked, success, error })

export const Deactivate = Rpc.make("Deactivate", { payload: asked, success, error })

export const Suspend = Rpc.make("Suspend", { payload: restriction, success, error })

export const Blacklist = Rpc.make("Blacklist", { payload: restriction, success, error })

export const Unblacklist = Rpc.make("Unblacklist", { payload: { ...asked, reason: Schema.String }, success, error })

export const Delete = Rpc.make("Delete", { payload: { ...asked, reason: Schema.String }, success, error })

/** Most seconds of calls that one report brings. */
export const maxReportedSeconds = 120

/**
 * What one node saw of the gateway's calls, second by second, and how many are under way there. A report that comes again
 * with the same sequence counts once. Kept in memory, and each minute in a table.
 */
export const RecordCalls = Rpc.make("RecordCalls", {
  payload: {
    source: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(64)),
    sequence: Schema.Int,
    concurrent: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    seconds: Schema.Array(Schema.Struct({ atMillis: Schema.Int, tally: CallTally })).check(
      Schema.isMaxLength(maxReportedSeconds)
    )
  }
})

/** The gateway was heard of: as good as an answered probe. */
export const Heartbeat = Rpc.make("Heartbeat", {})

export const Get = Rpc.make("Get", { success, error })

/** What it does, as counted in memory. */
export const Stats = Rpc.make("Stats", {
  payload: { period: Period },
  success: GatewayStats,
  error: Schema.Union([GatewayUnknown, ...CommandError.members])
})

/** The gateway's timer is due, or something changed that it should look at. */
export const Wake = Rpc.make("Wake", { payload: { trigger: Schema.String } })

/** One SIP gateway or trunk of a carrier; the entity id is its slug. */
export const Gateway = Entity.make("Gateway", [
  Create,
  Update,
  Activate,
  Deactivate,
  Suspend,
  Blacklist,
  Unblacklist,
  Delete,
  RecordCalls,
  Heartbeat,
  Get,
  Stats,
  Wake
])
