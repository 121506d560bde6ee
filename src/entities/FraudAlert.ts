import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import {
  AlertPattern,
  AlertRefusal,
  AlertResolution,
  AlertUnknown,
  CommentType,
  FraudAlertState,
  Sighting
} from "../domain/fraud/alerts/FraudAlert.ts"
import { CommandError, CommandKey, JournalUnavailable } from "../domain/journal/CommandErrors.ts"

export const alertError = Schema.Union([...AlertRefusal.members, ...CommandError.members])

/** A command of a person, whom `by` names. */
const asked = { commandKey: CommandKey, by: Schema.String }
const answer = { success: FraudAlertState, error: alertError }

/** The pattern was seen; raises the alert the first time. Answers little, for it comes often. */
export const Report = Rpc.make("Report", {
  payload: { commandKey: CommandKey, pattern: AlertPattern, sighting: Sighting },
  success: Schema.Struct({ findings: Schema.Int }),
  error: alertError
})

export const Acknowledge = Rpc.make("Acknowledge", { payload: asked, ...answer })

export const Investigate = Rpc.make("Investigate", { payload: asked, ...answer })

/** Null: nobody's any more. */
export const Assign = Rpc.make("Assign", {
  payload: { ...asked, assignee: Schema.NullOr(Schema.String) },
  ...answer
})

export const Comment = Rpc.make("Comment", {
  payload: { ...asked, type: CommentType, text: Schema.String },
  ...answer
})

export const Resolve = Rpc.make("Resolve", {
  payload: { ...asked, resolution: AlertResolution, notes: Schema.String },
  ...answer
})

export const Reopen = Rpc.make("Reopen", { payload: { ...asked, reason: Schema.String }, ...answer })

/** The regulator took the alert under this incident id. */
export const ReportedToNcc = Rpc.make("ReportedToNcc", {
  payload: { ...asked, incidentId: Schema.String },
  ...answer
})

export const Get = Rpc.make("Get", {
  success: FraudAlertState,
  error: Schema.Union([AlertUnknown, JournalUnavailable])
})

/** One alert; the entity id is `ALT-YYYY-NNNNNNN`. */
export const FraudAlert = Entity.make("FraudAlert", [
  Report,
  Acknowledge,
  Investigate,
  Assign,
  Comment,
  Resolve,
  Reopen,
  ReportedToNcc,
  Get
])
