import { Duration, Effect, Latch, Metric } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { CallRecordsUnavailable } from "../../../domain/fraud/calls/CallRecord.ts"
import { dayMillis, isInstant } from "../../../domain/fraud/calls/CallTimes.ts"
import { lanes } from "../migrations/CallRecords.ts"
import { attemptParameters, attemptStatement, type JudgedCall } from "./CallColumns.ts"
import { isRowFault, notInTime, writeTimeout } from "./Unavailable.ts"

/** Most screened calls that one node keeps while they wait for the database; what comes on top is lost to the records. */
export const maxBuffered = 100_000

const maxBatch = 1_000
const flushInterval = Duration.millis(100)
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

/** Always the same for a call, on all nodes: the lane's lock keeps two of them from writing one call twice. */
const laneOf = (callId: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < callId.length; index++) hash = Math.imul(hash ^ callId.charCodeAt(index), 0x01000193)
  return (hash >>> 16) % lanes
}

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
  waiting: number
  lost: number
  stopping: boolean
  readonly drained: Latch.Latch
}

const write = (sql: SqlClient.SqlClient, lane: number, calls: ReadonlyArray<JudgedCall>) =>
  Effect.suspend(() => sql.unsafe(attemptStatement, attemptParameters(lane, calls))).pipe(
    Effect.timeoutOrElse({ duration: writeTimeout, orElse: () => Effect.fail(notInTime) })
  )

/** Waits while the database is away, and divides what it refuses until the call that is at fault is alone. */
const makePersist = (sql: SqlClient.SqlClient, backlog: Backlog) => {
  const persist = (lane: number, calls: ReadonlyArray<JudgedCall>): Effect.Effect<void> =>
    write(sql, lane, calls).pipe(
      Effect.asVoid,
      Effect.catch((error: SqlError.SqlError | CallRecordsUnavailable) => {
        if (error._tag !== "SqlError" || !isRowFault(error)) {
          return Effect.logDebug("screened calls wait for the database", error).pipe(
            Effect.andThen(Effect.sleep(betweenTries)),
            Effect.andThen(persist(lane, calls))
          )
        }
        if (calls.length > 1) {
          const half = Math.ceil(calls.length / 2)
          return Effect.andThen(persist(lane, calls.slice(0, half)), persist(lane, calls.slice(half)))
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

const makeLane = (lane: number) => ({
  lane,
  calls: new Array<JudgedCall>(),
  some: Latch.makeUnsafe(false),
  many: Latch.makeUnsafe(false)
})

/** Writes what a lane has gathered, in full batches as they come, and every 100 ms. */
const flush = Effect.fnUntraced(function* (
  { calls, lane, many, some }: ReturnType<typeof makeLane>,
  backlog: Backlog,
  persist: ReturnType<typeof makePersist>
) {
  yield* some.await
  if (!backlog.stopping) yield* Effect.timeoutOption(many.await, flushInterval)
  while (calls.length > 0) {
    const batch = calls.splice(0, maxBatch)
    for (const day of daysOf(batch)) yield* persist(lane, day)
    backlog.waiting -= batch.length
  }
  if (backlog.waiting === 0) backlog.drained.openUnsafe()
  some.closeUnsafe()
  many.closeUnsafe()
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
 * Screened calls, written behind: a call is put aside and written with others, at least every 100 ms. While the database is
 * away they are kept, up to the bound; beyond it, and when this process dies, they are lost to the records.
 */
export const makeAttemptWriter = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const backlog: Backlog = { waiting: 0, lost: 0, stopping: false, drained: Latch.makeUnsafe(true) }
  const buffers = Array.from({ length: lanes }, (_, lane) => makeLane(lane))
  const persist = makePersist(sql, backlog)

  for (const each of buffers) yield* Effect.forkScoped(Effect.forever(flush(each, backlog, persist)))
  yield* Effect.forkScoped(Effect.forever(report(backlog)))
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      backlog.stopping = true
      for (const { many } of buffers) many.openUnsafe()
      return Effect.timeoutOption(backlog.drained.await, lastFlush)
    })
  )

  return (call: JudgedCall["call"], judged: JudgedCall["judged"]): boolean => {
    const buffer = buffers[laneOf(call.callId)]
    if (buffer === undefined || backlog.waiting >= maxBuffered || backlog.stopping || !isInstant(call.atMillis)) {
      backlog.lost += 1
      return false
    }
    backlog.waiting += 1
    backlog.drained.closeUnsafe()
    if (buffer.calls.push({ call, judged }) >= maxBatch) buffer.many.openUnsafe()
    buffer.some.openUnsafe()
    return true
  }
})
