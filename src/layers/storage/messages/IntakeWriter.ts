import { Clock, Deferred, Duration, Effect, Queue, Schedule, Semaphore } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { Accepted } from "../../../domain/messaging/Message.ts"
import { MessagesUnavailable } from "../../../domain/messaging/Message.ts"
import { isRowFault } from "../calls/Unavailable.ts"
import { tellExisting, type Told } from "./IntakeOutcome.ts"
import { insertParameters, insertStatement, type IntakeRow } from "./IntakeRow.ts"
import { makeQueueDepth, type QueueDepth } from "./QueueDepth.ts"

/** Most messages that one caller hands over at once, and most in one commit. */
export const maxMessagesPerRequest = 500
const maxBatch = 500

/** Most messages that wait for a commit on one node; what comes on top is refused. */
export const maxWaiting = 20_000

/** While Postgres takes one batch, the next is made. */
const writers = 2

/** Messages that come together are committed together: a statement of twenty costs little more than one of one. */
const gatherFor = Duration.millis(3)

/** How long a commit may take; its outcome is unknown then. */
const commitTimeout = Duration.seconds(15)
const notInTime = new MessagesUnavailable({ detail: "the commit was not answered in time" })

/** An outage that is over within this time is not noticed by callers. */
const retriedFor = Duration.seconds(5)
const betweenTries = Duration.millis(250)

/** Rounds of writing what was neither written nor found: the message in its way was removed just then. */
const maxRounds = 3

interface Request {
  readonly rows: ReadonlyArray<IntakeRow>
  readonly done: Deferred.Deferred<ReadonlyArray<Accepted>, MessagesUnavailable>
}

/** The places of rows whose id or key comes a second time in a batch: they are for what the first one became. */
const repeatsOf = (rows: ReadonlyArray<IntakeRow>): ReadonlySet<number> => {
  const seen = new Set<string>()
  const repeats = new Set<number>()
  for (const [place, { clientId, idempotencyKey, messageId }] of rows.entries()) {
    const key = idempotencyKey === "" ? messageId : `${clientId}\n${idempotencyKey}`
    if (seen.has(messageId) || seen.has(key)) repeats.add(place)
    seen.add(messageId).add(key)
  }
  return repeats
}

const insert = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, rows: ReadonlyArray<IntakeRow>, at: string) {
  const repeats = repeatsOf(rows)
  const places = [...rows.keys()].filter((place) => !repeats.has(place))
  const firsts = repeats.size === 0 ? rows : rows.filter((_, place) => !repeats.has(place))
  const found = yield* sql.unsafe<{ readonly n: number }>(insertStatement, insertParameters(firsts, at))
  return new Set([...found.map(({ n }) => places[n - 1] ?? -1), ...repeats])
})

/** One statement for those that are new; a second one only when some are not. */
const write = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, rows: ReadonlyArray<IntakeRow>) {
  const at = new Date(yield* Clock.currentTimeMillis).toISOString()
  const told: Array<Told | undefined> = rows.map(({ messageId }) => ({ outcome: "accepted", messageId, queuedAt: at }))
  let open = rows.map((row, place) => ({ row, place }))
  for (let round = 0; round < maxRounds && open.length > 0; round++) {
    const pending = open.map(({ row }) => row)
    const existing = yield* insert(sql, pending, at)
    const places = open.filter((_, index) => existing.has(index))
    if (places.length === 0) return told
    const answers = yield* tellExisting(
      sql,
      places.map(({ row }) => row)
    )
    for (const [index, { place }] of places.entries()) told[place] = answers[index]
    open = places.filter((_, index) => answers[index] === undefined)
    for (const { place, row } of open) told[place] = { outcome: "accepted", messageId: row.messageId, queuedAt: at }
  }
  return open.length === 0 ? told : yield* new MessagesUnavailable({ detail: "the messages change too quickly" })
})

const acceptedOf = (depth: QueueDepth, { domain }: IntakeRow, told: Told): Accepted => ({
  ...told,
  position: told.outcome === "accepted" ? depth.join(domain) : told.outcome === "repeated" ? depth.length(domain) : 0
})

