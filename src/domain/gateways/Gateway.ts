import { Schema } from "effect"
import { RuleMatch } from "./BlacklistRule.ts"
import { FieldChange, GatewayConfig } from "./GatewayConfig.ts"
import { HealthStatus } from "./GatewayHealth.ts"

/** `unknown`: there never was such a gateway. `deleted` ones keep their history, and may be created again. */
export const GatewayStatus = Schema.Literals(["unknown", "active", "inactive", "suspended", "blacklisted", "deleted"])
export type GatewayStatus = typeof GatewayStatus.Type

/** Everything Tandem knows of one gateway but its figures, which are counted in memory. */
export const GatewayState = Schema.Struct({
  gatewayId: Schema.String,
  status: GatewayStatus,
  config: Schema.NullOr(GatewayConfig),
  /** Why it is suspended or blacklisted, and until when (null: until somebody ends it). */
  statusReason: Schema.NullOr(Schema.String),
  statusExpiresAtMillis: Schema.NullOr(Schema.Int),
  /** What it goes back to once its blacklisting or suspension ends. */
  resumesAs: Schema.Literals(["active", "inactive"]),
  health: HealthStatus,
  /** Since when the rules look at its calls: those of before a release count no more. */
  ruledSinceMillis: Schema.Int,
  /** When each rule matched last, by its name. */
  ruleMatchedAtMillis: Schema.Record(Schema.String, Schema.Int)
})
export type GatewayState = typeof GatewayState.Type

/** Who did it: the name of an API key, or `tandem` for what it does by itself. */
const By = Schema.String

const limited = { reason: Schema.String, expiresAtMillis: Schema.NullOr(Schema.Int), by: By }

export const GatewayEvent = Schema.Union([
  Schema.TaggedStruct("GatewayCreated", { config: GatewayConfig, by: By }),
  Schema.TaggedStruct("GatewayUpdated", { config: GatewayConfig, changes: Schema.Array(FieldChange), by: By }),
  Schema.TaggedStruct("GatewayActivated", { atMillis: Schema.Int, by: By }),
  Schema.TaggedStruct("GatewayDeactivated", { by: By }),
  Schema.TaggedStruct("GatewaySuspended", limited),
  /** The time of a suspension is over. */
  Schema.TaggedStruct("GatewayResumed", { atMillis: Schema.Int, by: By }),
  Schema.TaggedStruct("GatewayBlacklisted", limited),
  /** `reason` is an operator's, or says that the time is over. */
  Schema.TaggedStruct("GatewayUnblacklisted", { atMillis: Schema.Int, reason: Schema.String, by: By }),
  Schema.TaggedStruct("GatewayHealthChanged", { from: HealthStatus, to: HealthStatus, detail: Schema.String }),
  Schema.TaggedStruct("GatewayRuleMatched", { match: RuleMatch, atMillis: Schema.Int }),
  Schema.TaggedStruct("GatewayDeleted", { reason: Schema.String, by: By })
])
export type GatewayEvent = typeof GatewayEvent.Type

/** There is no such gateway. */
export class GatewayUnknown extends Schema.TaggedError<GatewayUnknown>()("GatewayUnknown", {
  gatewayId: Schema.String
}) {}

/** The id is taken, or another gateway has the same code, or the same source address and group. */
export class GatewayConflict extends Schema.TaggedError<GatewayConflict>()("GatewayConflict", {
  gatewayId: Schema.String,
  detail: Schema.String
}) {}

/** The command does not fit the gateway's present status. */
export class GatewayStatusRefused extends Schema.TaggedError<GatewayStatusRefused>()("GatewayStatusRefused", {
  gatewayId: Schema.String,
  status: GatewayStatus,
  command: Schema.String
}) {}

/** An expiry that has passed already. */
export class GatewayExpiryRefused extends Schema.TaggedError<GatewayExpiryRefused>()("GatewayExpiryRefused", {
  gatewayId: Schema.String,
  expiresAtMillis: Schema.Int
}) {}

export const GatewayRefusal = Schema.Union([
  GatewayUnknown,
  GatewayConflict,
  GatewayStatusRefused,
  GatewayExpiryRefused
])
export type GatewayRefusal = typeof GatewayRefusal.Type

export const unknownGateway = (gatewayId: string): GatewayState => ({
  gatewayId,
  status: "unknown",
  config: null,
  statusReason: null,
  statusExpiresAtMillis: null,
  resumesAs: "inactive",
  health: "unknown",
  ruledSinceMillis: 0,
  ruleMatchedAtMillis: {}
})

const unlimited = { statusReason: null, statusExpiresAtMillis: null }

const resumed = (state: GatewayState, atMillis: number): GatewayState => ({
  ...state,
  ...unlimited,
  status: state.resumesAs,
  ruledSinceMillis: atMillis
})

const resumesAs = (state: GatewayState): "active" | "inactive" =>
  state.status === "suspended" || state.status === "blacklisted"
    ? state.resumesAs
    : state.status === "active"
      ? "active"
      : "inactive"

export const evolveGateway = (state: GatewayState, event: GatewayEvent): GatewayState => {
  switch (event._tag) {
    case "GatewayCreated":
      return { ...unknownGateway(state.gatewayId), status: "inactive", config: event.config }
    case "GatewayUpdated":
      return { ...state, config: event.config }
    case "GatewayActivated":
      return { ...resumed(state, event.atMillis), status: "active", resumesAs: "active", health: "unknown" }
    case "GatewayDeactivated":
      return { ...state, ...unlimited, status: "inactive", resumesAs: "inactive", health: "unknown" }
    case "GatewaySuspended":
    case "GatewayBlacklisted":
      return {
        ...state,
        status: event._tag === "GatewaySuspended" ? "suspended" : "blacklisted",
        statusReason: event.reason,
        statusExpiresAtMillis: event.expiresAtMillis,
        resumesAs: resumesAs(state),
        health: "unknown"
      }
    case "GatewayResumed":
    case "GatewayUnblacklisted":
      return resumed(state, event.atMillis)
    case "GatewayHealthChanged":
      return { ...state, health: event.to }
    case "GatewayRuleMatched":
      return { ...state, ruleMatchedAtMillis: { ...state.ruleMatchedAtMillis, [event.match.rule]: event.atMillis } }
    case "GatewayDeleted":
      return { ...state, ...unlimited, status: "deleted", resumesAs: "inactive", health: "unknown" }
  }
}

/** There is such a gateway now. */
export const isThere = (state: GatewayState): boolean => state.status !== "unknown" && state.status !== "deleted"
