import { Effect } from "effect"
import type { ListEntryKey } from "../domain/fraud/lists/ListEntry.ts"
import { listEntryId } from "../domain/fraud/lists/ListEntry.ts"
import { normaliseListValue } from "../domain/fraud/lists/ListValue.ts"
import type { FieldProblem } from "../domain/fraud/calls/SwitchCall.ts"
import { FraudAlert } from "../entities/FraudAlert.ts"
import { ListEntry } from "../entities/ListEntry.ts"
import { AlertRows } from "../layers/storage/AlertRows.ts"
import { knownAlert } from "./AlertCommands.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { InvalidRequest, maxIssues } from "./api/RequestProblems.ts"
import { askEntity } from "./EntityCall.ts"
import { CreatedCursor, readPage } from "./Paging.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"
import { FraudRpcs } from "./FraudRpcs.ts"
import { scopedKey } from "./RpcCommandKey.ts"
import { detectAnswer } from "./switch/SwitchAnswers.ts"
import type { Asked } from "./switch/SwitchDesk.ts"
import { maxBatch, SwitchDesk } from "./switch/SwitchDesk.ts"

const invalidFields = (slot: string, problems: ReadonlyArray<FieldProblem>) =>
  new InvalidRequest({
    detail: problems
      .map(({ field, message }) => `${field} ${message}`)
      .join("; ")
      .slice(0, 500),
    issues: problems.slice(0, maxIssues).map(({ field, message }) => ({ path: ["payload", slot, field], message }))
  })

const makeCalls = Effect.gen(function* () {
  const desk = yield* SwitchDesk
  return {
    detect: Effect.fnUntraced(function* (call: unknown) {
      const asked = yield* Effect.callback<Asked>((resume) => desk.ask(call, (told) => resume(Effect.succeed(told))))
      return asked.ok ? detectAnswer(asked.call, asked.screened) : yield* invalidFields("call", asked.problems)
    }),
    record: Effect.fnUntraced(function* (cdrs: ReadonlyArray<unknown>) {
      if (cdrs.length > maxBatch) {
        const message = `has ${cdrs.length} entries, more than ${maxBatch}`
        return yield* new InvalidRequest({
          detail: `cdrs ${message}`,
          issues: [{ path: ["payload", "cdrs"], message }]
        })
      }
      const receipts = yield* asProblems(desk.end(cdrs))
      return { receipts: receipts.map((receipt) => ({ problems: [], ...receipt })) }
    })
  }
})

/** What every command brings along: the caller's key, and who the caller is. */
const asked = Effect.fnUntraced(function* (key: string) {
  return { commandKey: yield* scopedKey(key), by: (yield* CurrentCaller).name }
})

const valueOf = ({ kind, list, value }: ListEntryKey) =>
  Effect.fromResult(normaliseListValue(kind, value)).pipe(
    Effect.mapBoth({ onSuccess: (normal) => listEntryId({ list, kind, value: normal }), onFailure: problemOf })
  )

/** Handlers of `FraudRpcs`. */
export const makeFraudRpcHandlers = Effect.gen(function* () {
  const calls = yield* makeCalls
  const alerts = yield* AlertRows
  const alertOf = yield* FraudAlert.client
  const entryOf = yield* ListEntry.client
  const known = (alertId: string) => Effect.as(knownAlert(alerts, alertId), alertOf(alertId))
  return FraudRpcs.of({
    "Call.Detect": ({ call }) => calls.detect(call),
    "Call.Record": ({ cdrs }) => calls.record(cdrs),
    "FraudAlert.Get": ({ alertId }) => Effect.flatMap(known(alertId), (alert) => askEntity(alert.Get())),
    "FraudAlert.List": (query) =>
      readPage({
        query,
        key: CreatedCursor,
        read: (after, limit) => asProblems(alerts.list({ filter: query, after, limit })),
        keyOf: ({ alertId, createdAt }) => ({ createdAt, id: alertId })
      }),
    "FraudAlert.Acknowledge": Effect.fnUntraced(function* ({ alertId, commandKey }) {
      const alert = yield* known(alertId)
      return yield* askEntity(alert.Acknowledge(yield* asked(commandKey)))
    }),
    "FraudAlert.Resolve": Effect.fnUntraced(function* ({ alertId, commandKey, notes = "", resolution }) {
      const alert = yield* known(alertId)
      return yield* askEntity(alert.Resolve({ ...(yield* asked(commandKey)), notes, resolution }))
    }),
    "ListEntry.Add": Effect.fnUntraced(function* ({ commandKey, expiresAt = null, force = false, ...entry }) {
      const { reason, reference = null, source = "manual" } = entry
      const details = {
        reason,
        reference,
        source,
        expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString()
      }
      const id = yield* valueOf(entry)
      return yield* askEntity(entryOf(id).Add({ ...(yield* asked(commandKey)), details, force }))
    }),
    "ListEntry.Remove": Effect.fnUntraced(function* ({ commandKey, reason, ...entry }) {
      const id = yield* valueOf(entry)
      return yield* askEntity(entryOf(id).Remove({ ...(yield* asked(commandKey)), reason }))
    })
  })
})
