import { Effect, Option, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import type { CallRecord } from "../../../domain/fraud/calls/CallRecord.ts"
import { dayMillis } from "../../../domain/fraud/calls/CallTimes.ts"
import type { CallPeriod, CallRecords, StartedBefore } from "../CallRecords.ts"
import { limited } from "../RowQueries.ts"
import { type CallRow, columns, recordOf } from "./CallRow.ts"
import { orUnavailable } from "./Unavailable.ts"

/** Rows that a stream of calls holds at once. */
export const rowsPerPage = 1_000

/** Days whose partitions one statement touches, at most: each takes locks, of which the database has some thousands. */
const daysPerStatement = 31

type Queries = Pick<CallRecords["Service"], "get" | "list" | "stream">

/** An instant as a literal: only then does the planner leave the other days out before it looks at them. */
export const instant = (millis: number): string => `timestamptz '${new Date(millis).toISOString()}'`

const within = ({ fromMillis, toMillis }: CallPeriod) =>
  `started_at >= ${instant(fromMillis)} AND started_at < ${instant(toMillis)}`

/** Divides a period at UTC midnights into days, oldest first. */
export const daysOf = ({ fromMillis, toMillis }: CallPeriod): ReadonlyArray<CallPeriod> => {
  const days: Array<CallPeriod> = []
  for (let from = fromMillis; from < toMillis;) {
    const to = Math.min((Math.floor(from / dayMillis) + 1) * dayMillis, toMillis)
    days.push({ fromMillis: from, toMillis: to })
    from = to
  }
  return days
}

/** The days that have a partition, as the first instant of the oldest and the last of the newest; null when none has. */
export const extentOf = (sql: SqlClient.SqlClient) =>
  sql<{ readonly first: string | null; readonly last: string | null }>`
    SELECT min(right(inhrelid::regclass::text, 8)) AS first, max(right(inhrelid::regclass::text, 8)) AS last
    FROM pg_inherits WHERE inhparent = 'calls'::regclass`.pipe(
    Effect.map(([row]): CallPeriod | null =>
      row?.first && row.last ? { fromMillis: dayStart(row.first), toMillis: dayStart(row.last) + dayMillis } : null
    )
  )

/** The first instant of the day of a partition's name: YYYYMMDD. */
export const dayStart = (digits: string): number =>
  Date.UTC(Number(digits.slice(0, 4)), Number(digits.slice(4, 6)) - 1, Number(digits.slice(6, 8)))

export const makeCallQueries = (sql: SqlClient.SqlClient, formsOf: (number: string) => ReadonlyArray<string>) => {
  // The texts differ with their instants, so there is no use in keeping them prepared.
  const select = (rest: string, parameters: ReadonlyArray<unknown> = []) =>
    sql.unsafe<CallRow>(`SELECT ${columns} FROM calls WHERE ${rest}`, parameters).unprepared.pipe(
      Effect.map((rows) => rows.map(recordOf)),
      orUnavailable
    )

  const get: Queries["get"] = Effect.fnUntraced(function* (callId) {
    const extent = yield* orUnavailable(extentOf(sql))
    if (extent === null || callId.includes("\0")) return Option.none<CallRecord>()
    // Newest first, a few days and then month by month: most questions are about today.
    let days = 3
    for (let to = extent.toMillis; to > extent.fromMillis; days = daysPerStatement) {
      const from = to - days * dayMillis
      const [found] = yield* select(
        `call_id = $1 AND ${within({ fromMillis: from, toMillis: to })} ORDER BY started_at DESC LIMIT 1`,
        [callId]
      )
      if (found) return Option.some(found)
      to = from
    }
    return Option.none<CallRecord>()
  })

  const list: Queries["list"] = Effect.fnUntraced(function* ({ after, filter, limit, period }) {
    const parameters: Array<unknown> = []
    const bound = (value: unknown) => `$${parameters.push(value)}`
    const clauses = [
      ...(filter.aNumber === undefined
        ? []
        : [
            `a_number IN (${formsOf(filter.aNumber)
              .map((form) => bound(form))
              .join(", ")})`
          ]),
      ...(filter.bNumber === undefined ? [] : [`b_number = ${bound(filter.bNumber)}`]),
      ...(filter.gatewayId === undefined ? [] : [`gateway_id = ${bound(filter.gatewayId)}`]),
      ...(filter.action === undefined ? [] : [`action = ${bound(filter.action)}`]),
      ...(filter.flagged === undefined ? [] : [filter.flagged ? "flagged" : "NOT flagged"]),
      ...(after === null ? [] : [`(started_at, call_id) < (${instant(after.atMillis)}, ${bound(after.callId)})`])
    ]
    const found: Array<CallRecord> = []
    const wanted = limited(limit)
    let to = endOf(period, after)
    while (to > period.fromMillis && found.length < wanted) {
      const from = Math.max(period.fromMillis, to - daysPerStatement * dayMillis)
      const where = [within({ fromMillis: from, toMillis: to }), ...clauses].join(" AND ")
      const rest = `${where} ORDER BY started_at DESC, call_id DESC LIMIT ${wanted - found.length}`
      found.push(...(yield* select(rest, parameters)))
      to = from
    }
    return found
  })

  const stream: Queries["stream"] = (period) =>
    Stream.unwrap(
      Effect.map(orUnavailable(extentOf(sql)), (extent) => {
        if (extent === null) return Stream.empty
        return Stream.fromIterable(
          daysOf({
            fromMillis: Math.max(period.fromMillis, extent.fromMillis),
            toMillis: Math.min(period.toMillis, extent.toMillis)
          })
        ).pipe(Stream.flatMap(streamDay))
      })
    )

  const streamDay = (day: CallPeriod) =>
    Stream.paginate<StartedBefore | null, CallRecord, Effect.Error<ReturnType<typeof select>>>(null, (after) =>
      Effect.map(
        select(
          `${within({ ...day, fromMillis: after?.atMillis ?? day.fromMillis })}${
            after === null ? "" : ` AND (started_at, call_id) > (${instant(after.atMillis)}, $1)`
          } ORDER BY started_at, call_id LIMIT ${rowsPerPage}`,
          after === null ? [] : [after.callId]
        ),
        (rows) => {
          const last = rows.at(-1)?.call
          return [rows, rows.length < rowsPerPage ? Option.none() : Option.fromUndefinedOr(last)] as const
        }
      )
    )

  return { get, list, stream } satisfies Queries
}

const endOf = (period: CallPeriod, after: StartedBefore | null) =>
  after === null ? period.toMillis : Math.min(period.toMillis, after.atMillis + 1)
