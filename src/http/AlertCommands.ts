import { Effect, Option, Schema } from "effect"
import type { AlertResolution, CommentType } from "../domain/fraud/alerts/FraudAlert.ts"
import { AlertId, AlertUnknown } from "../domain/fraud/alerts/FraudAlert.ts"
import { FraudAlert } from "../entities/FraudAlert.ts"
import { AlertRows } from "../layers/storage/AlertRows.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"

interface Command {
  readonly params: { readonly alertId: string }
  readonly headers: { readonly "idempotency-key"?: string | undefined }
}

interface Told<Payload> extends Command {
  readonly payload: Payload
}

const isAlertId = Schema.is(AlertId)

/** As much of what was taken for an id as an answer repeats. */
const longestEcho = 100

/** Refuses the id of an alert that was never raised, or what is none, before an actor is made for it. */
export const knownAlert = Effect.fnUntraced(function* (alerts: AlertRows["Service"], alertId: string) {
  const alert = isAlertId(alertId) ? yield* asProblems(alerts.get(alertId)) : Option.none()
  if (Option.isNone(alert)) return yield* problemOf(new AlertUnknown({ alertId: alertId.slice(0, longestEcho) }))
})

/** What people do about an alert, each in the name of their API key. */
export const makeAlertCommands = Effect.gen(function* () {
  const alerts = yield* AlertRows
  const keys = yield* CommandKeys
  const alertOf = yield* FraudAlert.client

  /** The actor, and what every command to it brings along. */
  const asked = Effect.fnUntraced(function* (operation: string, { headers, params }: Command, body?: unknown) {
    const { alertId } = params
    yield* knownAlert(alerts, alertId)
    const { name } = yield* CurrentCaller
    const commandKey = yield* keys.keyFor({
      operation: `fraudAlerts.${operation}`,
      target: alertId,
      body,
      idempotencyKey: headers["idempotency-key"]
    })
    return { alert: alertOf(alertId), by: { commandKey, by: name } }
  })

  return {
    acknowledge: Effect.fnUntraced(function* (command: Command) {
      const { alert, by } = yield* asked("acknowledge", command)
      return yield* askEntity(alert.Acknowledge(by))
    }),
    investigate: Effect.fnUntraced(function* (command: Command) {
      const { alert, by } = yield* asked("investigate", command)
      return yield* askEntity(alert.Investigate(by))
    }),
    assign: Effect.fnUntraced(function* (command: Told<{ readonly assignee: string | null }>) {
      const { alert, by } = yield* asked("assign", command, command.payload)
      return yield* askEntity(alert.Assign({ ...by, assignee: command.payload.assignee }))
    }),
    comment: Effect.fnUntraced(function* (
      command: Told<{ readonly text: string; readonly type?: CommentType | undefined }>
    ) {
      const { alert, by } = yield* asked("comment", command, command.payload)
      const { text, type = "note" } = command.payload
      return yield* askEntity(alert.Comment({ ...by, text, type }))
    }),
    resolve: Effect.fnUntraced(function* (
      command: Told<{ readonly resolution: AlertResolution; readonly notes?: string | undefined }>
    ) {
      const { alert, by } = yield* asked("resolve", command, command.payload)
      const { notes = "", resolution } = command.payload
      return yield* askEntity(alert.Resolve({ ...by, notes, resolution }))
    }),
    reopen: Effect.fnUntraced(function* (command: Told<{ readonly reason: string }>) {
      const { alert, by } = yield* asked("reopen", command, command.payload)
      return yield* askEntity(alert.Reopen({ ...by, reason: command.payload.reason }))
    })
  }
})
