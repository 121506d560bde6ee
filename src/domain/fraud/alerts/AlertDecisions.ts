import { Result } from "effect"
import { nccIncidentTypeOf, severityRank } from "../FraudType.ts"
import type {
  AlertPattern,
  AlertRefusal,
  AlertResolution,
  CommentType,
  FraudAlertEvent,
  FraudAlertState,
  Sighting
} from "./FraudAlert.ts"
import { AlertReportedAlready, AlertStatusRefused, AlertUnknown } from "./FraudAlert.ts"

type Decision = Result.Result<ReadonlyArray<FraudAlertEvent>, AlertRefusal>

/** In whose name the plane itself acts. */
export const planeName = "tandem"

/** Who asks (the name of an API key), and when. */
export interface Done {
  readonly by: string
  readonly atMillis: number
}

const refused = (state: FraudAlertState, command: string): Decision =>
  Result.fail(
    state.status === "unknown"
      ? new AlertUnknown({ alertId: state.alertId })
      : new AlertStatusRefused({ alertId: state.alertId, status: state.status, command })
  )

const isOpen = ({ status }: FraudAlertState) => status !== "unknown" && status !== "resolved"

/** The pattern was seen: for the first time, again, or worse than before. A resolved alert takes no more of it. */
export const decideReport = (
  state: FraudAlertState,
  pattern: AlertPattern,
  sighting: Sighting,
  nowMillis: number
): Decision => {
  if (state.status === "unknown") {
    return Result.succeed([{ _tag: "AlertRaised", pattern, nccType: nccIncidentTypeOf[pattern.type], sighting }])
  }
  if (state.status === "resolved") return refused(state, "Report")
  const again: FraudAlertEvent = { _tag: "AlertSeenAgain", sighting }
  const isWorse = severityRank(sighting.severity) > severityRank(state.severity)
  return Result.succeed(
    isWorse
      ? [
          again,
          { _tag: "AlertEscalated", from: state.severity, to: sighting.severity, by: planeName, atMillis: nowMillis }
        ]
      : [again]
  )
}

export const decideAcknowledge = (state: FraudAlertState, done: Done): Decision => {
  if (state.status === "pending") return Result.succeed([{ _tag: "AlertAcknowledged", ...done }])
  return state.status === "acknowledged" ? Result.succeed([]) : refused(state, "Acknowledge")
}

/** Whoever investigates has taken notice. */
export const decideInvestigate = (state: FraudAlertState, done: Done): Decision => {
  const begun: FraudAlertEvent = { _tag: "AlertInvestigating", ...done }
  if (state.status === "pending") return Result.succeed([{ _tag: "AlertAcknowledged", ...done }, begun])
  if (state.status === "acknowledged") return Result.succeed([begun])
  return state.status === "investigating" ? Result.succeed([]) : refused(state, "Investigate")
}

/** Hands the alert to somebody; null takes it from whoever had it. */
export const decideAssign = (state: FraudAlertState, assignee: string | null, done: Done): Decision => {
  if (!isOpen(state)) return refused(state, "Assign")
  return Result.succeed(state.assignee === assignee ? [] : [{ _tag: "AlertAssigned", assignee, ...done }])
}

export const decideComment = (state: FraudAlertState, type: CommentType, text: string, done: Done): Decision =>
  state.status === "unknown"
    ? refused(state, "Comment")
    : Result.succeed([{ _tag: "AlertCommented", type, text, ...done }])

export const decideResolve = (
  state: FraudAlertState,
  resolution: AlertResolution,
  notes: string,
  done: Done
): Decision => {
  if (state.status === "resolved" && state.resolution === resolution) return Result.succeed([])
  if (!isOpen(state)) return refused(state, "Resolve")
  const end: FraudAlertEvent = { _tag: "AlertResolved", resolution, notes, ...done }
  return Result.succeed(state.status === "pending" ? [{ _tag: "AlertAcknowledged", ...done }, end] : [end])
}

/** Takes a resolution back: the alert is under investigation again. */
export const decideReopen = (state: FraudAlertState, reason: string, done: Done): Decision =>
  state.status === "resolved" ? Result.succeed([{ _tag: "AlertReopened", reason, ...done }]) : refused(state, "Reopen")

/** The regulator took the alert as an incident of its own numbering. */
export const decideReportedToNcc = (state: FraudAlertState, incidentId: string, done: Done): Decision => {
  if (state.status === "unknown") return refused(state, "ReportedToNcc")
  if (state.nccIncidentId === null) return Result.succeed([{ _tag: "AlertReportedToNcc", incidentId, ...done }])
  return state.nccIncidentId === incidentId
    ? Result.succeed([])
    : Result.fail(new AlertReportedAlready({ alertId: state.alertId, nccIncidentId: state.nccIncidentId }))
}
