import { Schema } from "effect"
import { GatewayStatus } from "./Gateway.ts"
import { Period, Summary } from "./GatewayFigures.ts"
import { HealthStatus } from "./GatewayHealth.ts"

/** A gateway's figures over the period that ends now. */
export const GatewayStats = Schema.Struct({
  gatewayId: Schema.String,
  period: Period,
  status: GatewayStatus,
  health: HealthStatus,
  /** Whether probes are sent: `open` pauses them, `halfOpen` tries again. */
  breaker: Schema.Literals(["closed", "open", "halfOpen"]),
  /** Of the last probe that was answered; null: none was since the actor was loaded. */
  lastAnswerAt: Schema.NullOr(Schema.String),
  roundTripMillis: Schema.NullOr(Schema.Finite),
  /** Calls under way on all nodes. */
  concurrentCalls: Schema.Int,
  ...Summary.fields
})
export type GatewayStats = typeof GatewayStats.Type
