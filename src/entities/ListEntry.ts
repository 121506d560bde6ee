import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { ListEntryDetails, ListEntryRefusal, ListEntryState } from "../domain/fraud/lists/ListEntry.ts"
import { CommandError, CommandKey } from "../domain/journal/CommandErrors.ts"

const error = Schema.Union([...ListEntryRefusal.members, ...CommandError.members])

/** Puts the value on the list, or says something else of it. `force` takes a whole country, too. */
export const Add = Rpc.make("Add", {
  payload: { commandKey: CommandKey, details: ListEntryDetails, by: Schema.String, force: Schema.Boolean },
  success: ListEntryState,
  error
})

export const Remove = Rpc.make("Remove", {
  payload: { commandKey: CommandKey, reason: Schema.String, by: Schema.String },
  success: ListEntryState,
  error
})

export const Get = Rpc.make("Get", { success: ListEntryState, error })

/** The entry's time may be over. */
export const Wake = Rpc.make("Wake", { payload: { trigger: Schema.String } })

/** One value on the block or the allow list; the entity id is `{list}:{kind}:{value}`. */
export const ListEntry = Entity.make("ListEntry", [Add, Remove, Get, Wake])
