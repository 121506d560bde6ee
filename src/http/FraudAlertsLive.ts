import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { FraudAlert } from "../entities/FraudAlert.ts"
import { AlertRows } from "../layers/storage/AlertRows.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { knownAlert, makeAlertCommands } from "./AlertCommands.ts"
import { alertEventSummary } from "./AlertEventSummary.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { askEntity } from "./EntityCall.ts"
import { CreatedCursor, readPage, VersionCursor } from "./Paging.ts"
import { asProblems } from "./ProblemDetails.ts"

export const FraudAlertsLive = HttpApiBuilder.group(
  TandemApi,
  "fraudAlerts",
  Effect.fnUntraced(function* (handlers) {
    const alerts = yield* AlertRows
    const journal = yield* Journal
    const alertOf = yield* FraudAlert.client
    const commands = yield* makeAlertCommands

    return handlers.handleAll({
      ...commands,
      list: ({ query }) =>
        readPage({
          query,
          key: CreatedCursor,
          read: (after, limit) => asProblems(alerts.list({ filter: query, after, limit })),
          keyOf: ({ alertId, createdAt }) => ({ createdAt, id: alertId })
        }),
      stats: ({ query }) => asProblems(alerts.stats(query)),
      get: Effect.fnUntraced(function* ({ params: { alertId } }) {
        yield* knownAlert(alerts, alertId)
        return yield* askEntity(alertOf(alertId).Get())
      }),
      timeline: Effect.fnUntraced(function* ({ params: { alertId }, query }) {
        yield* knownAlert(alerts, alertId)
        const page = yield* readPage({
          query,
          key: VersionCursor,
          read: (after, limit) =>
            asProblems(journal.history(FraudAlert.type, alertId, { afterVersion: after ?? 0, limit })),
          keyOf: ({ version }) => version
        })
        return { ...page, items: page.items.map((event) => ({ ...event, summary: alertEventSummary(event) })) }
      })
    })
  })
)
