import { Console, Effect, FileSystem, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import type { BacktestReport } from "../../../domain/fraud/backtest/Backtest.ts"
import { Backtest } from "../../../domain/fraud/backtest/Backtest.ts"
import { ResolvedAlerts } from "../../../domain/fraud/backtest/ResolvedAlerts.ts"
import { dayMillis } from "../../../domain/fraud/calls/CallTimes.ts"
import type { RulesState } from "../../../domain/fraud/rules/RuleChanges.ts"
import type { ProposalRefusal } from "../../../domain/fraud/rules/RuleProposal.ts"
import { proposeRules } from "../../../domain/fraud/rules/RuleProposal.ts"
import type { ApiClient } from "../../../http/api/ApiClient.ts"
import { maxPeriodDays } from "../../../http/api/CallsApi.ts"
import { callRecordOf } from "../../../http/api/CallViews.ts"
import type { FraudAlertView } from "../../../http/api/FraudAlertViews.ts"
import { Instant } from "../../../http/api/Parameters.ts"
import { withApi } from "../../ApiConnection.ts"
import { CliFailure } from "../../CliFailure.ts"
import { exitCodes } from "../../ExitCodes.ts"
import { output, printOne } from "../../Output.ts"
import { maxRows, readPages } from "../../Paging.ts"
import { backtestText } from "./BacktestReportText.ts"

const unitMillis: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: dayMillis }

/** `90m`, `1h` or `2d`, in milliseconds. */
const warmUpMillis = (text: string) => Number(text.slice(0, -1)) * (unitMillis[text.slice(-1)] ?? 0)

const instant = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withSchema(Instant))

const flags = {
  rules: Flag.File("rules", { mustExist: true }).pipe(
    Flag.withDescription('JSON: all rules, or what changes of some, as in {"wangiri":{"weight":0.5}}')
  ),
  from: instant("from", "Calls that started then or later are counted, such as 2026-01-31T00:00:00Z"),
  to: instant("to", "Calls that started before are counted"),
  warmUp: Flag.String("warm-up").pipe(
    Flag.withDescription("How much earlier the replay begins, so that it knows what came before: 30m, 1h, 1d"),
    Flag.withSchema(
      Schema.String.check(Schema.isPattern(/^\d{1,3}[mhd]$/, { expected: "a time such as 30m, 1h or 1d" }))
    ),
    Flag.withDefault("1h")
  ),
  output
}

const refusalLines = (file: string, refusal: ProposalRefusal): ReadonlyArray<string> => {
  switch (refusal._tag) {
    case "RuleUnknown":
      return [`${file}: there is no rule ${refusal.rule}`]
    case "RulesRefused":
      return refusal.issues.map(
        ({ message, path }) => `${file}: ${[path.join("."), message].filter(Boolean).join(": ")}`
      )
  }
}

const Rules = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

const readRules = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const read = yield* fs.readFileString(file).pipe(
    Effect.flatMap(Schema.decodeEffect(Rules)),
    Effect.mapError(() => CliFailure.of(exitCodes.usage, `${file} is no JSON object`))
  )
  return "rules" in read ? read.rules : read
})

const proposalOf = (file: string, state: RulesState, read: unknown) =>
  Effect.mapError(Effect.fromResult(proposeRules(state, read)), (refusal) =>
    CliFailure.of(exitCodes.usage, ...refusalLines(file, refusal))
  )

const periodOf = Effect.fnUntraced(function* (given: { from: string; to: string; warmUp: string }) {
  const fromMillis = Date.parse(given.from)
  const toMillis = Date.parse(given.to)
  const startMillis = fromMillis - warmUpMillis(given.warmUp)
  if (Number.isNaN(fromMillis) || Number.isNaN(toMillis)) {
    return yield* CliFailure.of(exitCodes.usage, "--from and --to must be days that there are")
  }
  if (toMillis <= fromMillis) return yield* CliFailure.of(exitCodes.usage, "--to must be after --from")
  if (toMillis - startMillis > maxPeriodDays * dayMillis) {
    return yield* CliFailure.of(exitCodes.usage, `the period and its warm-up are longer than ${maxPeriodDays} days`)
  }
  return { fromMillis, startMillis, toMillis }
})

type Period = Effect.Success<ReturnType<typeof periodOf>>

const iso = (millis: number) => new Date(millis).toISOString()

const resolvedOf = ({ firstSeenAt, lastSeenAt, resolution, subject, type }: FraudAlertView) =>
  resolution === null
    ? []
    : [
        {
          type,
          subject,
          resolution,
          firstSeenAtMillis: Date.parse(firstSeenAt),
          lastSeenAtMillis: Date.parse(lastSeenAt)
        }
      ]

/** An alert gathers calls after it was detected, so those from some time before the period count, too. */
const readAlerts = (api: ApiClient, { fromMillis, toMillis }: Period) => {
  const query = { status: "resolved", from: iso(fromMillis - maxPeriodDays * dayMillis), to: iso(toMillis) } as const
  return readPages(maxRows, (page) => api.fraudAlerts.list({ query: { ...page, ...query } })).pipe(
    Effect.map((rows) => new ResolvedAlerts(rows.flatMap(resolvedOf)))
  )
}

/** How often a long replay says how far it is. */
const callsPerNote = 250_000

const run = Effect.fnUntraced(function* (api: ApiClient, file: string, read: unknown, period: Period) {
  const state = yield* api.fraudRules.get()
  const { changes, rules } = yield* proposalOf(file, state, read)
  const backtest = new Backtest({
    before: state.rules,
    after: rules,
    rulesVersion: state.version,
    countFromMillis: period.fromMillis,
    alerts: yield* readAlerts(api, period)
  })
  const calls = yield* api.calls.export({ query: { from: iso(period.startMillis), to: iso(period.toMillis) } })
  let replayed = 0
  yield* Stream.runForEach(calls, (call) => {
    backtest.add(callRecordOf(call))
    replayed += 1
    return replayed % callsPerNote === 0 ? Console.error(`${replayed} calls, until ${call.startedAt}`) : Effect.void
  })
  return { rulesVersion: state.version, changes, report: backtest.report() }
})

const print = (report: BacktestReport, rulesVersion: number, changes: ReadonlyArray<string>, period: Period) =>
  printOne("json", {
    from: iso(period.fromMillis),
    to: iso(period.toMillis),
    warmUpFrom: iso(period.startMillis),
    rulesVersion,
    changed: changes,
    ...report
  })

export const backtest = Command.make(
  "backtest",
  flags,
  Effect.fnUntraced(function* (input) {
    const period = yield* periodOf(input)
    const read = yield* readRules(input.rules)
    const { changes, report, rulesVersion } = yield* withApi((api) => run(api, input.rules, read, period))
    if (input.output === "json") return yield* print(report, rulesVersion, changes, period)
    yield* Console.log(backtestText(report, changes))
  })
).pipe(
  Command.withDescription(
    "Replay stored calls by the rules in force and by those of a file, and show what would change"
  ),
  Command.withExamples([
    {
      command: "tandem fraud backtest --rules rules.json --from 2026-01-01T00:00:00Z --to 2026-01-02T00:00:00Z",
      description: "What other rules would have done on New Year's Day"
    }
  ])
)