const commit = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  depth: QueueDepth,
  batch: ReadonlyArray<Request>
) {
  if (depth.isDue(yield* Clock.currentTimeMillis)) yield* depth.count
  const rows = batch.length === 1 && batch[0] !== undefined ? batch[0].rows : batch.flatMap((request) => request.rows)
  const told = yield* write(sql, rows).pipe(
    Effect.timeoutOrElse({ duration: commitTimeout, orElse: () => Effect.fail(notInTime) }),
    Effect.retry({
      schedule: Schedule.spaced(betweenTries).pipe(Schedule.upTo({ duration: retriedFor })),
      while: (error) => error._tag === "SqlError" && !isRowFault(error)
    })
  )
  let from = 0
  for (const request of batch) {
    const accepted = request.rows.flatMap((row, index) => {
      const each = told[from + index]
      return each === undefined ? [] : [acceptedOf(depth, row, each)]
    })
    from += request.rows.length
    Deferred.doneUnsafe(request.done, Effect.succeed(accepted))
  }
})

const refuse = (batch: ReadonlyArray<Request>, error: SqlError.SqlError | MessagesUnavailable) =>
  Effect.map(Effect.logWarning("messages cannot be taken in", error), () => {
    const failure = error._tag === "SqlError" ? new MessagesUnavailable({ detail: "the commit failed" }) : error
    for (const { done } of batch) Deferred.doneUnsafe(done, Effect.fail(failure))
  })

/** What one caller sent must not fail the others. */
const settle = (sql: SqlClient.SqlClient, depth: QueueDepth, batch: ReadonlyArray<Request>): Effect.Effect<void> =>
  commit(sql, depth, batch).pipe(
    Effect.catch((error) =>
      batch.length > 1 && error._tag === "SqlError" && isRowFault(error)
        ? Effect.forEach(batch, (request) => settle(sql, depth, [request]), { discard: true })
        : refuse(batch, error)
    ),
    Effect.catchDefect((defect) => refuse(batch, new MessagesUnavailable({ detail: String(defect) })))
  )

/** Takes what comes within a moment, as long as it fits into one commit; the one that does not fit is for the next. */
const makeBatches = (queue: Queue.Dequeue<Request>) => {
  let held: Request | undefined
  const gather = Effect.gen(function* () {
    const first = held ?? (yield* Queue.take(queue))
    held = undefined
    if (Queue.sizeUnsafe(queue) < maxBatch) yield* Effect.sleep(gatherFor)
    const batch = [first]
    let count = first.rows.length
    while (held === undefined) {
      const next = Queue.takeUnsafe(queue)
      if (next?._tag !== "Success") break
      count += next.value.rows.length
      if (count > maxBatch) held = next.value
      else batch.push(next.value)
    }
    return batch
  })
  // One writer gathers while the other waits for its commit.
  return Semaphore.makeUnsafe(1).withPermits(1)(gather)
}

/**
 * Writer fibers of a node: each takes whole requests, commits them together, and answers each caller after that commit.
 * What one caller hands over at once is written at once and in its order.
 */
export const makeIntakeWriter = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const depth = yield* makeQueueDepth(sql)
  const queue = yield* Queue.unbounded<Request>()
  let waiting = 0

  const nextBatch = makeBatches(queue)
  for (let n = 0; n < writers; n++) {
    yield* Effect.gen(function* () {
      const batch = yield* nextBatch
      yield* settle(sql, depth, batch)
      for (const { rows } of batch) waiting -= rows.length
    }).pipe(Effect.forever, Effect.forkScoped)
  }

  return {
    hasRoomFor: (count: number): boolean => waiting + count <= maxWaiting,
    write: (rows: ReadonlyArray<IntakeRow>): Effect.Effect<ReadonlyArray<Accepted>, MessagesUnavailable> =>
      Effect.suspend(() => {
        const done = Deferred.makeUnsafe<ReadonlyArray<Accepted>, MessagesUnavailable>()
        waiting += rows.length
        Queue.offerUnsafe(queue, { rows, done })
        return Deferred.await(done)
      })
  }
})
