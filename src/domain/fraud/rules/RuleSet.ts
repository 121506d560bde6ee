import { Schema } from "effect"
import { VerdictAction } from "../Finding.ts"
import { ruleParameters } from "./RuleParameters.ts"

/** `shadow`: the rule is on trial, its findings are written down and change nothing. */
export const RuleMode = Schema.Literals(["on", "shadow", "off"])
export type RuleMode = typeof RuleMode.Type

/** `auto` leaves it to the composite score; the others are what a finding of this rule asks for. */
export const RuleAction = Schema.Literals(["auto", ...VerdictAction.literals])
export type RuleAction = typeof RuleAction.Type

const weight = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({
  description: "How much the rule's confidence counts in the composite score."
})

const rule = <P extends Schema.Top>(parameters: P) =>
  Schema.Struct({ mode: RuleMode, action: RuleAction, weight, parameters })

const p = ruleParameters

/** Every rule with its parameters, and how findings become a verdict. */
export const RuleSet = Schema.Struct({
  call_masking: rule(p.call_masking),
  sequential_spoofing: rule(p.sequential_spoofing),
  impossible_geography: rule(p.impossible_geography),
  cli_mask: rule(p.cli_mask),
  cli_impossible: rule(p.cli_impossible),
  stir_shaken: rule(p.stir_shaken),
  sim_box: rule(p.sim_box),
  wangiri: rule(p.wangiri),
  irsf: rule(p.irsf),
  pbx_hacking: rule(p.pbx_hacking),
  traffic_pumping: rule(p.traffic_pumping),
  flash_call: rule(p.flash_call),
  refiling: rule(p.refiling),
  robocall: rule(p.robocall),
  cpm_threshold: rule(p.cpm_threshold),
  acd_threshold: rule(p.acd_threshold),
  model: rule(p.model),
  composite: Schema.Struct({
    flagScore: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    blockScore: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    /** Where calls that are to be redirected go: a SIP URI (RFC 3261), or empty when there is no such place. */
    redirectTo: Schema.String.check(Schema.isPattern(/^(sips?:[^\s<>"]{1,200})?$/))
  })
})
export type RuleSet = typeof RuleSet.Type

const on = <P>(action: RuleAction, weight: number, parameters: P) => ({
  mode: "on" as const,
  action,
  weight,
  parameters
})

/** What holds until somebody changes it. */
export const defaultRules: RuleSet = {
  call_masking: on("auto", 1, {
    threshold: 5,
    windowSeconds: 5,
    cooldownSeconds: 60,
    maxTracked: 100,
    disconnect: true
  }),
  sequential_spoofing: on("auto", 1, { runLength: 3, windowSeconds: 120 }),
  impossible_geography: on("flag", 0.9, { windowMillis: 1000, switchesPerHour: 3 }),
  cli_mask: on("penalty_billing", 0.8, {
    sourceGroups: [10],
    homePrefix: "+234",
    believeRoaming: true,
    roamingCarriers: []
  }),
  cli_impossible: on("auto", 1, { homePrefix: "+234", ownPrefixes: [], outsideGroups: [10] }),
  stir_shaken: on("auto", 0.9, { failedConfidence: 0.8, missingConfidence: 0 }),
  sim_box: on("auto", 1, {
    windowHours: 24,
    minDestinations: 50,
    maxAverageSeconds: 3,
    hourDestinations: 50,
    hourAverageSeconds: 30,
    strangers: 20
  }),
  wangiri: on("auto", 1, { maxRingSeconds: 3, calls: 5, windowMinutes: 10 }),
  irsf: on("auto", 1, { prefixes: ["+1900", "+882"], calls: 3, windowMinutes: 10 }),
  pbx_hacking: on("auto", 1, {
    nightFromHour: 20,
    nightToHour: 6,
    utcOffsetHours: 1,
    calls: 8,
    windowMinutes: 10
  }),
  traffic_pumping: on("flag", 0.9, { calls: 12, minAverageSeconds: 300, windowMinutes: 60, rangeDigits: 2 }),
  flash_call: on("auto", 0.9, { maxRingSeconds: 4, calls: 20, windowMinutes: 10 }),
  refiling: on("penalty_billing", 0.8, { homePrefix: "+234", calls: 2, minAverageSeconds: 60 }),
  robocall: on("auto", 0.9, { destinations: 60, windowMinutes: 10, maxAverageSeconds: 15 }),
  cpm_threshold: on("flag", 0.6, { callsPerMinute: 60, minCalls: 10 }),
  acd_threshold: on("flag", 0.5, { maxAverageSeconds: 5, windowMinutes: 5, minCalls: 20 }),
  model: { mode: "shadow", action: "auto", weight: 0.9, parameters: { threshold: 0.9 } },
  composite: { flagScore: 0.5, blockScore: 0.85, redirectTo: "" }
}
