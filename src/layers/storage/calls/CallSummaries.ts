import { Effect, Order, Schema } from "effect"
import type { SqlClient } from "effect/sql"
import { addTotals, type CallTotals, effectiveSipCodes, noTotals } from "../../../domain/fraud/calls/CallFigures.ts"
import { VerdictAction } from "../../../domain/fraud/Finding.ts"
import type { CallPeriod, CallSummary } from "./CallQuestions.ts"
import { daysOf, extentOf, instant } from "./CallQueries.ts"
import { orUnavailable } from "./Unavailable.ts"

/** Gateways that a summary names; the calls of the others are in its totals. */
export const maxGateways = 1_000

interface Slice extends CallTotals {
  readonly action: string | null
  readonly gatewayId: string
}

const isAction = Schema.is(VerdictAction)

const figures = `count(*)::int AS calls, count(cdr_at)::int AS ended, count(answered_at)::int AS answered,
  count(*) FILTER (WHERE sip_code IN (${effectiveSipCodes.join(", ")}) AND action IS DISTINCT FROM 'block')::int AS effective,
  count(cdr_at) FILTER (WHERE action IS DISTINCT FROM 'block')::int AS offered,
  coalesce(sum(duration_ms) FILTER (WHERE answered_at IS NOT NULL), 0)::float8 AS "answeredMillis",
  count(*) FILTER (WHERE scored)::int AS scored, count(*) FILTER (WHERE flagged)::int AS flagged,
  count(*) FILTER (WHERE masked)::int AS masked, count(*) FILTER (WHERE degraded)::int AS degraded,
  count(*) FILTER (WHERE unchecked)::int AS unchecked`

const gathered = <Key>(
  slices: ReadonlyArray<readonly [Key, CallTotals]>
): ReadonlyArray<readonly [Key, CallTotals]> => {
  const totals = new Map<Key, CallTotals>()
  for (const [key, slice] of slices) totals.set(key, addTotals(totals.get(key) ?? noTotals, slice))
  return [...totals]
}

const byCalls = Order.mapInput(Order.flip(Order.Number), ([, totals]: readonly [unknown, CallTotals]) => totals.calls)

const sorted = <Key>(slices: ReadonlyArray<readonly [Key, CallTotals]>) => gathered(slices).toSorted(byCalls)

const summaryOf = (slices: ReadonlyArray<Slice>): CallSummary => ({
  totals: slices.reduce<CallTotals>(addTotals, noTotals),
  byAction: sorted(slices.map((slice) => [isAction(slice.action) ? slice.action : ("none" as const), slice])).map(
    ([action, totals]) => ({ action, totals })
  ),
  byGateway: sorted(slices.map((slice) => [slice.gatewayId, slice]))
    .slice(0, maxGateways)
    .map(([gatewayId, totals]) => ({ gatewayId, totals }))
})

/** Reckons a period's figures, one day after the other. */
export const makeCallSummary = (sql: SqlClient.SqlClient) =>
  Effect.fnUntraced(
    function* (period: CallPeriod) {
      const extent = yield* extentOf(sql)
      const days = daysOf({
        fromMillis: Math.max(period.fromMillis, extent?.fromMillis ?? period.toMillis),
        toMillis: Math.min(period.toMillis, extent?.toMillis ?? period.toMillis)
      })
      const slices = yield* Effect.forEach(
        days,
        ({ fromMillis, toMillis }) =>
          sql.unsafe<Slice>(
            `SELECT action, gateway_id AS "gatewayId", ${figures} FROM calls
          WHERE started_at >= ${instant(fromMillis)} AND started_at < ${instant(toMillis)} GROUP BY action, gateway_id`
          ).unprepared
      )
      return summaryOf(slices.flat())
    },
    (effect) => orUnavailable(effect)
  )
