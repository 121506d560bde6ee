import { Effect, Option, Schema } from "effect"
import { Argument, Command } from "effect/cli"
import { RuleMode } from "../../../domain/fraud/rules/RuleSet.ts"
import { isRuleKey, ruleKeys } from "../../../domain/fraud/rules/RuleSetRepair.ts"
import { fieldsOf } from "../../../domain/rules/VersionedRules.ts"
import { withApi } from "../../ApiConnection.ts"
import { CliFailure } from "../../CliFailure.ts"
import { exitCodes } from "../../ExitCodes.ts"
import { output, printOne, printRows } from "../../Output.ts"
import { headers, reason } from "../../RequestFlags.ts"
import type { Column } from "../../Table.ts"
import { file, readJson, rulesHistory, rulesRevert, versionOf } from "../RulesCommands.ts"

const rule = Argument.String("rule").pipe(Argument.withDescription(`One of ${ruleKeys.join(", ")}`))

interface RuleRow {
  readonly rule: string
  readonly values: Readonly<Record<string, unknown>>
}

const ruleColumns: ReadonlyArray<Column<RuleRow>> = [
  { title: "rule", cell: ({ rule }) => rule },
  { title: "mode", cell: ({ values }) => (values.mode === undefined ? null : String(values.mode)) },
  { title: "action", cell: ({ values }) => (values.action === undefined ? null : String(values.action)) },
  { title: "weight", cell: ({ values }) => (values.weight === undefined ? null : Number(values.weight)), right: true },
  { title: "parameters", cell: ({ rule, values }) => JSON.stringify(rule === "composite" ? values : values.parameters) }
]

const get = Command.make(
  "get",
  { output, rule: Argument.optional(rule) },
  Effect.fnUntraced(function* (input) {
    const state = yield* withApi((api) => api.fraudRules.get())
    const name = Option.getOrUndefined(input.rule)
    if (name === undefined) {
      if (input.output === "json") return yield* printOne("json", state)
      const rows = ruleKeys.map((key): RuleRow => ({ rule: key, values: fieldsOf(state.rules[key]) }))
      return yield* printRows("table", ruleColumns, rows)
    }
    if (!isRuleKey(name)) return yield* CliFailure.of(exitCodes.notFound, `There is no rule ${name}.`)
    yield* printOne(input.output, fieldsOf(state.rules[name]))
  })
).pipe(
  Command.withDescription("Show all detection rules, or one"),
  Command.withExamples([{ command: "tandem fraud rules get wangiri", description: "One rule with its parameters" }])
)

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** A value as JSON, and as plain text when it is none. */
const valueOf = (text: string): unknown => Option.getOrElse(decodeJson(text), () => text)

const ownFields = new Set(["mode", "action", "weight"])

const set = Command.make(
  "set",
  {
    output,
    rule,
    values: Argument.String("name=value").pipe(
      Argument.withDescription("weight, action, mode, or a parameter; values as JSON"),
      Argument.withSchema(Schema.String.check(Schema.isPattern(/^\w+=/, { expected: "name=value" }))),
      Argument.atLeast(1)
    ),
    reason,
    headers
  },
  Effect.fnUntraced(function* ({ headers, output, reason, rule, values }) {
    const pairs = values.map((text): [string, unknown] => {
      const sign = text.indexOf("=")
      return [text.slice(0, sign), valueOf(text.slice(sign + 1))]
    })
    const own = Object.fromEntries(pairs.filter(([name]) => ownFields.has(name)))
    const parameters = Object.fromEntries(pairs.filter(([name]) => !ownFields.has(name)))
    const payload = { reason, ...own, ...(Object.keys(parameters).length > 0 && { parameters }) }
    const state = yield* withApi((api) => api.fraudRules.change({ params: { rule }, payload, headers }))
    yield* printOne(output, { version: state.version, ...fieldsOf(fieldsOf(state.rules)[rule]) })
  })
).pipe(
  Command.withDescription("Change some values of a rule; the others stay"),
  Command.withExamples([
    {
      command: "tandem fraud rules set wangiri calls=7 weight=0.5 --reason 'too many false alarms'",
      description: "Two values of one rule"
    },
    { command: "tandem fraud rules set composite blockScore=0.9 --reason 'block less'", description: "The verdict" }
  ])
)

const mode = Command.make(
  "mode",
  {
    output,
    rule,
    mode: Argument.Literals("mode", RuleMode.literals).pipe(Argument.withDescription("shadow: found, and no more")),
    reason,
    headers
  },
  Effect.fnUntraced(function* ({ headers, mode, output, reason, rule }) {
    const request = { params: { rule }, payload: { mode, reason }, headers }
    const state = yield* withApi((api) => api.fraudRules.change(request))
    yield* printOne(output, { version: state.version, ...fieldsOf(fieldsOf(state.rules)[rule]) })
  })
).pipe(
  Command.withDescription("Switch a rule on, off, or on trial"),
  Command.withExamples([
    { command: "tandem fraud rules mode robocall shadow --reason 'on trial in May'", description: "Watch, do not act" }
  ])
)

const replace = Command.make(
  "replace",
  { output, file, reason, headers },
  Effect.fnUntraced(function* ({ file, headers, output, reason }) {
    const read = fieldsOf(yield* readJson(file))
    const rules = "rules" in read ? fieldsOf(read.rules) : read
    const state = yield* withApi((api) => api.fraudRules.replace({ payload: { reason, rules }, headers }))
    yield* printOne(output, versionOf(state))
  })
).pipe(
  Command.withDescription("Replace all rules at once"),
  Command.withExamples([
    { command: "tandem fraud rules replace --file rules.json --reason 'yearly review'", description: "From a file" }
  ])
)

export const rules = Command.make("rules").pipe(
  Command.withDescription("The detection rules"),
  Command.withSubcommands([
    get,
    set,
    mode,
    replace,
    rulesRevert("fraud rules", (api, request) => api.fraudRules.revert(request)),
    rulesHistory("fraud rules", (api, query) => api.fraudRules.timeline({ query }))
  ])
)
