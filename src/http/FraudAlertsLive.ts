import { Effect, Option, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { AlertUnknown } from "../domain/fraud/alerts/FraudAlert.ts"
import { FraudAlert } from "../entities/FraudAlert.ts"
import { AlertRows } from "../layers/storage/AlertRows.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { alertEventSummary } from "./AlertEventSummary.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { CreatedCursor, readPage } from "./Paging.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"

const VersionCursor = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 }))

interface Command {
  readonly params: { readonly alertId: string }
  readonly headers: { readonly "idempotency-key"?: string | undefined }
  readonly payload?: unknown
}

export const FraudAlertsLive = HttpApiBuilder.group(
  TandemApi,
  "fraudAlerts",
  Effect.fnUntraced(function* (handlers) {
    const alerts = yield* AlertRows
    const journal = yield* Journal
    const keys = yield* CommandKeys
    const alertOf = yield* FraudAlert.client

    const known = Effect.fnUntraced(function* (alertId: string) {
      const alert = yield* asProblems(alerts.get(alertId))
      if (Option.isNone(alert)) return yield* problemOf(new AlertUnknown({ alertId }))
    })

    /** What every command brings along: its key, and in whose name it is. */
    const asked = Effect.fnUntraced(function* (operation: string, { headers, params, payload }: Command) {
      yield* known(params.alertId)
      const { name } = yield* CurrentCaller
      const commandKey = yield* keys.keyFor({
        operation: `fraudAlerts.${operation}`,
        target: params.alertId,
        body: payload,
        idempotencyKey: headers["idempotency-key"]
      })
      return { commandKey, by: name }
    })

    return handlers.handleAll({
      list: ({ query }) =>
        readPage({
          query,
          key: CreatedCursor,
          read: (after, limit) => asProblems(alerts.list({ filter: query, after, limit })),
          keyOf: ({ alertId, createdAt }) => ({ createdAt, id: alertId })
        }),
      stats: ({ query }) => asProblems(alerts.stats(query)),
      get: Effect.fnUntraced(function* ({ params: { alertId } }) {
        yield* known(alertId)
        return yield* askEntity(alertOf(alertId).Get())
      }),
      timeline: Effect.fnUntraced(function* ({ params: { alertId }, query }) {
        yield* known(alertId)
        const page = yield* readPage({
          query,
          key: VersionCursor,
          read: (after, limit) =>
            asProblems(journal.history(FraudAlert.type, alertId, { afterVersion: after ?? 0, limit })),
          keyOf: ({ version }) => version
        })
        return { ...page, items: page.items.map((event) => ({ ...event, summary: alertEventSummary(event) })) }
      }),
      acknowledge: Effect.fnUntraced(function* (command) {
        const by = yield* asked("acknowledge", command)
        return yield* askEntity(alertOf(command.params.alertId).Acknowledge(by))
      }),
      investigate: Effect.fnUntraced(function* (command) {
        const by = yield* asked("investigate", command)
        return yield* askEntity(alertOf(command.params.alertId).Investigate(by))
      }),
      assign: Effect.fnUntraced(function* (command) {
        const by = yield* asked("assign", command)
        return yield* askEntity(alertOf(command.params.alertId).Assign({ ...by, ...command.payload }))
      }),
      comment: Effect.fnUntraced(function* (command) {
        const by = yield* asked("comment", command)
        const { text, type = "note" } = command.payload
        return yield* askEntity(alertOf(command.params.alertId).Comment({ ...by, text, type }))
      }),
      resolve: Effect.fnUntraced(function* (command) {
        const by = yield* asked("resolve", command)
        const { notes = "", resolution } = command.payload
        return yield* askEntity(alertOf(command.params.alertId).Resolve({ ...by, notes, resolution }))
      }),
      reopen: Effect.fnUntraced(function* (command) {
        const by = yield* asked("reopen", command)
        return yield* askEntity(alertOf(command.params.alertId).Reopen({ ...by, ...command.payload }))
      })
    })
  })
)
