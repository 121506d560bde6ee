import { Equal, Result, Schema, SchemaIssue } from "effect"

/** Each kind of rules has one actor, of this id. */
export const rulesId = "rules"

/** Most things that one answer finds wrong. */
export const maxRuleIssues = 50

/** Most single differences that an event names. */
const maxDifferences = 100

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

/** The rules never had this version. */
export class RulesVersionUnknown extends Schema.TaggedError<RulesVersionUnknown>()("RulesVersionUnknown", {
  version: Schema.Int
}) {}

/** Somebody changed the rules after `expectedVersion`, which was to be replaced. */
export class RulesVersionConflict extends Schema.TaggedError<RulesVersionConflict>()("RulesVersionConflict", {
  version: Schema.Int,
  expectedVersion: Schema.Int
}) {}

/** Rules with the version that they are, and who brought it and why. */
export const rulesStateOf = <S extends Schema.Top>(rules: S) =>
  Schema.Struct({ version: Schema.Int, rules, reason: Schema.String, by: Schema.String })

export interface RulesState<Rules> {
  readonly version: number
  readonly rules: Rules
  readonly reason: string
  readonly by: string
}

/** Who changes the rules, and why. */
export interface RulesChange {
  readonly reason: string
  readonly by: string
}

type Fields = Readonly<Record<string, unknown>>

export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

const segmentOf = (segment: PropertyKey | { readonly key: PropertyKey }) => {
  const key = typeof segment === "object" ? segment.key : segment
  return typeof key === "number" ? key : String(key)
}

/** Rules as the schema has them, or all that is wrong with them. */
export const rulesBySchema = <Rules>(schema: Schema.ConstraintDecoder<Rules>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (rules: unknown): Result.Result<Rules, RulesRefused> =>
    Result.mapError(
      decode(rules),
      ({ issue }) =>
        new RulesRefused({
          issues: formatIssues(issue)
            .issues.slice(0, maxRuleIssues)
            .map((each) => ({ path: (each.path ?? []).map(segmentOf), message: each.message }))
        })
    )
}

const written = (value: unknown): string => (value === undefined ? "none" : JSON.stringify(value))

/** Each value that differs, by its place. */
const differences = (place: string, before: unknown, after: unknown): ReadonlyArray<string> => {
  if (Equal.equals(before, after)) return []
  const keys = [...new Set([...Object.keys(fieldsOf(before)), ...Object.keys(fieldsOf(after))])]
  if (keys.length === 0) return [`${place}: ${written(before)} → ${written(after)}`]
  if (before === undefined || after === undefined) return [`${place}: ${before === undefined ? "new" : "gone"}`]
  return keys.flatMap((key) =>
    differences(place === "" ? key : `${place}.${key}`, fieldsOf(before)[key], fieldsOf(after)[key])
  )
}

export interface RulesKind<Rules> {
  /** Version 0: what holds until somebody changes it. */
  readonly founding: Rules
  readonly check: (rules: unknown) => Result.Result<Rules, RulesRefused>
  /** What was kept, also by another release, made whole. */
  readonly repair: (kept: unknown) => Rules
  /** The rules by their names, so that differences are told by them. */
  readonly byName: (rules: Rules) => unknown
}

/** How rules of one kind change: each change is a version, told by what differs, and may be taken back. */
export const versionedRules = <Rules>({ byName, check, founding, repair }: RulesKind<Rules>) => {
  type State = RulesState<Rules>
  type Events = ReadonlyArray<RulesEvent>

  /** The version that brings these rules; none when nothing differs. */
  const changed = (state: State, rules: Rules, { by, reason }: RulesChange): Events => {
    const changes = differences("", byName(state.rules), byName(rules)).slice(0, maxDifferences)
    return changes.length === 0
      ? []
      : [{ _tag: "RulesChanged", version: state.version + 1, rules, changes, reason, by }]
  }

  const initial: State = { version: 0, rules: founding, reason: "", by: "" }

  return {
    initial,
    changed,
    evolve: (_: State, { by, reason, rules, version }: RulesEvent): State => ({
      version,
      rules: repair(rules),
      reason,
      by
    }),
    /** Replaces all rules at once; what is there already is right, whatever version was expected. */
    replace: (
      state: State,
      rules: unknown,
      change: RulesChange & { readonly expectedVersion?: number }
    ): Result.Result<Events, RulesRefused | RulesVersionConflict> =>
      Result.flatMap(check(rules), (replaced): Result.Result<Events, RulesVersionConflict> => {
        const { expectedVersion = state.version } = change
        const events = changed(state, replaced, change)
        return events.length === 0 || expectedVersion === state.version
          ? Result.succeed(events)
          : Result.fail(new RulesVersionConflict({ version: state.version, expectedVersion }))
      }),
    /** Goes back to rules that were in force; `event` is the one that brought them, absent when there is none. */
    revert: (
      state: State,
      toVersion: number,
      event: { readonly rules: unknown } | undefined,
      change: RulesChange
    ): Result.Result<Events, RulesVersionUnknown> =>
      toVersion === 0
        ? Result.succeed(changed(state, founding, change))
        : event === undefined
          ? Result.fail(new RulesVersionUnknown({ version: toVersion }))
          : Result.succeed(changed(state, repair(event.rules), change))
  }
}
