import { Option, Result, Schema } from "effect"
import type { RuleIssue } from "../rules/VersionedRules.ts"
import {
  rulesBySchema,
  RulesRefused,
  rulesStateOf,
  RulesVersionConflict,
  RulesVersionUnknown,
  versionedRules
} from "../rules/VersionedRules.ts"
import { BlacklistRule, defaultRules, hasThreshold, largestValues, maxRules } from "./BlacklistRule.ts"

export const GatewayRuleSet = Schema.Array(BlacklistRule).check(Schema.isMaxLength(maxRules))
export type GatewayRuleSet = typeof GatewayRuleSet.Type

export const GatewayRulesState = rulesStateOf(GatewayRuleSet)
export type GatewayRulesState = typeof GatewayRulesState.Type

export const GatewayRulesRefusal = Schema.Union([RulesRefused, RulesVersionUnknown, RulesVersionConflict])
export type GatewayRulesRefusal = typeof GatewayRulesRefusal.Type

const decode = rulesBySchema(GatewayRuleSet)

/** What the types cannot say: names that come once, and values that the condition's figure can have. */
const issuesOf = (rules: GatewayRuleSet): ReadonlyArray<RuleIssue> =>
  rules.flatMap(({ conditions, rule }, i) => {
    const isRepeated = rules.findIndex((other) => other.rule === rule) < i
    const wrong = conditions.flatMap(({ figure, value }, j): ReadonlyArray<RuleIssue> => {
      const path = [i, "conditions", j, "value"]
      if (value === "threshold") {
        return hasThreshold(figure)
          ? []
          : [{ path, message: `Expected a number: gateways have no limit for ${figure}` }]
      }
      const largest = largestValues[figure]
      return value <= largest ? [] : [{ path, message: `Expected a value between 0 and ${largest}` }]
    })
    return isRepeated ? [{ path: [i, "rule"], message: "Expected a name that no other rule has" }, ...wrong] : wrong
  })

/** In the order in which they are looked at, so that rules that were written in another order are the same. */
const inOrder = (rules: GatewayRuleSet): GatewayRuleSet =>
  rules.toSorted((one, other) => other.priority - one.priority || (one.rule < other.rule ? -1 : 1))

const check = (rules: unknown): Result.Result<GatewayRuleSet, RulesRefused> =>
  Result.flatMap(decode(rules), (decoded) => {
    const issues = issuesOf(decoded)
    return issues.length === 0 ? Result.succeed(inOrder(decoded)) : Result.fail(new RulesRefused({ issues }))
  })

const decodeRule = Schema.decodeUnknownOption(BlacklistRule)

/** Of rules that another release wrote, those that this one knows. */
export const repairedGatewayRules = (kept: unknown): GatewayRuleSet =>
  Array.isArray(kept) ? inOrder(kept.flatMap((rule) => Option.toArray(decodeRule(rule)))) : defaultRules

/** `founding` are the rules of version 0. */
export const gatewayRuleVersions = (founding: GatewayRuleSet = defaultRules) =>
  versionedRules<GatewayRuleSet>({
    founding,
    check,
    repair: repairedGatewayRules,
    byName: (rules) => Object.fromEntries(rules.map(({ rule, ...values }) => [rule, values]))
  })
