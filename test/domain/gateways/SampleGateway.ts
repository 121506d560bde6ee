import type { GatewayDraft } from "../../../src/domain/gateways/GatewayConfig.ts"
import { configOf } from "../../../src/domain/gateways/GatewayConfig.ts"

export const draft: GatewayDraft = {
  name: "Lagos interconnect 1",
  code: "LOS-1",
  ipAddress: "192.0.2.10",
  carrierName: "Example Telecom"
}

/** A configuration with the given differences from an ordinary one. */
export const sampleConfig = (differences: Partial<GatewayDraft> = {}) => configOf({ ...draft, ...differences })
