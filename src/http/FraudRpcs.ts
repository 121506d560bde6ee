import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import type { ApiRole } from "../domain/access/ApiRole.ts"
import { AlertResolution, FraudAlertState } from "../domain/fraud/alerts/FraudAlert.ts"
import { VerdictAction } from "../domain/fraud/Finding.ts"
import { ListEntryState, ListSource } from "../domain/fraud/lists/ListEntry.ts"
import { ListKind, ListName } from "../domain/fraud/lists/ListValue.ts"
import { AlertReportedAlready, AlertStatusRefused, AlertUnknown } from "./api/AlertProblems.ts"
import { RequiredRole } from "./api/Authorization.ts"
import { CallRecordsUnavailable } from "./api/CallProblems.ts"
import { alertFilter, CommentText } from "./api/FraudAlertsApi.ts"
import { FraudAlertView } from "./api/FraudAlertViews.ts"
import { ListEntryRefused, ListEntryUnknown } from "./api/FraudListProblems.ts"
import { ListValueText } from "./api/FraudListsApi.ts"
import { Instant, pageLimit, pageOf, paging, Reason } from "./api/Parameters.ts"
import { InvalidCursor, InvalidRequest } from "./api/RequestProblems.ts"
import { JournalUnavailable } from "./api/ServiceProblems.ts"
import { RpcCommandKey, rpcProblems } from "./RpcCommandKey.ts"

const viewer: ApiRole = "viewer"
const operator: ApiRole = "operator"

/** A call or a CDR with the fields of the switch port, whatever they hold: each that is wrong is told by its name. */
const SwitchFields = Schema.Record(Schema.String, Schema.Unknown)

/** What the switch port answers a switch, field by field. */
export const CallVerdict = Schema.Struct({
  call_id: Schema.String,
  is_fraud: Schema.Boolean,
  fraud_types: Schema.Array(Schema.String),
  /** 0 to 100. */
  confidence: Schema.Int,
  action: VerdictAction,
  /** With which the call is to be refused or led elsewhere; 0: it goes on. */
  sip_code: Schema.Int,
  reason: Schema.String,
  redirect_to: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String),
  degraded: Schema.Boolean,
  latency_us: Schema.Finite
})

/** What became of one CDR; one that is `refused` would be again, and its problems say why. */
export const CallReceipt = Schema.Struct({
  callId: Schema.String,
  status: Schema.Literals(["counted", "duplicate", "refused"]),
  problems: Schema.Array(Schema.Struct({ field: Schema.String, message: Schema.String }))
})

const calls = RpcGroup.make(
  Rpc.make("Call.Detect", { payload: { call: SwitchFields }, success: CallVerdict, error: InvalidRequest }).annotate(
    RequiredRole,
    operator
  ),
  Rpc.make("Call.Record", {
    payload: { cdrs: Schema.Array(SwitchFields) },
    success: Schema.Struct({ receipts: Schema.Array(CallReceipt) }),
    error: Schema.Union([InvalidRequest, CallRecordsUnavailable])
  }).annotate(RequiredRole, operator)
)

/** Any text: one that is no alert's id is answered with `AlertUnknown`, and not refused before anybody looks at it. */
const AlertIdText = Schema.String
const alertError = Schema.Union([AlertUnknown, AlertStatusRefused, AlertReportedAlready, ...rpcProblems])
const alertCommand = { alertId: AlertIdText, commandKey: RpcCommandKey }

const alerts = RpcGroup.make(
  Rpc.make("FraudAlert.Get", {
    payload: { alertId: AlertIdText },
    success: FraudAlertState,
    error: alertError
  }).annotate(RequiredRole, viewer),
  Rpc.make("FraudAlert.List", {
    payload: {
      limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween(pageLimit))),
      cursor: paging.cursor,
      ...alertFilter
    },
    success: pageOf(FraudAlertView),
    error: Schema.Union([InvalidCursor, JournalUnavailable])
  }).annotate(RequiredRole, viewer),
  Rpc.make("FraudAlert.Acknowledge", { payload: alertCommand, success: FraudAlertState, error: alertError }).annotate(
    RequiredRole,
    operator
  ),
  Rpc.make("FraudAlert.Resolve", {
    payload: { ...alertCommand, resolution: AlertResolution, notes: Schema.optionalKey(CommentText) },
    success: FraudAlertState,
    error: alertError
  }).annotate(RequiredRole, operator)
)

const entry = { list: ListName, kind: ListKind, value: ListValueText, reason: Reason, commandKey: RpcCommandKey }
const entryError = Schema.Union([ListEntryRefused, ListEntryUnknown, ...rpcProblems])

const lists = RpcGroup.make(
  Rpc.make("ListEntry.Add", {
    payload: {
      ...entry,
      expiresAt: Schema.optionalKey(Schema.NullOr(Instant)),
      source: Schema.optionalKey(ListSource),
      reference: Schema.optionalKey(Schema.NullOr(Reason)),
      /** Block a whole country, too. */
      force: Schema.optionalKey(Schema.Boolean)
    },
    success: ListEntryState,
    error: entryError
  }).annotate(RequiredRole, operator),
  Rpc.make("ListEntry.Remove", { payload: entry, success: ListEntryState, error: entryError }).annotate(
    RequiredRole,
    operator
  )
)

/** Calls, alerts and lists of the fraud screening, for internal services. */
export const FraudRpcs = calls.merge(alerts, lists)
