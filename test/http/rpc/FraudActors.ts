import { Effect, Layer, Option } from "effect"
import type { FraudAlertState } from "../../../src/domain/fraud/alerts/FraudAlert.ts"
import { unknownAlert } from "../../../src/domain/fraud/alerts/FraudAlert.ts"
import type { ListEntryState } from "../../../src/domain/fraud/lists/ListEntry.ts"
import { CallScreen } from "../../../src/entities/CallScreen.ts"
import { FraudAlert } from "../../../src/entities/FraudAlert.ts"
import { ListEntry } from "../../../src/entities/ListEntry.ts"
import { SwitchDesk } from "../../../src/http/switch/SwitchDesk.ts"
import { Passports } from "../../../src/layers/fraud/Passports.ts"
import type { AlertRow } from "../../../src/layers/storage/AlertRows.ts"
import { AlertRows } from "../../../src/layers/storage/AlertRows.ts"
import { CallRecords } from "../../../src/layers/storage/CallRecords.ts"

export type Noted = Array<readonly [command: string, entityId: string, commandKey: string]>

export const alertId = "ALT-2026-0000001"

/** A caller whose calls are refused. */
export const spoofer = "+2348031234567"

interface Asked {
  readonly payload: { readonly commandKey: string; readonly by: string }
  readonly address: { readonly entityId: string }
}

const alerts = (noted: Noted) =>
  FraudAlert.toLayer(
    Effect.sync(() => {
      const answer = (command: string, status: FraudAlertState["status"]) => (asked: Asked) => {
        noted.push([command, asked.address.entityId, asked.payload.commandKey])
        return Effect.succeed({ ...unknownAlert(asked.address.entityId), status, acknowledgedBy: asked.payload.by })
      }
      const never = () => Effect.die("not part of the RPCs")
      return FraudAlert.of({
        Acknowledge: answer("Acknowledge", "acknowledged"),
        Resolve: answer("Resolve", "resolved"),
        Get: ({ address }) => Effect.succeed({ ...unknownAlert(address.entityId), status: "pending" }),
        Report: never,
        Investigate: never,
        Assign: never,
        Comment: never,
        Reopen: never,
        ReportedToNcc: never
      })
    })
  )

const entries = (noted: Noted) =>
  ListEntry.toLayer(
    Effect.sync(() => {
      const stateOf = (entityId: string, more: Partial<ListEntryState>): ListEntryState => ({
        list: "block",
        kind: "number",
        value: entityId,
        status: "active",
        reason: "",
        expiresAt: null,
        source: "manual",
        reference: null,
        by: "",
        ...more
      })
      return ListEntry.of({
        Add: ({ address: { entityId }, payload: { by, commandKey, details } }) => {
          noted.push(["Add", entityId, commandKey])
          return Effect.succeed(stateOf(entityId, { ...details, by }))
        },
        Remove: ({ address: { entityId }, payload: { by, commandKey, reason } }) => {
          noted.push(["Remove", entityId, commandKey])
          return Effect.succeed(stateOf(entityId, { status: "removed", reason, by }))
        },
        Get: ({ address: { entityId } }) => Effect.succeed(stateOf(entityId, {})),
        Wake: () => Effect.void
      })
    })
  )

const row: AlertRow = {
  ...unknownAlert(alertId),
  status: "pending",
  type: "CALL_MASKING",
  rule: "call_masking",
  nccType: "CLI_SPOOFING",
  subject: "+2348055500001",
  bNumber: "+2348055500001",
  detectedAt: "2026-01-01T00:00:00.000Z",
  firstSeenAt: "2026-01-01T00:00:00.000Z",
  lastSeenAt: "2026-01-01T00:00:00.000Z",
  acknowledgedAt: null,
  resolvedAt: null,
  nccReportedAt: null,
  version: 1,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z"
}

const rows: AlertRows["Service"] = {
  list: ({ filter }) => Effect.succeed(filter.status === undefined || filter.status === row.status ? [row] : []),
  get: (id) => Effect.succeed(id === alertId ? Option.some(row) : Option.none()),
  stats: () => Effect.die("not part of the RPCs")
}

const screen: CallScreen["Service"] = {
  screen: (call, respond) => {
    const action = call.aNumber === spoofer ? ("block" as const) : ("allow" as const)
    const score = action === "block" ? 0.95 : 0
    const verdict = { callId: call.callId, action, score, findings: [], listed: null, degraded: false }
    respond({ verdict, overload: false, redirectTo: "", callers: 1, latencyMicros: 100 })
  },
  isAwake: () => true,
  ended: () => undefined
}

const never = () => Effect.die("not part of the RPCs")

/** Keeps the ids of the CDRs that it was given. */
const records = Layer.sync(CallRecords, () => {
  const known = new Set<string>()
  return CallRecords.of({
    recordAttempt: () => true,
    recordEnds: (ends) =>
      Effect.sync(() =>
        ends.map(({ callId }) => {
          const outcome = known.has(callId) ? "duplicate" : "counted"
          known.add(callId)
          return outcome
        })
      ),
    get: never,
    list: never,
    stream: () => {
      throw new Error("not part of the RPCs")
    },
    summary: never
  })
})

const desk = SwitchDesk.layer.pipe(
  Layer.provide(Layer.succeed(CallScreen, screen)),
  Layer.provide([records, Layer.succeed(Passports, { verify: never })])
)

/** What the RPCs about fraud ask, without a database: actors in memory, and a desk whose screening knows one spoofer. */
export const fraudEntities = (noted: Noted) => Layer.merge(alerts(noted), entries(noted))
export const fraudServices = Layer.merge(desk, Layer.succeed(AlertRows, rows))
