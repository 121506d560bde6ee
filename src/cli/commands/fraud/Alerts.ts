import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { FraudType, Severity } from "../../../domain/fraud/FraudType.ts"
import { RuleName } from "../../../domain/fraud/Finding.ts"
import { AlertStatus } from "../../../domain/fraud/alerts/FraudAlert.ts"
import type { FraudAlertView } from "../../../http/api/FraudAlertViews.ts"
import { Assignee } from "../../../http/api/FraudAlertsApi.ts"
import { Instant, Reason } from "../../../http/api/Parameters.ts"
import { alertEventSummary } from "../../../http/AlertEventSummary.ts"
import { withApi } from "../../ApiConnection.ts"
import { followEvents } from "../../FollowEvents.ts"
import { output, printOne, printRows } from "../../Output.ts"
import { limit, readPages } from "../../Paging.ts"
import { given } from "../../RequestFlags.ts"
import type { Column } from "../../Table.ts"
import { historyColumns } from "../../TimelineColumns.ts"
import { alertActions, alertId } from "./AlertActions.ts"

const columns: ReadonlyArray<Column<FraudAlertView>> = [
  { title: "alert", cell: (row) => row.alertId },
  { title: "status", cell: (row) => row.resolution ?? row.status },
  { title: "severity", cell: (row) => row.severity },
  { title: "type", cell: (row) => row.type },
  { title: "subject", cell: (row) => row.subject },
  { title: "callers", cell: (row) => row.aNumberCount, right: true },
  { title: "calls", cell: (row) => row.calls, right: true },
  { title: "action", cell: (row) => row.actionTaken },
  { title: "assignee", cell: (row) => row.assignee },
  { title: "last seen", cell: (row) => row.lastSeenAt }
]

const instant = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withSchema(Instant), Flag.optional)

const period = {
  from: instant("from", "Only alerts detected then or later, such as 2026-01-31T00:00:00Z"),
  to: instant("to", "Only alerts detected before then")
}

const filters = {
  ...period,
  status: Flag.Literals("status", AlertStatus.literals).pipe(
    Flag.withDescription("Only alerts in this status"),
    Flag.optional
  ),
  severity: Flag.Literals("severity", Severity.literals).pipe(
    Flag.withDescription("Only alerts of this severity"),
    Flag.optional
  ),
  type: Flag.Literals("type", FraudType.literals).pipe(
    Flag.withDescription("Only alerts about this kind of fraud"),
    Flag.optional
  ),
  rule: Flag.Literals("rule", RuleName.literals).pipe(
    Flag.withDescription("Only alerts that this rule raised"),
    Flag.optional
  ),
  subject: Flag.String("subject").pipe(
    Flag.withDescription("Only alerts about this number, source or carrier"),
    Flag.withSchema(Reason),
    Flag.optional
  ),
  assignee: Flag.String("assignee").pipe(
    Flag.withDescription("Only alerts that this person has"),
    Flag.withSchema(Assignee),
    Flag.optional
  )
}

const list = Command.make(
  "list",
  { output, limit, ...filters },
  Effect.fnUntraced(function* ({ limit, output, ...flags }) {
    const query = given(flags)
    const rows = yield* withApi((api) =>
      readPages(limit, (page) => api.fraudAlerts.list({ query: { ...page, ...query } }))
    )
    yield* printRows(output, columns, rows)
  })
).pipe(
  Command.withDescription("List alerts, newest first"),
  Command.withExamples([
    { command: "tandem fraud alerts list --status pending --severity CRITICAL", description: "What burns" }
  ])
)

const get = Command.make(
  "get",
  { output, alertId },
  Effect.fnUntraced(function* (input) {
    const params = { alertId: input.alertId }
    yield* printOne(input.output, yield* withApi((api) => api.fraudAlerts.get({ params })))
  })
).pipe(
  Command.withDescription("Show one alert, with calls behind it and its comments"),
  Command.withExamples([{ command: "tandem fraud alerts get ALT-2026-0000001 -o json", description: "All of it" }])
)

const timeline = Command.make(
  "timeline",
  { output, limit, alertId },
  Effect.fnUntraced(function* (input) {
    const params = { alertId: input.alertId }
    const rows = yield* withApi((api) => readPages(input.limit, (query) => api.fraudAlerts.timeline({ params, query })))
    yield* printRows(input.output, historyColumns, rows)
  })
).pipe(
  Command.withDescription("Show all that happened to an alert, oldest first"),
  Command.withExamples([{ command: "tandem fraud alerts timeline ALT-2026-0000001", description: "Who did what" }])
)

const stats = Command.make(
  "stats",
  { output, ...period },
  Effect.fnUntraced(function* ({ from, output, to }) {
    const query = given({ from, to })
    yield* printOne(output, yield* withApi((api) => api.fraudAlerts.stats({ query })))
  })
).pipe(
  Command.withDescription("Count alerts, and say how fast and how right they were"),
  Command.withExamples([
    {
      command: "tandem fraud alerts stats --from 2026-01-01T00:00:00+01:00",
      description: "Since the new year in Lagos"
    }
  ])
)

const watch = Command.make(
  "watch",
  { output },
  Effect.fnUntraced(function* ({ output }) {
    yield* followEvents({
      filter: { entityType: "FraudAlert" },
      after: undefined,
      follow: true,
      show: (event) =>
        Console.log(
          output === "json"
            ? JSON.stringify(event)
            : `${event.occurredAt}  ${event.entityId}  ${alertEventSummary(event).replace(/[\p{Cc}\s]+/gu, " ")}`
        )
    })
  })
).pipe(
  Command.withDescription("Show what happens to alerts as it happens"),
  Command.withExamples([{ command: "tandem fraud alerts watch", description: "Until it is interrupted" }])
)

export const alerts = Command.make("alerts").pipe(
  Command.withDescription("Alerts: one for each pattern that looks like fraud"),
  Command.withSubcommands([list, get, timeline, stats, watch, ...alertActions])
)
