import { Schema } from "effect"
import { FraudType, Severity } from "./FraudType.ts"

/** The rules by which calls are judged, one detector each. */
export const RuleName = Schema.Literals([
  "call_masking",
  "sequential_spoofing",
  "impossible_geography",
  "cli_mask",
  "cli_impossible",
  "stir_shaken",
  "sim_box",
  "wangiri",
  "irsf",
  "pbx_hacking",
  "traffic_pumping",
  "flash_call",
  "refiling",
  "robocall",
  "cpm_threshold",
  "acd_threshold",
  "model"
])
export type RuleName = typeof RuleName.Type

/** What a detector found, with its reason in words. */
export const Finding = Schema.Struct({
  rule: RuleName,
  type: FraudType,
  severity: Severity,
  /** How sure the rule is, 0 to 1. */
  confidence: Schema.Finite,
  /** A sentence for an analyst: what was seen, in which time. */
  evidence: Schema.String,
  /** Whom the pattern is about, such as the called number of a masking attack; one alert gathers what has the same one. */
  subject: Schema.String,
  /** Distinct callers (A numbers) that the finding is about. */
  aNumberCount: Schema.Int,
  windowMillis: Schema.Int,
  /** The rule is on trial: it is written down and has no effect on the call. */
  shadow: Schema.Boolean
})
export type Finding = typeof Finding.Type

/** What the switch is to do with the call. */
export const VerdictAction = Schema.Literals(["allow", "flag", "penalty_billing", "redirect", "block"])
export type VerdictAction = typeof VerdictAction.Type

/** An entry of the block or allow list that decided. */
export const ListMatch = Schema.Struct({
  list: Schema.Literals(["block", "allow"]),
  kind: Schema.Literals(["number", "prefix", "ip", "carrier"]),
  value: Schema.String,
  reason: Schema.String
})
export type ListMatch = typeof ListMatch.Type

/** The answer to one call attempt, before its set-up. */
export const Verdict = Schema.Struct({
  callId: Schema.String,
  action: VerdictAction,
  /** The composite of all findings that count, 0 to 1. */
  score: Schema.Finite,
  findings: Schema.Array(Finding),
  listed: Schema.NullOr(ListMatch),
  /** Some windows could not be asked in time, so the call was let pass by what was known. */
  degraded: Schema.Boolean
})
export type Verdict = typeof Verdict.Type
