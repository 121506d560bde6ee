import { Effect } from "effect"
import type { Result } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import type { Done } from "../domain/fraud/alerts/AlertDecisions.ts"
import {
  decideAcknowledge,
  decideAssign,
  decideComment,
  decideInvestigate,
  decideReopen,
  decideReport,
  decideReportedToNcc,
  decideResolve
} from "../domain/fraud/alerts/AlertDecisions.ts"
import type { AlertRefusal, FraudAlertEvent, FraudAlertState } from "../domain/fraud/alerts/FraudAlert.ts"
import { AlertUnknown } from "../domain/fraud/alerts/FraudAlert.ts"
import { makeAggregate } from "./Aggregate.ts"
import * as Contract from "./FraudAlert.ts"
import { fraudAlertHistory } from "./FraudAlertHistory.ts"
import { parkingPoison } from "./Supervision.ts"

type Decide = (state: FraudAlertState, done: Done) => Result.Result<ReadonlyArray<FraudAlertEvent>, AlertRefusal>

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const history = yield* makeAggregate(fraudAlertHistory, entityId)

  const guarded = <A, E, R>(command: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "FraudAlert", entityId, command }, payload, run)

  const asked = (name: string, payload: { readonly commandKey: string; readonly by: string }, decide: Decide) =>
    guarded(
      name,
      payload,
      history.execute({
        name,
        key: payload.commandKey,
        payload,
        success: Contract.Get.successSchema,
        error: Contract.alertError,
        decide: (state, atMillis) => decide(state, { by: payload.by, atMillis }),
        reply: (state) => state
      })
    )

  const report = (payload: typeof Contract.Report.payloadSchema.Type) =>
    guarded(
      "Report",
      payload,
      history.execute({
        name: "Report",
        key: payload.commandKey,
        payload,
        success: Contract.Report.successSchema,
        error: Contract.alertError,
        decide: (state, nowMillis) => decideReport(state, payload.pattern, payload.sighting, nowMillis),
        reply: ({ findings }) => ({ findings })
      })
    )

  return Contract.FraudAlert.of({
    Report: ({ payload }) => report(payload),
    Acknowledge: ({ payload }) => asked("Acknowledge", payload, decideAcknowledge),
    Investigate: ({ payload }) => asked("Investigate", payload, decideInvestigate),
    Assign: ({ payload }) => asked("Assign", payload, (state, done) => decideAssign(state, payload.assignee, done)),
    Comment: ({ payload }) =>
      asked("Comment", payload, (state, done) => decideComment(state, payload.type, payload.text, done)),
    Resolve: ({ payload }) =>
      asked("Resolve", payload, (state, done) => decideResolve(state, payload.resolution, payload.notes, done)),
    Reopen: ({ payload }) => asked("Reopen", payload, (state, done) => decideReopen(state, payload.reason, done)),
    ReportedToNcc: ({ payload }) =>
      asked("ReportedToNcc", payload, (state, done) => decideReportedToNcc(state, payload.incidentId, done)),
    Get: () =>
      history.state.pipe(
        Effect.filterOrFail(
          (state) => state.status !== "unknown",
          () => new AlertUnknown({ alertId: entityId })
        ),
        Rpc.fork
      )
  })
})

/** Largest number of commands that one alert lets wait. */
const mailboxCapacity = 256

export const FraudAlertLive = Contract.FraudAlert.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
