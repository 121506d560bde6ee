import { Option, Schema } from "effect"
import { GatewayEvent } from "../domain/gateways/Gateway.ts"
import type { JournalEvent } from "../domain/journal/JournalEvent.ts"

const decode = Schema.decodeUnknownOption(GatewayEvent)

/** What one event of a gateway means, in plain words; an event that this version does not know is told by its type. */
export const gatewayEventSummary = (event: JournalEvent): string =>
  Option.match(decode(event.payload), { onNone: () => event.type, onSome: summaryOf })

const until = (millis: number | null) => (millis === null ? "" : ` until ${new Date(millis).toISOString()}`)

const summaryOf = (event: GatewayEvent): string => {
  switch (event._tag) {
    case "GatewayCreated":
      return `Created by ${event.by} as ${event.config.code} of ${event.config.carrierName}, ${event.config.ipAddress}:${event.config.port}`
    case "GatewayUpdated":
      return `Changed by ${event.by}: ${event.changes.map(({ field, from, to }) => `${field} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`).join(", ")}`
    case "GatewayActivated":
      return `Activated by ${event.by}`
    case "GatewayDeactivated":
      return `Deactivated by ${event.by}`
    case "GatewaySuspended":
      return `Suspended by ${event.by}${until(event.expiresAtMillis)}: ${event.reason}`
    case "GatewayResumed":
      return "Resumed: the time of its suspension is over"
    case "GatewayBlacklisted":
      return `Blacklisted by ${event.by}${until(event.expiresAtMillis)}: ${event.reason}`
    case "GatewayUnblacklisted":
      return `Unblacklisted by ${event.by}: ${event.reason}`
    case "GatewayHealthChanged":
      return `Health went from ${event.from} to ${event.to}: ${event.detail}`
    case "GatewayRuleMatched":
      return `Rule ${event.match.rule} matched: ${event.match.evidence}${event.match.applied ? "" : "; nothing was done"}`
    case "GatewayDeleted":
      return `Deleted by ${event.by}: ${event.reason}`
  }
}
