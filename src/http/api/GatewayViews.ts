import { Schema } from "effect"
import { GatewayStatus } from "../../domain/gateways/Gateway.ts"
import { GatewayConfig } from "../../domain/gateways/GatewayConfig.ts"
import { HealthStatus } from "../../domain/gateways/GatewayHealth.ts"

const state = {
  gatewayId: Schema.String,
  status: GatewayStatus,
  /** Why it is suspended or blacklisted, and until when; null: until somebody ends it. */
  statusReason: Schema.NullOr(Schema.String),
  statusExpiresAt: Schema.NullOr(Schema.String),
  health: HealthStatus,
  ...GatewayConfig.fields
}

/** A gateway as a command left it. */
export const GatewayAnswer = Schema.Struct(state).annotate({ identifier: "GatewayAnswer" })
export type GatewayAnswer = typeof GatewayAnswer.Type

/** Instants are ISO 8601, UTC, milliseconds. `version` counts the gateway's events. */
export const GatewayView = Schema.Struct({
  ...state,
  version: Schema.Int,
  createdAt: Schema.String,
  updatedAt: Schema.String
}).annotate({ identifier: "Gateway" })
export type GatewayView = typeof GatewayView.Type
