import { Option, Schema } from "effect"
import { FraudAlertEvent } from "../domain/fraud/alerts/FraudAlert.ts"
import type { JournalEvent } from "../domain/journal/JournalEvent.ts"

const decode = Schema.decodeUnknownOption(FraudAlertEvent)

/** What one event of an alert means, in plain words; an event that this version does not know is told by its type. */
export const alertEventSummary = (event: JournalEvent): string =>
  Option.match(decode(event.payload), { onNone: () => event.type, onSome: summaryOf })

const counted = (count: number, thing: string) => `${count} ${thing}${count === 1 ? "" : "s"}`

const told = (text: string) => (text === "" ? "" : `: ${text}`)

const summaryOf = (event: FraudAlertEvent): string => {
  switch (event._tag) {
    case "AlertRaised":
      return `Raised by ${event.pattern.rule} as ${event.sighting.severity}: ${event.sighting.evidence}`
    case "AlertSeenAgain":
      return `Seen again, ${counted(event.sighting.findings, "finding")} about ${counted(event.sighting.calls, "call")}`
    case "AlertEscalated":
      return `Severity rose from ${event.from} to ${event.to}`
    case "AlertAcknowledged":
      return `Acknowledged by ${event.by}`
    case "AlertInvestigating":
      return `Investigated by ${event.by}`
    case "AlertAssigned":
      return event.assignee === null ? `Taken back by ${event.by}` : `Handed to ${event.assignee} by ${event.by}`
    case "AlertCommented":
      return `${event.by}${told(event.text)}`
    case "AlertResolved":
      return `Resolved as ${event.resolution} by ${event.by}${told(event.notes)}`
    case "AlertReopened":
      return `Reopened by ${event.by}${told(event.reason)}`
    case "AlertReportedToNcc":
      return `Reported to the regulator as ${event.incidentId} by ${event.by}`
  }
}
