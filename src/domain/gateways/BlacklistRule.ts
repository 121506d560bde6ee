import { Schema } from "effect"
import type { GatewayConfig } from "./GatewayConfig.ts"
import type { Summary } from "./GatewayFigures.ts"

/** What becomes of a gateway that a rule matches. */
export const RuleAction = Schema.Literals(["blacklist", "suspend", "alert_only"])
export type RuleAction = typeof RuleAction.Type

/** What a rule looks at, over its window. Rates and ratios are 0 to 1, durations seconds. */
export const RuleFigure = Schema.Literals([
  "fraudRate",
  "fraudCalls",
  "asr",
  "ner",
  "acdSeconds",
  "shortCallRatio",
  "callsPerMinute"
])
export type RuleFigure = typeof RuleFigure.Type

/** Most rules, and most conditions of one; all conditions must hold. */
export const maxRules = 50
export const maxConditions = 5

/** The largest value that a condition may name for each figure. */
export const largestValues: Readonly<Record<RuleFigure, number>> = {
  fraudRate: 1,
  fraudCalls: 1_000_000,
  asr: 1,
  ner: 1,
  acdSeconds: 86_400,
  shortCallRatio: 1,
  callsPerMinute: 1_000_000
}

const positive = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 1, maximum }))

export const RuleCondition = Schema.Struct({
  figure: RuleFigure,
  comparison: Schema.Literals(["atLeast", "atMost"]),
  /** `threshold`: the gateway's own limit for that figure, where it has one. */
  value: Schema.Union([
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: Math.max(...Object.values(largestValues)) })),
    Schema.Literal("threshold")
  ])
})
export type RuleCondition = typeof RuleCondition.Type

export const RuleName = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9_-]{0,62}$/, { expected: "a rule's name: lower-case letters, digits, _ and -" })
)

export const BlacklistRule = Schema.Struct({
  rule: RuleName,
  conditions: Schema.Array(RuleCondition).check(Schema.isMinLength(1), Schema.isMaxLength(maxConditions)),
  windowSeconds: Schema.Literals([60, 300, 3_600, 86_400]),
  /** Fewer calls than these say nothing. */
  minimumCalls: positive(1_000_000),
  action: RuleAction,
  /** False: the match is written down, and an operator decides. */
  autoApply: Schema.Boolean,
  /** Higher ones are looked at first; the first that acts is the last. */
  priority: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 })),
  /** For how long a blacklisting or suspension by this rule lasts; null: until somebody ends it. */
  lastsSeconds: Schema.NullOr(positive(31_536_000)),
  /** For how long the rule is silent about a gateway that it matched. */
  cooldownSeconds: positive(604_800)
})
export type BlacklistRule = typeof BlacklistRule.Type

/** What a rule saw. `applied`: its action was taken. */
export const RuleMatch = Schema.Struct({
  rule: Schema.String,
  action: RuleAction,
  applied: Schema.Boolean,
  evidence: Schema.String,
  lastsSeconds: Schema.NullOr(Schema.Int)
})
export type RuleMatch = typeof RuleMatch.Type

/** Rules of a new installation. Only a flood of proven fraud acts by itself; the rest tells. */
export const defaultRules: ReadonlyArray<BlacklistRule> = [
  {
    rule: "fraud_rate",
    conditions: [{ figure: "fraudRate", comparison: "atLeast", value: "threshold" }],
    windowSeconds: 3_600,
    minimumCalls: 100,
    action: "blacklist",
    autoApply: false,
    priority: 100,
    lastsSeconds: null,
    cooldownSeconds: 3_600
  },
  {
    rule: "cpm_threshold",
    conditions: [{ figure: "callsPerMinute", comparison: "atLeast", value: "threshold" }],
    windowSeconds: 60,
    minimumCalls: 10,
    action: "alert_only",
    autoApply: false,
    priority: 50,
    lastsSeconds: null,
    cooldownSeconds: 3_600
  },
  {
    rule: "acd_threshold",
    conditions: [{ figure: "acdSeconds", comparison: "atMost", value: "threshold" }],
    windowSeconds: 300,
    minimumCalls: 20,
    action: "alert_only",
    autoApply: false,
    priority: 40,
    lastsSeconds: null,
    cooldownSeconds: 3_600
  }
]

const figureOf = (summary: Summary, figure: RuleFigure, windowSeconds: number): number | null => {
  switch (figure) {
    case "fraudRate":
      return summary.fraudRate
    case "fraudCalls":
      return summary.fraudCalls
    case "asr":
      return summary.asr
    case "ner":
      return summary.ner
    case "acdSeconds":
      return summary.acdSeconds
    case "shortCallRatio":
      return summary.shortCallRatio
    case "callsPerMinute":
      return (summary.attempts * 60) / windowSeconds
  }
}

const thresholds: { readonly [Figure in RuleFigure]?: (config: GatewayConfig) => number | undefined } = {
  fraudRate: (config) => config.fraudThreshold,
  callsPerMinute: (config) => config.cpmLimit,
  acdSeconds: (config) => (config.acdThresholdSeconds === 0 ? undefined : config.acdThresholdSeconds)
}

/** Whether gateways have a limit of their own for the figure. */
export const hasThreshold = (figure: RuleFigure): boolean => figure in thresholds

/** The gateway's own limit; undefined: it has none, so that the condition never holds. */
const thresholdOf = (config: GatewayConfig, figure: RuleFigure): number | undefined => thresholds[figure]?.(config)

const words = { atLeast: "at least", atMost: "at most" }

/** Each condition with what was seen, or undefined when one does not hold. A figure that nobody can know yet never holds. */
const evidenceOf = (rule: BlacklistRule, summary: Summary, config: GatewayConfig): string | undefined => {
  if (summary.attempts < rule.minimumCalls) return undefined
  const seen: Array<string> = []
  for (const { comparison, figure, value } of rule.conditions) {
    const actual = figureOf(summary, figure, rule.windowSeconds)
    const limit = value === "threshold" ? thresholdOf(config, figure) : value
    if (actual === null || limit === undefined) return undefined
    if (comparison === "atLeast" ? actual < limit : actual > limit) return undefined
    seen.push(`${figure} ${Math.round(actual * 1_000) / 1_000}, ${words[comparison]} ${limit}`)
  }
  return `${seen.join("; ")} over ${summary.attempts} calls in ${rule.windowSeconds} s`
}

/**
 * What the rules say of a gateway's figures, highest priority first. A rule that matched within its cooldown is silent, and
 * after one whose action is applied no other is asked.
 */
export const matchesOf = (
  rules: ReadonlyArray<BlacklistRule>,
  gateway: { readonly config: GatewayConfig; readonly matchedAtMillis: Readonly<Record<string, number>> },
  summaryOf: (windowSeconds: number) => Summary,
  nowMillis: number
): ReadonlyArray<RuleMatch> => {
  const matches: Array<RuleMatch> = []
  for (const rule of rules.toSorted((one, other) => other.priority - one.priority)) {
    const last = gateway.matchedAtMillis[rule.rule]
    if (last !== undefined && nowMillis < last + rule.cooldownSeconds * 1_000) continue
    const evidence = evidenceOf(rule, summaryOf(rule.windowSeconds), gateway.config)
    if (evidence === undefined) continue
    const applied = rule.autoApply && rule.action !== "alert_only"
    const { action, lastsSeconds } = rule
    matches.push({ rule: rule.rule, action, applied, evidence, lastsSeconds })
    if (applied) break
  }
  return matches
}
