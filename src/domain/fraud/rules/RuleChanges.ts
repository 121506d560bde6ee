import { Result, Schema } from "effect"
import type { RulesChange, RulesEvent } from "../../rules/VersionedRules.ts"
import {
  rulesBySchema,
  RulesRefused,
  rulesStateOf,
  RulesVersionConflict,
  RulesVersionUnknown,
  versionedRules
} from "../../rules/VersionedRules.ts"
import { modelRefusal } from "./ModelGate.ts"
import { defaultRules, RuleSet } from "./RuleSet.ts"
import { isRuleKey, repairedRules, withFields } from "./RuleSetRepair.ts"

/** Version 0 are the defaults, which nobody has changed yet. */
export const RulesState = rulesStateOf(RuleSet)
export type RulesState = typeof RulesState.Type

/** There is no rule of this name. */
export class RuleUnknown extends Schema.TaggedError<RuleUnknown>()("RuleUnknown", { rule: Schema.String }) {}

export const RulesRefusal = Schema.Union([RulesRefused, RuleUnknown, RulesVersionUnknown, RulesVersionConflict])
export type RulesRefusal = typeof RulesRefusal.Type

const decode = rulesBySchema(RuleSet)

/** What the types cannot say: values that must fit each other, and whether the model may judge. */
const together = (rules: RuleSet): Result.Result<RuleSet, RulesRefused> => {
  const issue =
    rules.composite.flagScore <= rules.composite.blockScore
      ? modelRefusal(rules)
      : { path: ["composite", "flagScore"], message: "Expected a value at most that of blockScore" }
  return issue === undefined ? Result.succeed(rules) : Result.fail(new RulesRefused({ issues: [issue] }))
}

export const checkedRules = (rules: unknown): Result.Result<RuleSet, RulesRefused> =>
  Result.flatMap(decode(rules), together)

export const fraudRuleVersions = versionedRules<RuleSet>({
  founding: defaultRules,
  check: checkedRules,
  repair: repairedRules,
  byName: (rules) => rules
})

export const initialRules: RulesState = fraudRuleVersions.initial
export const evolveRules = fraudRuleVersions.evolve

/** A rule that is left out is an error, since nobody can tell whether it was meant. */
export const decideReplace = fraudRuleVersions.replace
export const decideRevert = fraudRuleVersions.revert

/** Replaces some fields of one rule, or of `composite`; the others stay as they are. */
export const decideChange = (
  state: RulesState,
  name: string,
  patch: Readonly<Record<string, unknown>>,
  change: RulesChange
): Result.Result<ReadonlyArray<RulesEvent>, RulesRefusal> =>
  isRuleKey(name)
    ? Result.map(checkedRules({ ...state.rules, [name]: withFields(state.rules[name], patch) }), (rules) =>
        fraudRuleVersions.changed(state, rules, change)
      )
    : Result.fail(new RuleUnknown({ rule: name }))
