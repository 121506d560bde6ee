import { Effect, Option, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import type { CallRecord, CallRecordsUnavailable } from "../../../domain/fraud/calls/CallRecord.ts"
import { dayMillis } from "../../../domain/fraud/calls/CallTimes.ts"
import type { CallFilter, CallPeriod, StartedBefore } from "./CallQuestions.ts"
import { limited } from "../RowQueries.ts"
import { type CallRow, columns, recordOf } from "./CallRow.ts"
import { orUnavailable } from "./Unavailable.ts"

/** Rows that a stream of calls holds at once. */
export const rowsPerPage = 1_000

/** Days whose partitions one statement touches, at most: each takes locks, of which the database has some thousands. */
const daysPerStatement = 31

interface Queries {
  readonly get: (callId: string) => Effect.Effect<Option.Option<CallRecord>, CallRecordsUnavailable>
  readonly list: (query: {
    readonly filter: CallFilter
    readonly period: CallPeriod
    readonly after: StartedBefore | null
    readonly limit: number
  }) => Effect.Effect<ReadonlyArray<CallRecord>, CallRecordsUnavailable>
  readonly stream: (period: CallPeriod) => Stream.Stream<CallRecord, CallRecordsUnavailable>
}

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

/** The texts differ with their instants, so there is no use in keeping them prepared. */
const makeSelect =
  (sql: SqlClient.SqlClient) =>
  (rest: string, parameters: ReadonlyArray<unknown> = []) =>
    Effect.gen(function* () {
      // A day whose statistics lag behind looks small enough to be sorted whole for each page; the index has the order.
      yield* sql`SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_sort', 'enable_seqscan']) AS name`
      return yield* sql.unsafe<CallRow>(`SELECT ${columns} FROM calls WHERE ${rest}`, parameters).unprepared
    }).pipe(
      sql.withTransaction,
      Effect.map((rows) => rows.map(recordOf)),
      orUnavailable
    )

type Select = ReturnType<typeof makeSelect>

/** Newest first, a few days and then month by month: most questions are about today. */
const makeGet = (sql: SqlClient.SqlClient, select: Select): Queries["get"] =>
  Effect.fnUntraced(function* (callId) {
    const extent = yield* orUnavailable(extentOf(sql))
    if (extent === null || callId.includes("\0")) return Option.none<CallRecord>()
    let days = 3
    for (let to = extent.toMillis; to > extent.fromMillis; days = daysPerStatement) {
      const from = to - days * dayMillis
      const rest = `call_id = $1 AND ${within({ fromMillis: from, toMillis: to })} ORDER BY started_at DESC LIMIT 1`
      const [found] = yield* select(rest, [callId])
      if (found) return Option.some(found)
      to = from
    }
    return Option.none<CallRecord>()
  })

const makeList = (select: Select, formsOf: (number: string) => ReadonlyArray<string>): Queries["list"] =>
  Effect.fnUntraced(function* ({ after, filter, limit, period }) {
    const parameters: Array<unknown> = []
    const bound = (value: unknown) => `$${parameters.push(value)}`
    const equal = (column: string, values: ReadonlyArray<string> | undefined) =>
      values === undefined ? [] : [`${column} IN (${values.map(bound).join(", ")})`]
    const clauses = [
      ...equal("a_number", filter.aNumber === undefined ? undefined : formsOf(filter.aNumber)),
      ...equal("b_number", filter.bNumber === undefined ? undefined : [filter.bNumber]),
      ...equal("gateway_id", filter.gatewayId === undefined ? undefined : [filter.gatewayId]),
      ...equal("action", filter.action === undefined ? undefined : [filter.action]),
      ...(filter.flagged === undefined ? [] : [filter.flagged ? "flagged" : "NOT flagged"]),
      ...(after === null ? [] : [`(started_at, call_id) < (${instant(after.atMillis)}, ${bound(after.callId)})`])
    ]
    const found: Array<CallRecord> = []
    const wanted = limited(limit)
    let to = after === null ? period.toMillis : Math.min(period.toMillis, after.atMillis + 1)
    while (to > period.fromMillis && found.length < wanted) {
      const from = Math.max(period.fromMillis, to - daysPerStatement * dayMillis)
      const where = [within({ fromMillis: from, toMillis: to }), ...clauses].join(" AND ")
      const rest = `${where} ORDER BY started_at DESC, call_id DESC LIMIT ${wanted - found.length}`
      found.push(...(yield* select(rest, parameters)))
      to = from
    }
    return found
  })

/** One day's calls, page by page: each page begins after the last call of the one before. */
const streamDay = (select: Select, day: CallPeriod): Stream.Stream<CallRecord, CallRecordsUnavailable> =>
  Stream.paginate<StartedBefore | null, CallRecord, CallRecordsUnavailable>(
    null,
    Effect.fnUntraced(function* (after) {
      const since = within({ ...day, fromMillis: after?.atMillis ?? day.fromMillis })
      const next = after === null ? "" : ` AND (started_at, call_id) > (${instant(after.atMillis)}, $1)`
      const rest = `${since}${next} ORDER BY started_at, call_id LIMIT ${rowsPerPage}`
      const rows = yield* select(rest, after === null ? [] : [after.callId])
      const last = rows.length < rowsPerPage ? undefined : rows.at(-1)?.call
      return [rows, Option.fromUndefinedOr(last)] as const
    })
  )

const makeStream =
  (sql: SqlClient.SqlClient, select: Select): Queries["stream"] =>
  (period) =>
    Stream.unwrap(
      Effect.map(orUnavailable(extentOf(sql)), (extent) => {
        const fromMillis = Math.max(period.fromMillis, extent?.fromMillis ?? period.toMillis)
        const toMillis = Math.min(period.toMillis, extent?.toMillis ?? period.toMillis)
        return Stream.fromIterable(daysOf({ fromMillis, toMillis }))
      })
    ).pipe(Stream.flatMap((day) => streamDay(select, day)))

export const makeCallQueries = (
  sql: SqlClient.SqlClient,
  formsOf: (number: string) => ReadonlyArray<string>
): Queries => {
  const select = makeSelect(sql)
  return { get: makeGet(sql, select), list: makeList(select, formsOf), stream: makeStream(sql, select) }
}
