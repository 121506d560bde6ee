import { severityRank } from "../FraudType.ts"
import type {
  AlertComment,
  AlertStatus,
  CommentType,
  FraudAlertEvent,
  FraudAlertState,
  Sighting
} from "./FraudAlert.ts"
import { maxANumbers, maxComments, maxSourceIps, unknownAlert } from "./FraudAlert.ts"
import { firstAndNewest, namedOnce, strongerAction } from "./Sightings.ts"

interface Done {
  readonly by: string
  readonly atMillis: number
}

const commented = (
  state: FraudAlertState,
  { by, atMillis }: Done,
  type: CommentType,
  text: string,
  newStatus: AlertStatus | null = null
): ReadonlyArray<AlertComment> => {
  const oldStatus = newStatus === null ? null : state.status
  return [...state.comments, { type, text, author: by, atMillis, oldStatus, newStatus }].slice(-maxComments)
}

const seen = (state: FraudAlertState, sighting: Sighting): FraudAlertState => {
  const aNumbers = namedOnce(state.aNumbers, sighting.aNumbers, maxANumbers)
  return {
    ...state,
    confidence: Math.max(state.confidence, sighting.confidence),
    evidence: severityRank(sighting.severity) >= severityRank(state.severity) ? sighting.evidence : state.evidence,
    findings: state.findings + sighting.findings,
    calls: state.calls + sighting.calls,
    aNumberCount: Math.max(state.aNumberCount, sighting.aNumberCount, aNumbers.length),
    aNumbers,
    sourceIps: namedOnce(state.sourceIps, sighting.sourceIps, maxSourceIps),
    sample: firstAndNewest(state.sample, sighting.sample),
    actionTaken: strongerAction(state.actionTaken, sighting.action),
    detectionWindowMillis: Math.max(state.detectionWindowMillis, sighting.windowMillis),
    firstSeenAtMillis: Math.min(state.firstSeenAtMillis, sighting.firstAtMillis),
    lastSeenAtMillis: Math.max(state.lastSeenAtMillis, sighting.lastAtMillis)
  }
}

const raised = (
  state: FraudAlertState,
  { nccType, pattern, sighting }: Extract<FraudAlertEvent, { _tag: "AlertRaised" }>
): FraudAlertState =>
  seen(
    {
      ...unknownAlert(state.alertId),
      status: "pending",
      pattern,
      nccType,
      severity: sighting.severity,
      detectionLatencyMillis: sighting.latencyMillis,
      detectedAtMillis: sighting.detectedAtMillis,
      firstSeenAtMillis: sighting.firstAtMillis,
      lastSeenAtMillis: sighting.lastAtMillis
    },
    sighting
  )

const moved = (state: FraudAlertState, done: Done, status: AlertStatus): FraudAlertState => ({
  ...state,
  status,
  comments: commented(state, done, "status_change", "", status)
})

export const evolveAlert = (state: FraudAlertState, event: FraudAlertEvent): FraudAlertState => {
  switch (event._tag) {
    case "AlertRaised":
      return raised(state, event)
    case "AlertSeenAgain":
      return seen(state, event.sighting)
    case "AlertEscalated":
      return {
        ...state,
        severity: event.to,
        comments: commented(state, event, "escalation", `${event.from} to ${event.to}`)
      }
    case "AlertAcknowledged":
      return {
        ...moved(state, event, "acknowledged"),
        acknowledgedBy: event.by,
        acknowledgedAtMillis: event.atMillis
      }
    case "AlertInvestigating":
      return {
        ...moved(state, event, "investigating"),
        investigatingBy: event.by,
        investigatingAtMillis: event.atMillis
      }
    case "AlertAssigned":
      return {
        ...state,
        assignee: event.assignee,
        comments: commented(state, event, "assignment", event.assignee === null ? "nobody" : event.assignee)
      }
    case "AlertCommented":
      return { ...state, comments: commented(state, event, event.type, event.text) }
    case "AlertResolved":
      return {
        ...state,
        status: "resolved",
        resolution: event.resolution,
        resolutionNotes: event.notes === "" ? null : event.notes,
        resolvedBy: event.by,
        resolvedAtMillis: event.atMillis,
        comments: commented(state, event, "resolution", event.notes, "resolved")
      }
    case "AlertReopened":
      return {
        ...state,
        status: "investigating",
        resolution: null,
        resolutionNotes: null,
        resolvedBy: null,
        resolvedAtMillis: null,
        comments: commented(state, event, "status_change", event.reason, "investigating")
      }
    case "AlertReportedToNcc":
      return {
        ...state,
        reportedNcc: true,
        nccIncidentId: event.incidentId,
        nccReportedAtMillis: event.atMillis
      }
  }
}
