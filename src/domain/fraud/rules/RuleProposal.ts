import { Result } from "effect"
import type { RulesState } from "./RuleChanges.ts"
import { fieldsOf, RulesRefused } from "../../rules/VersionedRules.ts"
import { checkedRules, fraudRuleVersions, RuleUnknown } from "./RuleChanges.ts"
import type { RuleSet } from "./RuleSet.ts"
import { isRuleKey, withFields } from "./RuleSetRepair.ts"

/** Rules that are not in force yet, and how they differ from those that are. */
export interface RuleProposal {
  readonly rules: RuleSet
  readonly changes: ReadonlyArray<string>
}

export type ProposalRefusal = RulesRefused | RuleUnknown

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)

const notAnObject = (path: ReadonlyArray<string>) => ({ path, message: "Expected an object" })

/** All rules, or some fields of some of them; what is left out stays as it is. */
export const proposeRules = (state: RulesState, proposal: unknown): Result.Result<RuleProposal, ProposalRefusal> => {
  if (!isObject(proposal)) return Result.fail(new RulesRefused({ issues: [notAnObject([])] }))
  const patches = Object.entries(fieldsOf(proposal))
  const unknown = patches.find(([name]) => !isRuleKey(name))
  if (unknown !== undefined) return Result.fail(new RuleUnknown({ rule: unknown[0] }))
  const wrong = patches.flatMap(([name, patch]) => {
    if (!isObject(patch)) return [notAnObject([name])]
    const { parameters } = fieldsOf(patch)
    return parameters === undefined || isObject(parameters) ? [] : [notAnObject([name, "parameters"])]
  })
  if (wrong.length > 0) return Result.fail(new RulesRefused({ issues: wrong }))
  const whole = Object.fromEntries(
    patches.map(([name, patch]) => [name, withFields(fieldsOf(state.rules)[name], fieldsOf(patch))])
  )
  return Result.map(checkedRules({ ...state.rules, ...whole }), (rules) => ({
    rules,
    changes: fraudRuleVersions.changed(state, rules, { reason: "", by: "" })[0]?.changes ?? []
  }))
}
