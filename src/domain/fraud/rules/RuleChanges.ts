import { Equal, Result, Schema, SchemaIssue } from "effect"
import { modelRefusal } from "./ModelGate.ts"
import { defaultRules, RuleSet } from "./RuleSet.ts"
import { fieldsOf, isRuleKey, repairedRules, withFields } from "./RuleSetRepair.ts"

/** The one actor that holds the rules. */
export const rulesId = "rules"

/** Most things that one answer finds wrong. */
export const maxRuleIssues = 50

/** Most single differences that an event names. */
const maxDifferences = 100

/** Version 0 are the defaults, which nobody has changed yet. */
export const RulesState = Schema.Struct({
  version: Schema.Int,
  rules: RuleSet,
  reason: Schema.String,
  by: Schema.String
})
export type RulesState = typeof RulesState.Type

/** All rules as they are from now on. They are kept as written: another release may know other rules. */
export const RulesEvent = Schema.TaggedStruct("RulesChanged", {
  version: Schema.Int,
  rules: Schema.Unknown,
  /** Each difference to the version before, in words such as `wangiri.weight: 1 → 0.5`. */
  changes: Schema.Array(Schema.String),
  reason: Schema.String,
  by: Schema.String
})
export type RulesEvent = typeof RulesEvent.Type

export const RuleIssue = Schema.Struct({
  path: Schema.Array(Schema.Union([Schema.String, Schema.Finite])),
  message: Schema.String
})
export type RuleIssue = typeof RuleIssue.Type

/** These rules are none; each issue names the field and what it may be. */
export class RulesRefused extends Schema.TaggedError<RulesRefused>()("RulesRefused", {
  issues: Schema.Array(RuleIssue)
}) {}

/** There is no rule of this name. */
export class RuleUnknown extends Schema.TaggedError<RuleUnknown>()("RuleUnknown", { rule: Schema.String }) {}

/** The rules never had this version. */
export class RulesVersionUnknown extends Schema.TaggedError<RulesVersionUnknown>()("RulesVersionUnknown", {
  version: Schema.Int
}) {}

export const RulesRefusal = Schema.Union([RulesRefused, RuleUnknown, RulesVersionUnknown])
export type RulesRefusal = typeof RulesRefusal.Type

export const initialRules: RulesState = { version: 0, rules: defaultRules, reason: "", by: "" }

export const evolveRules = (_: RulesState, event: RulesEvent): RulesState => ({
  version: event.version,
  rules: repairedRules(event.rules),
  reason: event.reason,
  by: event.by
})

type Decision = Result.Result<ReadonlyArray<RulesEvent>, RulesRefusal>

/** Who changes the rules, and why. */
export interface RulesChange {
  readonly reason: string
  readonly by: string
}

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()
const decode = Schema.decodeUnknownResult(RuleSet, { errors: "all", onExcessProperty: "error" })

const segmentOf = (segment: PropertyKey | { readonly key: PropertyKey }) => {
  const key = typeof segment === "object" ? segment.key : segment
  return typeof key === "number" ? key : String(key)
}

/** What the types cannot say: values that must fit each other, and whether the model may judge. */
const together = (rules: RuleSet): Result.Result<RuleSet, RulesRefused> => {
  const issue =
    rules.composite.flagScore <= rules.composite.blockScore
      ? modelRefusal(rules)
      : { path: ["composite", "flagScore"], message: "Expected a value at most that of blockScore" }
  return issue === undefined ? Result.succeed(rules) : Result.fail(new RulesRefused({ issues: [issue] }))
}

const checked = (rules: unknown): Result.Result<RuleSet, RulesRefused> =>
  Result.flatMap(
    Result.mapError(
      decode(rules),
      ({ issue }) =>
        new RulesRefused({
          issues: formatIssues(issue)
            .issues.slice(0, maxRuleIssues)
            .map((each) => ({ path: (each.path ?? []).map(segmentOf), message: each.message }))
        })
    ),
    together
  )

const written = (value: unknown): string => (value === undefined ? "none" : JSON.stringify(value))

/** Each value that differs, by its place. */
const differences = (place: string, before: unknown, after: unknown): ReadonlyArray<string> => {
  if (Equal.equals(before, after)) return []
  const keys = [...new Set([...Object.keys(fieldsOf(before)), ...Object.keys(fieldsOf(after))])]
  return keys.length === 0
    ? [`${place}: ${written(before)} → ${written(after)}`]
    : keys.flatMap((key) =>
        differences(place === "" ? key : `${place}.${key}`, fieldsOf(before)[key], fieldsOf(after)[key])
      )
}

const changed = (state: RulesState, rules: RuleSet, { by, reason }: RulesChange): ReadonlyArray<RulesEvent> => {
  const changes = differences("", state.rules, rules).slice(0, maxDifferences)
  return changes.length === 0 ? [] : [{ _tag: "RulesChanged", version: state.version + 1, rules, changes, reason, by }]
}

/** Replaces some fields of one rule, or of `composite`; the others stay as they are. */
export const decideChange = (
  state: RulesState,
  name: string,
  patch: Readonly<Record<string, unknown>>,
  change: RulesChange
): Decision =>
  isRuleKey(name)
    ? Result.map(checked({ ...state.rules, [name]: withFields(state.rules[name], patch) }), (rules) =>
        changed(state, rules, change)
      )
    : Result.fail(new RuleUnknown({ rule: name }))

/** Replaces all rules at once. A rule that is left out is an error, since nobody can tell whether it was meant. */
export const decideReplace = (state: RulesState, rules: unknown, change: RulesChange): Decision =>
  Result.map(checked(rules), (replaced) => changed(state, replaced, change))

/** Goes back to rules that were in force; `event` is the one that brought them, absent when there is none. */
export const decideRevert = (
  state: RulesState,
  toVersion: number,
  event: { readonly rules: unknown } | undefined,
  change: RulesChange
): Decision =>
  toVersion === 0
    ? Result.succeed(changed(state, defaultRules, change))
    : event === undefined
      ? Result.fail(new RulesVersionUnknown({ version: toVersion }))
      : Result.succeed(changed(state, repairedRules(event.rules), change))
