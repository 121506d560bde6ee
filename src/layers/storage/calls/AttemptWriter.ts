import { Duration, Effect, Latch, Metric } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { CallRecordsUnavailable } from "../../../domain/fraud/calls/CallRecord.ts"
import { dayMillis, isInstant } from "../../../domain/fraud/calls/CallTimes.ts"
import { attemptParameters, attemptStatement, type JudgedCall } from "./CallColumns.ts"
import { isRowFault, notInTime, writeTimeout } from "./Unavailable.ts"

/** Most screened calls that one node keeps while they wait for the database; what comes on top is lost to the records. */
export const maxBuffered = 100_000

/** Planning a statement costs as much as some hundred rows of it, and this many rows are written down in about 2 ms. */
const maxBatch = 500
const flushInterval = Duration.millis(250)
const betweenTries = Duration.millis(500)
const reportInterval = Duration.seconds(1)

/** How long a node that stops may still write what is buffered. */
const lastFlush = Duration.seconds(5)

const dropped = Metric.counter("tandem_call_attempts_dropped_total", {
  description: "Screened calls that are in no record, since the database was away for too long or refused them",
  incremental: true
})

const buffered = Metric.gauge("tandem_call_attempts_buffered", {
  description: "Screened calls that wait to be written"
})

/** Calls of one UTC day with different ids: the first verdict of a call stands. */
export const daysOf = (batch: ReadonlyArray<JudgedCall>): ReadonlyArray<ReadonlyArray<JudgedCall>> => {
  const days = new Map<number, Map<string, JudgedCall>>()
  for (const each of batch) {
    const day = Math.floor(each.call.atMillis / dayMillis)
    const calls = days.get(day) ?? new Map<string, JudgedCall>()
    days.set(day, calls)
    if (!calls.has(each.call.callId)) calls.set(each.call.callId, each)
  }
  return [...days.values()].map((calls) => [...calls.values()])
}

/** What one node has not written yet, and what it has lost since it last said so. */
interface Backlog {
  readonly calls: Array<JudgedCall>
  /** Those under way to the database included. */
  waiting: number
  lost: number
  stopping: boolean
  readonly some: Latch.Latch
  readonly many: Latch.Latch
  readonly drained: Latch.Latch
}

const write = (sql: SqlClient.SqlClient, calls: ReadonlyArray<JudgedCall>) =>
  Effect.suspend(() => sql.unsafe(attemptStatement, attemptParameters(calls))).pipe(
    Effect.timeoutOrElse({ duration: writeTimeout, orElse: () => Effect.fail(notInTime) })
  )

/** Waits while the database is away, and divides what it refuses until the call that is at fault is alone. */
const makePersist = (sql: SqlClient.SqlClient, backlog: Backlog) => {
  const persist = (calls: ReadonlyArray<JudgedCall>): Effect.Effect<void> =>
    write(sql, calls).pipe(
      Effect.asVoid,
      Effect.catch((error: SqlError.SqlError | CallRecordsUnavailable) => {
        if (error._tag !== "SqlError" || !isRowFault(error)) {
          return Effect.logDebug("screened calls wait for the database", error).pipe(
            Effect.andThen(Effect.sleep(betweenTries)),
            Effect.andThen(persist(calls))
          )
        }
        if (calls.length > 1) {
          const half = Math.ceil(calls.length / 2)
          return Effect.andThen(persist(calls.slice(0, half)), persist(calls.slice(half)))
        }
        backlog.lost += 1
        return Effect.logWarning("a screened call cannot be written", error)
      }),
      Effect.catchDefect((defect) => {
        backlog.lost += calls.length
        return Effect.logError("screened calls cannot be written", defect)
      })
    )
  return persist
}

/** Writes what was gathered, in full batches as they come, and four times a second. */
const flush = Effect.fnUntraced(function* (backlog: Backlog, persist: ReturnType<typeof makePersist>) {
  const { calls, drained, many, some } = backlog
  yield* some.await
  if (!backlog.stopping) yield* Effect.timeoutOption(many.await, flushInterval)
  some.closeUnsafe()
  many.closeUnsafe()
  while (calls.length > 0) {
    const batch = calls.splice(0, maxBatch)
    for (const day of daysOf(batch)) yield* persist(day)
    backlog.waiting -= batch.length
  }
  if (backlog.waiting === 0) drained.openUnsafe()
})

const report = Effect.fnUntraced(function* (backlog: Backlog) {
  yield* Effect.sleep(reportInterval)
  yield* Metric.update(buffered, backlog.waiting)
  if (backlog.lost === 0) return
  const { lost, waiting } = backlog
  backlog.lost = 0
  yield* Metric.update(dropped, lost)
  yield* Effect.logWarning(`${lost} screened calls are in no record; ${waiting} wait for the database`)
})

/**
 * Screened calls, written behind: a call is put aside and written with others, at least four times a second. While the
 * database is away they are kept, up to the bound; beyond it, and when this process dies, they are lost to the records.
 */
export const makeAttemptWriter = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const latch = Latch.makeUnsafe
  const backlog: Backlog = {
    calls: [],
    waiting: 0,
    lost: 0,
    stopping: false,
    some: latch(false),
    many: latch(false),
    drained: latch(true)
  }
  yield* Effect.forkScoped(Effect.forever(flush(backlog, makePersist(sql, backlog))))
  yield* Effect.forkScoped(Effect.forever(report(backlog)))
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      backlog.stopping = true
      backlog.many.openUnsafe()
      return Effect.timeoutOption(backlog.drained.await, lastFlush)
    })
  )

  return (call: JudgedCall["call"], judged: JudgedCall["judged"]): boolean => {
    if (backlog.waiting >= maxBuffered || backlog.stopping || !isInstant(call.atMillis)) {
      backlog.lost += 1
      return false
    }
    if (backlog.waiting === 0) backlog.drained.closeUnsafe()
    backlog.waiting += 1
    const gathered = backlog.calls.push({ call, judged })
    if (gathered === 1) backlog.some.openUnsafe()
    else if (gathered === maxBatch) backlog.many.openUnsafe()
    return true
  }
})
