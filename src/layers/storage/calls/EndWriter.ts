import { Deferred, Duration, Effect, Queue, Random, Schedule } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { CallRecordsUnavailable, type EndOutcome } from "../../../domain/fraud/calls/CallRecord.ts"
import { dayMillis, isInstant } from "../../../domain/fraud/calls/CallTimes.ts"
import type { CallEnd } from "../../../domain/fraud/CallAttempt.ts"
import { makeBatches } from "../Batches.ts"
import { endParameters, endStatement } from "./CallColumns.ts"
import { isRowFault, notInTime, writeTimeout } from "./Unavailable.ts"

/** Most CDRs that one caller hands over at once, and most in one commit. */
export const maxEndsPerRequest = 1_000
const maxBatch = 1_000

/** Most CDRs that wait for a commit on one node; what comes on top is refused. */
export const maxWaiting = 20_000

/** While Postgres takes one batch, the next is made. */
const writers = 2

/** CDRs that come together are committed together: planning a statement costs as much as some hundred rows of it. */
const gatherFor = Duration.millis(20)

/** An outage that is over within this time is not noticed by callers. */
const retriedFor = Duration.seconds(5)
const betweenTries = Duration.millis(250)

interface Request {
  readonly ends: ReadonlyArray<CallEnd>
  readonly done: Deferred.Deferred<ReadonlyArray<EndOutcome>, CallRecordsUnavailable>
}

/** CDRs of one UTC day, no two of them of one call, each with its places among all of the batch: the first may count. */
interface Step {
  readonly ends: Array<CallEnd>
  readonly places: Array<number>
}

/**
 * One statement writes calls of one day with different ids. An id that comes again on the same day is the same call; the
 * days are written in order, so that the database sees an id again that comes on the next.
 */
export const stepsOf = (ends: ReadonlyArray<CallEnd>): ReadonlyArray<Step> => {
  const days = new Map<number, Step & { readonly seen: Set<string> }>()
  for (const [place, end] of ends.entries()) {
    const day = Math.floor(end.atMillis / dayMillis)
    const step = days.get(day) ?? { ends: [], places: [], seen: new Set<string>() }
    days.set(day, step)
    if (step.seen.has(end.callId)) continue
    step.seen.add(end.callId)
    step.ends.push(end)
    step.places.push(place)
  }
  return [...days].sort(([one], [other]) => one - other).map(([, step]) => step)
}

const write = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  receipt: number,
  ends: ReadonlyArray<CallEnd>
): Effect.fn.Return<ReadonlyArray<EndOutcome>, SqlError.SqlError> {
  const outcomes: Array<EndOutcome> = ends.map(() => "duplicate")
  const steps = stepsOf(ends)
  const run = Effect.forEach(
    steps,
    Effect.fnUntraced(function* (step, index) {
      const rows = yield* sql.unsafe<{ readonly counted: ReadonlyArray<number> }>(
        endStatement,
        endParameters(String(receipt + index), step.ends)
      )
      for (const n of rows[0]?.counted ?? []) outcomes[step.places[n - 1] ?? -1] = "counted"
    }),
    { discard: true }
  )
  yield* steps.length > 1 ? sql.withTransaction(run) : run
  return outcomes
})

/** A step keeps its receipt when it is tried again, so a commit whose answer was lost still counts its calls, once. */
const commit = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, batch: ReadonlyArray<Request>) {
  const receipt = yield* Random.nextIntBetween(1, Number.MAX_SAFE_INTEGER - maxBatch)
  const all = batch.flatMap(({ ends }) => ends)
  const outcomes = yield* write(sql, receipt, all).pipe(
    Effect.timeoutOrElse({ duration: writeTimeout, orElse: () => Effect.fail(notInTime) }),
    Effect.retry({
      schedule: Schedule.spaced(betweenTries).pipe(Schedule.upTo({ duration: retriedFor })),
      while: (error) => error._tag === "SqlError" && !isRowFault(error)
    })
  )
  let from = 0
  for (const { done, ends } of batch) {
    yield* Deferred.succeed(done, outcomes.slice(from, from + ends.length))
    from += ends.length
  }
})

const refuse = (batch: ReadonlyArray<Request>, error: SqlError.SqlError | CallRecordsUnavailable) =>
  Effect.andThen(
    Effect.logWarning("ends of calls cannot be written", error),
    Effect.forEach(
      batch,
      ({ done }) => Deferred.fail(done, new CallRecordsUnavailable({ detail: "the ends could not be committed" })),
      { discard: true }
    )
  )

/** What one caller sent must not fail the others. */
const settle = (sql: SqlClient.SqlClient, batch: ReadonlyArray<Request>): Effect.Effect<void> =>
  commit(sql, batch).pipe(
    Effect.catch((error) =>
      batch.length > 1 && error._tag === "SqlError" && isRowFault(error)
        ? Effect.forEach(batch, (request) => settle(sql, [request]), { discard: true })
        : refuse(batch, error)
    ),
    Effect.catchDefect((defect) => refuse(batch, new CallRecordsUnavailable({ detail: String(defect) })))
  )

/** Writer fibers of a node: each takes whole requests, commits them together, and answers each caller after that commit. */
export const makeEndWriter = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const queue = yield* Queue.unbounded<Request>()
  let waiting = 0

  const nextBatch = makeBatches(queue, { sizeOf: ({ ends }) => ends.length, maxSize: maxBatch, gatherFor })
  for (let n = 0; n < writers; n++) {
    yield* Effect.gen(function* () {
      const batch = yield* nextBatch
      yield* settle(sql, batch)
      for (const { ends } of batch) waiting -= ends.length
    }).pipe(Effect.forever, Effect.forkScoped)
  }

  return (ends: ReadonlyArray<CallEnd>): Effect.Effect<ReadonlyArray<EndOutcome>, CallRecordsUnavailable> =>
    Effect.suspend(() => {
      if (ends.length === 0) return Effect.succeed([])
      if (ends.length > maxEndsPerRequest) {
        return new CallRecordsUnavailable({ detail: `hand over at most ${maxEndsPerRequest} ends at once` })
      }
      if (waiting + ends.length > maxWaiting) {
        return new CallRecordsUnavailable({ detail: "too many ends of calls are waiting" })
      }
      if (!ends.every(({ atMillis }) => isInstant(atMillis))) {
        return new CallRecordsUnavailable({ detail: "a call has no start" })
      }
      const done = Deferred.makeUnsafe<ReadonlyArray<EndOutcome>, CallRecordsUnavailable>()
      waiting += ends.length
      Queue.offerUnsafe(queue, { ends, done })
      return Deferred.await(done)
    })
})
