import { Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import type { BlacklistRule, RuleCondition } from "../../../domain/gateways/BlacklistRule.ts"
import { fieldsOf } from "../../../domain/rules/VersionedRules.ts"
import { RulesVersion } from "../../../http/api/RulesEndpoints.ts"
import { withApi } from "../../ApiConnection.ts"
import { CliFailure } from "../../CliFailure.ts"
import { exitCodes } from "../../ExitCodes.ts"
import { output, printOne, printRows } from "../../Output.ts"
import { headers, reason } from "../../RequestFlags.ts"
import type { Column } from "../../Table.ts"
import { file, readJson, rulesHistory, rulesRevert, versionOf } from "../RulesCommands.ts"

const signs = { atLeast: "≥", atMost: "≤" }

const words = ({ comparison, figure, value }: RuleCondition) => `${figure} ${signs[comparison]} ${value}`

const columns: ReadonlyArray<Column<BlacklistRule>> = [
  { title: "rule", cell: (row) => row.rule },
  { title: "conditions", cell: (row) => row.conditions.map(words).join(", ") },
  { title: "window s", cell: (row) => row.windowSeconds, right: true },
  { title: "calls", cell: (row) => row.minimumCalls, right: true },
  { title: "action", cell: (row) => row.action },
  { title: "acts", cell: (row) => (row.autoApply && row.action !== "alert_only" ? "yes" : "no") },
  { title: "priority", cell: (row) => row.priority, right: true },
  { title: "lasts s", cell: (row) => row.lastsSeconds, right: true },
  { title: "cooldown s", cell: (row) => row.cooldownSeconds, right: true }
]

const show = Command.make(
  "show",
  { output },
  Effect.fnUntraced(function* (input) {
    const state = yield* withApi((api) => api.gatewayRules.get())
    if (input.output === "json") return yield* printOne("json", state)
    yield* printRows("table", columns, state.rules)
  })
).pipe(
  Command.withDescription("Show the rules, in the order in which they are looked at"),
  Command.withExamples([
    { command: "tandem gateways rules show -o json > rules.json", description: "To be changed, and set again" }
  ])
)

const isVersion = Schema.is(RulesVersion)

const set = Command.make(
  "set",
  {
    output,
    file,
    expectedVersion: Flag.Int("expected-version").pipe(
      Flag.withDescription("The version that is replaced; the file's own when it is not given"),
      Flag.withSchema(RulesVersion),
      Flag.optional
    ),
    reason,
    headers
  },
  Effect.fnUntraced(function* ({ file, headers, output, reason, ...flags }) {
    const read = yield* readJson(file)
    const rules = Array.isArray(read) ? read : fieldsOf(read).rules
    const { version } = fieldsOf(read)
    const expectedVersion = Option.getOrElse(flags.expectedVersion, () => version)
    if (!Array.isArray(rules)) return yield* CliFailure.of(exitCodes.usage, `${file} has no list of rules`)
    if (!isVersion(expectedVersion)) {
      return yield* CliFailure.of(exitCodes.usage, `${file} has no version; say --expected-version`)
    }
    const payload = { reason, rules, expectedVersion }
    yield* printOne(output, versionOf(yield* withApi((api) => api.gatewayRules.replace({ payload, headers }))))
  })
).pipe(
  Command.withDescription("Replace all rules at once, unless somebody changed them meanwhile"),
  Command.withExamples([
    {
      command: "tandem gateways rules set --file rules.json --reason 'suspend by itself'",
      description: "What `show` gave, changed"
    }
  ])
)

export const rules = Command.make("rules").pipe(
  Command.withDescription("The rules that blacklist and suspend gateways"),
  Command.withSubcommands([
    show,
    set,
    rulesHistory("gateways rules", (api, query) => api.gatewayRules.timeline({ query })),
    rulesRevert("gateways rules", (api, request) => api.gatewayRules.revert(request))
  ])
)
