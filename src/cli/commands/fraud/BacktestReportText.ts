import type { BacktestReport } from "../../../domain/fraud/backtest/Backtest.ts"
import type { ChangeReport, VerdictChange } from "../../../domain/fraud/backtest/VerdictChanges.ts"
import { verdictChanges } from "../../../domain/fraud/backtest/VerdictChanges.ts"
import { VerdictAction } from "../../../domain/fraud/Finding.ts"
import { ruleNames } from "../../../domain/fraud/Screening.ts"
import type { Column } from "../../Table.ts"
import { table } from "../../Table.ts"

interface Counted {
  readonly name: string
  readonly before: number
  readonly after: number
}

const countedColumns = (title: string): ReadonlyArray<Column<Counted>> => [
  { title, cell: (row) => row.name },
  { title: "now", cell: (row) => row.before, right: true },
  { title: "then", cell: (row) => row.after, right: true },
  {
    title: "change",
    cell: ({ after, before }) => (after > before ? `+${after - before}` : after - before),
    right: true
  }
]

const words: Readonly<Record<VerdictChange, string>> = {
  newlyBlocked: "newly blocked",
  newlyFlagged: "newly flagged",
  noLongerBlocked: "no longer blocked",
  noLongerFlagged: "no longer flagged"
}

type Named = ChangeReport & { readonly name: string }

const share = (part: number, whole: number) => (whole === 0 ? null : `${Math.round((part / whole) * 1000) / 10} %`)

const changeColumns: ReadonlyArray<Column<Named>> = [
  { title: "calls that are", cell: (row) => row.name },
  { title: "calls", cell: (row) => row.calls, right: true },
  { title: "was fraud", cell: (row) => share(row.resolutions.confirmed_fraud, row.calls), right: true },
  { title: "was false", cell: (row) => share(row.resolutions.false_positive, row.calls), right: true },
  { title: "not known", cell: (row) => share(row.resolutions.unknown, row.calls), right: true },
  { title: "such as", cell: (row) => row.callIds.slice(0, 3).join(", ") }
]

interface SubjectRow {
  readonly change: string
  readonly subject: string
  readonly calls: number
  readonly callIds: string
}

const subjectColumns: ReadonlyArray<Column<SubjectRow>> = [
  { title: "because of", cell: (row) => row.subject },
  { title: "are", cell: (row) => row.change },
  { title: "calls", cell: (row) => row.calls, right: true },
  { title: "such as", cell: (row) => row.callIds }
]

const notes = ({ calls, endedEarly, fidelity, hashedCalls, overloadCalls, warmUpCalls }: BacktestReport) => [
  `${calls} calls were replayed, after ${warmUpCalls} that only filled the windows.`,
  ...(fidelity.verdicts === 0
    ? []
    : [`Of ${fidelity.verdicts} verdicts by the rules in force, the replay repeats ${fidelity.same}.`]),
  ...(overloadCalls === 0 ? [] : [`${overloadCalls} calls of gateways that brought too many are left out.`]),
  ...(hashedCalls === 0
    ? []
    : [
        `${hashedCalls} calls have callers whose number is kept as a hash: they are told apart by it, and the rules about`,
        "the number itself (cli_mask, cli_impossible, refiling) are not applied to them."
      ]),
  ...(endedEarly === 0 ? [] : [`${endedEarly} calls were ended early, since too many were up at once.`])
]

/** A report for a person: what the rules in force (now) and the other ones (then) do with the same calls. */
export const backtestText = (report: BacktestReport, changes: ReadonlyArray<string>): string => {
  const counted = (name: string, { after, before }: { readonly before: number; readonly after: number }) => ({
    name,
    before,
    after
  })
  const rules = ruleNames
    .map((rule) => counted(rule, report.rules[rule]))
    .filter(({ after, before }) => before > 0 || after > 0)
  const subjects = verdictChanges.flatMap((name) =>
    report.changes[name].subjects.map(({ callIds, calls, subject }) => ({
      change: words[name],
      subject,
      calls,
      callIds: callIds.join(", ")
    }))
  )
  return [
    changes.length === 0 ? "These are the rules in force." : changes.join("\n"),
    notes(report).join("\n"),
    table(
      countedColumns("verdict"),
      VerdictAction.literals.map((action) => counted(action, report.verdicts[action]))
    ),
    ...(rules.length === 0 ? [] : [table(countedColumns("calls that a rule found"), rules)]),
    table(
      changeColumns,
      verdictChanges.map((name) => ({ ...report.changes[name], name: words[name] }))
    ),
    ...(subjects.length === 0 ? [] : [table(subjectColumns, subjects)])
  ].join("\n\n")
}
