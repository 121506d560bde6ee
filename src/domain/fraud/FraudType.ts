import { Schema } from "effect"

/** What kind of fraud a call or an alert is about. */
export const FraudType = Schema.Literals([
  "CALL_MASKING",
  "CLI_MASK",
  "CLI_IMPOSSIBLE",
  "SEQUENTIAL_SPOOFING",
  "IMPOSSIBLE_GEOGRAPHY",
  "STIR_SHAKEN_FAIL",
  "SIM_BOX",
  "WANGIRI",
  "IRSF",
  "PBX_HACKING",
  "TRAFFIC_PUMPING",
  "FLASH_CALL",
  "REFILING",
  "ROBOCALL",
  "ANOMALOUS_PATTERN",
  "BLACKLIST"
])
export type FraudType = typeof FraudType.Type

/** The six kinds of incident that the Nigerian Communications Commission knows. */
export const NccIncidentType = Schema.Literals(["CLI_SPOOFING", "WANGIRI", "IRSF", "REVENUE_FRAUD", "SIM_BOX", "OTHER"])
export type NccIncidentType = typeof NccIncidentType.Type

export const nccIncidentTypeOf: Readonly<Record<FraudType, NccIncidentType>> = {
  CALL_MASKING: "CLI_SPOOFING",
  CLI_MASK: "CLI_SPOOFING",
  CLI_IMPOSSIBLE: "CLI_SPOOFING",
  SEQUENTIAL_SPOOFING: "CLI_SPOOFING",
  IMPOSSIBLE_GEOGRAPHY: "CLI_SPOOFING",
  STIR_SHAKEN_FAIL: "CLI_SPOOFING",
  SIM_BOX: "SIM_BOX",
  WANGIRI: "WANGIRI",
  IRSF: "IRSF",
  PBX_HACKING: "IRSF",
  TRAFFIC_PUMPING: "REVENUE_FRAUD",
  FLASH_CALL: "REVENUE_FRAUD",
  REFILING: "REVENUE_FRAUD",
  ROBOCALL: "OTHER",
  ANOMALOUS_PATTERN: "OTHER",
  BLACKLIST: "OTHER"
}

export const Severity = Schema.Literals(["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"])
export type Severity = typeof Severity.Type

const ranks: Readonly<Record<Severity, number>> = { INFO: 0, LOW: 1, MEDIUM: 2, HIGH: 3, CRITICAL: 4 }

export const severityRank = (severity: Severity): number => ranks[severity]

export const worseSeverity = (one: Severity, other: Severity): Severity => (ranks[one] >= ranks[other] ? one : other)
