import { Clock, Effect, Option, Schema, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { type CallTotals, kpisOf } from "../domain/fraud/calls/CallFigures.ts"
import type { CallRecord } from "../domain/fraud/calls/CallRecord.ts"
import { dayMillis, maxAheadMillis } from "../domain/fraud/calls/CallTimes.ts"
import { explainCall } from "../domain/fraud/calls/Explanation.ts"
import type { AlertRow } from "../layers/storage/AlertRows.ts"
import { AlertRows } from "../layers/storage/AlertRows.ts"
import type { CallPeriod } from "../layers/storage/calls/CallQuestions.ts"
import { CallRecords } from "../layers/storage/CallRecords.ts"
import { CallUnknown } from "./api/CallProblems.ts"
import { maxPeriodDays } from "./api/CallsApi.ts"
import { callViewOf } from "./api/CallViews.ts"
import { InvalidRequest } from "./api/RequestProblems.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { readPage } from "./Paging.ts"
import { asProblems } from "./ProblemDetails.ts"

/** Where a page of calls begins: after this call. */
const StartCursor = Schema.Struct({
  atMillis: Schema.Int,
  callId: Schema.String.check(Schema.isMaxLength(256))
})

const maxAlerts = 20

const invalid = (message: string) =>
  new InvalidRequest({ detail: "The period cannot be; see issues.", issues: [{ path: ["query", "to"], message }] })

/** Without an end it is now, without a start the longest period before the end. */
const periodOf = Effect.fnUntraced(function* (query: { readonly from?: string; readonly to?: string }) {
  const now = yield* Clock.currentTimeMillis
  const toMillis = query.to === undefined ? now + maxAheadMillis : Date.parse(query.to)
  const fromMillis = query.from === undefined ? toMillis - maxPeriodDays * dayMillis : Date.parse(query.from)
  if (Number.isNaN(toMillis) || Number.isNaN(fromMillis)) return yield* invalid("Expected a day that there is")
  if (toMillis < fromMillis) return yield* invalid("Expected an instant that is not before `from`")
  if (toMillis - fromMillis > maxPeriodDays * dayMillis) {
    return yield* invalid(`Expected ${maxPeriodDays} days after \`from\` at most`)
  }
  return { fromMillis, toMillis } satisfies CallPeriod
})

const figuresOf = (totals: CallTotals) => {
  const { effective: _, offered: __, ...counts } = totals
  return { ...counts, ...kpisOf(totals) }
}

/** The alerts of a call's findings that were gathering calls when it came. */
const alertsOf = Effect.fnUntraced(function* (alerts: AlertRows["Service"], { call, judged }: CallRecord) {
  const findings = (judged?.verdict.findings ?? []).filter((finding) => !finding.shadow)
  const patterns = new Map(findings.map(({ subject, type }) => [`${type} ${subject}`, { subject, type }]))
  const rows = yield* Effect.forEach(patterns.values(), (filter) =>
    asProblems(alerts.list({ filter, after: null, limit: maxAlerts }))
  )
  const gathers = ({ firstSeenAt, lastSeenAt }: AlertRow) =>
    Date.parse(firstSeenAt) <= call.atMillis && call.atMillis <= Date.parse(lastSeenAt)
  return rows
    .flat()
    .filter(gathers)
    .slice(0, maxAlerts)
    .map(({ alertId, severity, status, subject, type }) => ({ alertId, severity, status, subject, type }))
})

export const CallsLive = HttpApiBuilder.group(
  TandemApi,
  "calls",
  Effect.fnUntraced(function* (handlers) {
    const records = yield* CallRecords
    const alerts = yield* AlertRows
    return handlers.handleAll({
      list: Effect.fnUntraced(function* ({ query }) {
        const period = yield* periodOf(query)
        const filter = {
          aNumber: query.a,
          bNumber: query.b,
          gatewayId: query.gateway,
          action: query.action,
          flagged: query.flagged === undefined ? undefined : query.flagged === "true"
        }
        const page = yield* readPage({
          query,
          key: StartCursor,
          read: (after, limit) => asProblems(records.list({ filter, period, after, limit })),
          keyOf: ({ call: { atMillis, callId } }) => ({ atMillis, callId })
        })
        return { ...page, items: page.items.map(callViewOf) }
      }),
      summary: Effect.fnUntraced(function* ({ query }) {
        const period = yield* periodOf(query)
        const { byAction, byGateway, totals } = yield* asProblems(records.summary(period))
        return {
          from: new Date(period.fromMillis).toISOString(),
          to: new Date(period.toMillis).toISOString(),
          ...figuresOf(totals),
          byAction: byAction.map(({ action, totals }) => ({ action, ...figuresOf(totals) })),
          byGateway: byGateway.map(({ gatewayId, totals }) => ({ gatewayId, ...figuresOf(totals) }))
        }
      }),
      export: Effect.fnUntraced(function* ({ query }) {
        const lines = records.stream(yield* periodOf(query)).pipe(
          Stream.map((record) => `${JSON.stringify(callViewOf(record))}\n`),
          Stream.encodeText
        )
        return HttpServerResponse.stream(lines, {
          contentType: "application/x-ndjson",
          headers: { "cache-control": "no-store", "content-disposition": 'attachment; filename="calls.ndjson"' }
        })
      }),
      get: Effect.fnUntraced(function* ({ params: { callId } }) {
        const found = yield* asProblems(records.get(callId))
        if (Option.isNone(found)) {
          return yield* new CallUnknown({ callId, detail: `No call ${callId} is kept.` })
        }
        return {
          call: callViewOf(found.value),
          words: explainCall(found.value),
          alerts: yield* alertsOf(alerts, found.value)
        }
      })
    })
  })
)
