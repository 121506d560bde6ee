import type { CallAttempt } from "./CallAttempt.ts"
import * as Behaviour from "./detectors/CallerBehaviour.ts"
import * as CallerNumber from "./detectors/CallerNumber.ts"
import { detectCallMasking } from "./detectors/CallMasking.ts"
import type { CallFeatures, Detection, Detector } from "./detectors/Detection.ts"
import { detectRefiling } from "./detectors/Refiling.ts"
import * as Source from "./detectors/SourceBehaviour.ts"
import type { Finding, ListMatch, RuleName, Verdict, VerdictAction } from "./Finding.ts"
import { detectByModel } from "./model/Model.ts"
import type { RuleSet } from "./rules/RuleSet.ts"

const ranks: Readonly<Record<VerdictAction, number>> = { allow: 0, flag: 1, penalty_billing: 2, redirect: 3, block: 4 }

export const stricter = (one: VerdictAction, other: VerdictAction): VerdictAction =>
  ranks[one] >= ranks[other] ? one : other

const detectors: { readonly [Rule in RuleName]: Detector<RuleSet[Rule]["parameters"]> } = {
  call_masking: detectCallMasking,
  sequential_spoofing: Source.detectSequentialSpoofing,
  impossible_geography: Behaviour.detectImpossibleGeography,
  cli_mask: CallerNumber.detectCliMask,
  cli_impossible: CallerNumber.detectCliImpossible,
  stir_shaken: CallerNumber.detectStirShaken,
  sim_box: Behaviour.detectSimBox,
  wangiri: Behaviour.detectWangiri,
  irsf: Behaviour.detectIrsf,
  pbx_hacking: Source.detectPbxHacking,
  traffic_pumping: Source.detectTrafficPumping,
  flash_call: Source.detectFlashCall,
  refiling: detectRefiling,
  robocall: Behaviour.detectRobocall,
  cpm_threshold: Behaviour.detectCpm,
  acd_threshold: Source.detectAcd,
  model: detectByModel
}

export const ruleNames = Object.keys(detectors) as ReadonlyArray<RuleName>

/** A rule that is not off, ready to be asked. */
interface ActiveRule {
  readonly rule: RuleName
  readonly shadow: boolean
  readonly detect: (call: CallAttempt, features: CallFeatures) => Detection | undefined
}

const activeRule = <Rule extends RuleName>(rule: Rule, rules: RuleSet): ActiveRule => {
  const { mode, parameters } = rules[rule]
  const detect = detectors[rule]
  return { rule, shadow: mode === "shadow", detect: (call, features) => detect(call, features, parameters) }
}

/** Rules change seldom and are asked of every call, so they are made ready once. */
const activeRules = new WeakMap<RuleSet, ReadonlyArray<ActiveRule>>()

const activeOf = (rules: RuleSet): ReadonlyArray<ActiveRule> => {
  const known = activeRules.get(rules)
  if (known !== undefined) return known
  const active = ruleNames.filter((rule) => rules[rule].mode !== "off").map((rule) => activeRule(rule, rules))
  activeRules.set(rules, active)
  return active
}

const nothing: ReadonlyArray<Finding> = []

/** What all rules, or some of them, find in a call. */
export const findingsOf = (
  call: CallAttempt,
  features: CallFeatures,
  rules: RuleSet,
  asked: ReadonlyArray<RuleName> = ruleNames
): ReadonlyArray<Finding> => {
  let findings: Array<Finding> | undefined
  for (const { detect, rule, shadow } of activeOf(rules)) {
    if (asked !== ruleNames && !asked.includes(rule)) continue
    const found = detect(call, features)
    if (found !== undefined) (findings ??= []).push({ ...found, rule, shadow })
  }
  return findings ?? nothing
}

/** Findings that agree make each other surer: 1 - Π(1 - weight × confidence). Those of rules on trial do not count. */
export const compositeScore = (findings: ReadonlyArray<Finding>, rules: RuleSet): number => {
  let doubt = 1
  for (const { confidence, rule, shadow } of findings) if (!shadow) doubt *= 1 - rules[rule].weight * confidence
  return 1 - doubt
}

/** A finding below this is told, but does not bring about its rule's own action. */
const sureEnough = 0.5

const actionOf = (findings: ReadonlyArray<Finding>, score: number, rules: RuleSet): VerdictAction => {
  const { blockScore, flagScore, redirectTo } = rules.composite
  const sources = findings.filter((finding) => !finding.shadow)
  const mayBlock = sources.some(
    ({ rule }) => rules[rule].action === "auto" && (rule !== "call_masking" || rules.call_masking.parameters.disconnect)
  )
  let action: VerdictAction = score >= blockScore && mayBlock ? "block" : score >= flagScore ? "flag" : "allow"
  for (const { confidence, rule } of sources) {
    const asked = rules[rule].action
    if (asked !== "auto" && confidence >= sureEnough) action = stricter(action, asked)
  }
  return action === "redirect" && redirectTo === "" ? "flag" : action
}

export interface Circumstances {
  readonly rules: RuleSet
  readonly listed: ListMatch | undefined
  readonly degraded: boolean
  /** A call to the police, an ambulance or the fire brigade is never stopped. */
  readonly emergency: boolean
}

/** The verdict on a call: the allow list first, then the block list, then what the windows say. */
export const judge = (call: CallAttempt, features: CallFeatures, circumstances: Circumstances): Verdict => {
  const { degraded, emergency, listed, rules } = circumstances
  const { callId } = call
  if (emergency) return { callId, action: "allow", score: 0, findings: [], listed: null, degraded }
  if (listed !== undefined) {
    const blocked = listed.list === "block"
    return { callId, action: blocked ? "block" : "allow", score: blocked ? 1 : 0, findings: [], listed, degraded }
  }
  const findings = findingsOf(call, features, rules)
  if (findings.length === 0) return { callId, action: "allow", score: 0, findings, listed: null, degraded }
  const score = compositeScore(findings, rules)
  return { callId, action: actionOf(findings, score, rules), score, findings, listed: null, degraded }
}
