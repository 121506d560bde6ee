import { Option, Schema } from "effect"
import { fieldsOf } from "../../rules/VersionedRules.ts"
import { defaultRules, RuleSet } from "./RuleSet.ts"

export type RuleKey = keyof RuleSet

/** The rules by name, and `composite`: how their findings become a verdict. */
export const ruleKeys = Object.keys(RuleSet.fields) as ReadonlyArray<RuleKey>

export const isRuleKey = (name: string): name is RuleKey => Object.hasOwn(RuleSet.fields, name)

type Fields = Readonly<Record<string, unknown>>

/** One rule with some of its fields replaced; parameters are replaced one by one. */
export const withFields = (rule: unknown, changes: Fields): Fields => {
  const before = fieldsOf(rule)
  return "parameters" in before && "parameters" in changes
    ? { ...before, ...changes, parameters: { ...fieldsOf(before.parameters), ...fieldsOf(changes.parameters) } }
    : { ...before, ...changes }
}

/**
 * Rules as another release wrote them, made whole: what is missing has its default, and a rule with values that this
 * release does not allow has all its defaults.
 */
export const repairedRules = (stored: unknown): RuleSet => {
  const written = fieldsOf(stored)
  const repaired: Record<string, unknown> = {}
  for (const key of ruleKeys) {
    const whole = withFields(defaultRules[key], fieldsOf(written[key]))
    const decode = Schema.decodeUnknownOption(RuleSet.fields[key] as Schema.Codec<unknown, unknown>)
    repaired[key] = Option.getOrElse(decode(whole), () => defaultRules[key])
  }
  return Option.getOrElse(Schema.decodeUnknownOption(RuleSet)(repaired), () => defaultRules)
}
