import type { Result } from "effect"
import type { GatewayRefusal, GatewayState } from "../domain/gateways/Gateway.ts"
import { evolveGateway, GatewayEvent, unknownGateway } from "../domain/gateways/Gateway.ts"
import type { Definition } from "./Aggregate.ts"

export type Decide = (
  state: GatewayState,
  nowMillis: number
) => Result.Result<ReadonlyArray<GatewayEvent>, GatewayRefusal>

/** An active gateway is woken so often, on whatever node it may be, so that it is probed after that node has died too. */
export const stayAwakeMillis = 10_000

const instantOf = (millis: number | null) => (millis === null ? null : new Date(millis).toISOString())

export const gatewayHistory: Definition<GatewayState, GatewayEvent> = {
  entityType: "Gateway",
  initial: unknownGateway,
  evolve: evolveGateway,
  event: GatewayEvent,
  wakeAtMillis: (state, nowMillis) =>
    state.status === "active" ? nowMillis + stayAwakeMillis : state.statusExpiresAtMillis,
  row: (state) =>
    state.config === null
      ? undefined
      : {
          table: "gateways",
          row: {
            gateway_id: state.gatewayId,
            status: state.status,
            status_reason: state.statusReason,
            status_expires_at: instantOf(state.statusExpiresAtMillis),
            health: state.health,
            name: state.config.name,
            code: state.config.code,
            ip_address: state.config.ipAddress,
            port: state.config.port,
            protocol: state.config.protocol,
            carrier_id: state.config.carrierId,
            carrier_name: state.config.carrierName,
            carrier_type: state.config.carrierType,
            country_code: state.config.countryCode,
            region: state.config.region,
            gateway_type: state.config.gatewayType,
            direction: state.config.direction,
            source_group: state.config.sourceGroup,
            dispatcher_set: state.config.dispatcherSet,
            weight: state.config.weight,
            priority: state.config.priority,
            fraud_threshold: state.config.fraudThreshold,
            cpm_limit: state.config.cpmLimit,
            acd_threshold_seconds: state.config.acdThresholdSeconds,
            max_concurrent_calls: state.config.maxConcurrentCalls,
            max_calls_per_second: state.config.maxCallsPerSecond
          }
        }
}
