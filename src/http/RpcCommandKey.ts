import { Effect, Schema } from "effect"
import { CurrentCaller } from "./api/Authorization.ts"
import { IdempotencyKeyConflict } from "./api/RequestProblems.ts"
import * as Services from "./api/ServiceProblems.ts"

/**
 * Names the caller's intent: the same key from the same API key gives the same answer, also after a crash; with another
 * payload it is a conflict. 1 to 128 visible ASCII characters.
 */
export const RpcCommandKey = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{1,128}$/, { expected: "1 to 128 visible ASCII characters" })
)

/** What every RPC to an actor may be answered besides its own refusals. */
export const rpcProblems = [
  IdempotencyKeyConflict,
  Services.JournalUnavailable,
  Services.CommandParked,
  Services.EntityBusy,
  Services.EntityTimeout
] as const

/** Callers choose their keys freely: they can neither hit each other's nor those that the plane itself gives. */
export const scopedKey = (commandKey: string) => Effect.map(CurrentCaller, ({ id }) => `rpc:${id}:${commandKey}`)
