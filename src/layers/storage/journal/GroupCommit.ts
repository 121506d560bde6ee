import { Cause, Clock, Deferred, Duration, Effect, Option, Queue } from "effect"
import type { SqlClient } from "effect/sql"
import { CommandKeyConflict, JournalUnavailable } from "../../../domain/journal/CommandErrors.ts"
import type { Append, AppendOutcome, ReadModelRow } from "./Append.ts"
import { VersionConflict } from "./Append.ts"
import { eventHash } from "./EventHash.ts"
import { orUnavailable } from "./Unavailable.ts"

/** Most appends in one commit. */
export const maxBatch = 128

/** A batch of this size is not worth dividing among the writers. */
const smallBatch = 16

/** Commits of one node that may be under way at once; Postgres takes them one after the other. */
const writers = 3

/** Most appends that wait for a commit on one node; what comes on top is refused. */
export const maxWaiting = 20_000

/** How long a commit may take; its outcome is unknown then, and who asked loads the truth before going on. */
const commitTimeout = Duration.seconds(15)

const notInTime = "the commit was not answered in time"

type AppendFailure = VersionConflict | CommandKeyConflict | JournalUnavailable

interface Pending {
  readonly append: Append
  readonly requestId: string | null
  readonly done: Deferred.Deferred<AppendOutcome, AppendFailure>
}

/** An append that was not taken; those that were have no row. */
interface Row {
  readonly n: number
  readonly outcome: "answered" | "conflict"
  readonly version: number
  readonly reply: string | null
  readonly fingerprint: string | null
}

const encode = ({ append, requestId }: Pending, nowMillis: number) => {
  let hash = append.previousHash
  let version = append.expectedVersion
  const events = append.events.map((event) => {
    version += 1
    // The hash is over exactly the text that is stored.
    const payload = JSON.stringify(event.payload)
    hash = eventHash(hash, {
      entityType: append.entityType,
      entityId: append.entityId,
      version,
      type: event.type,
      payload,
      commandKey: append.command?.key ?? null,
      requestId,
      occurredAtMillis: nowMillis
    })
    return { version, type: event.type, payload, hash }
  })
  return { append, requestId, events, head: version, hash }
}

type Encoded = ReturnType<typeof encode>

const wakeText = ({ append: { wakeAtMillis } }: Encoded): string =>
  wakeAtMillis === null ? "never" : (wakeAtMillis?.toString() ?? "")

const rowsOf = (batch: ReadonlyArray<Encoded>, at: string) =>
  batch.flatMap(({ append: { row = [] }, head }, index) =>
    [row].flat().map((each: ReadModelRow) => ({
      n: index + 1,
      table: each.table,
      row: { ...each.row, version: head, created_at: at, updated_at: at }
    }))
  )

/** The parameters of `journal_append`, in its order. */
const parametersOf = (batch: ReadonlyArray<Encoded>, at: string): ReadonlyArray<unknown> => {
  const appends = batch.map((each) => each.append)
  const events = batch.flatMap((each) => each.events)
  const rows = rowsOf(batch, at)
  return [
    at,
    appends.map((each) => each.entityType),
    appends.map((each) => each.entityId),
    appends.map((each) => each.expectedVersion),
    batch.map((each) => each.head),
    batch.map((each) => each.hash),
    appends.map((each) => each.command?.key ?? ""),
    appends.map((each) => each.command?.fingerprint ?? ""),
    appends.map((each) => each.command?.reply ?? ""),
    batch.map((each) => each.requestId ?? ""),
    batch.flatMap((each, index) => each.events.map(() => index + 1)),
    events.map((each) => each.version),
    events.map((each) => each.type),
    events.map((each) => each.payload),
    events.map((each) => each.hash),
    appends.some((each) => each.wakeAtMillis !== undefined) ? batch.map(wakeText) : [],
    [...new Set(rows.map((each) => each.table))],
    rows.length === 0 ? null : JSON.stringify(rows)
  ]
}

const places = parametersOf([], "").map((_, index) => `$${index + 1}`)
const appendStatement = `SELECT n, outcome, version, reply, fingerprint FROM journal_append(${places.join(", ")})`

const outcomeOf = ({ append, hash, head }: Encoded, row: Row | undefined) => {
  const { entityId, entityType } = append
  if (row === undefined) return Effect.succeed<AppendOutcome>({ _tag: "Appended", version: head, hash })
  if (row.outcome === "answered" && append.command !== undefined) {
    return row.fingerprint === append.command.fingerprint
      ? Effect.succeed<AppendOutcome>({ _tag: "AlreadyAnswered", reply: row.reply ?? "null" })
      : Effect.fail(new CommandKeyConflict({ entityType, entityId, commandKey: append.command.key }))
  }
  return Effect.fail(
    new VersionConflict({
      entityType,
      entityId,
      expectedVersion: append.expectedVersion,
      actualVersion: row.version
    })
  )
}

const failAll = (batch: ReadonlyArray<Pending>, cause: Cause.Cause<JournalUnavailable>) => {
  const failure = Option.getOrElse(
    Cause.findErrorOption(cause),
    () => new JournalUnavailable({ detail: "the commit failed" })
  )
  return Effect.forEach(batch, (pending) => Deferred.fail(pending.done, failure), { discard: true })
}

/** One of many made Postgres refuse the statement; a time-out is nobody's fault in particular. */
const isOwnFault = (batch: ReadonlyArray<Pending>, cause: Cause.Cause<JournalUnavailable>): boolean =>
  batch.length > 1 && !Cause.findErrorOption(cause).pipe(Option.exists((error) => error.detail === notInTime))

/** An entity appends once a commit; a second append of the same entity waits for the next one. */
const takeDistinct = (waiting: Array<Pending>): ReadonlyArray<Pending> => {
  const seen = new Set<string>()
  const batch: Array<Pending> = []
  const later: Array<Pending> = []
  for (const pending of waiting) {
    const name = `${pending.append.entityType}/${pending.append.entityId}`
    if (seen.has(name) || batch.length >= maxBatch) later.push(pending)
    else {
      seen.add(name)
      batch.push(pending)
    }
  }
  waiting.splice(0, waiting.length, ...later)
  return batch
}

/**
 * A few writer fibers per node: each takes whatever waits, commits it with a single statement, and answers each caller
 * after that commit. While Postgres works on one batch, this process answers the last and makes the next.
 */
export const makeGroupCommit = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const queue = yield* Queue.dropping<Pending>(maxWaiting)
  const commit = Effect.fnUntraced(function* (batch: ReadonlyArray<Pending>) {
    const nowMillis = yield* Clock.currentTimeMillis
    const at = new Date(nowMillis).toISOString()
    const encoded = batch.map((pending) => encode(pending, nowMillis))
    const rows = yield* sql.unsafe<Row>(appendStatement, parametersOf(encoded, at)).pipe(
      orUnavailable,
      Effect.timeoutOrElse({
        duration: commitTimeout,
        orElse: () => Effect.fail(new JournalUnavailable({ detail: notInTime }))
      })
    )
    const byN = new Map(rows.map((row) => [row.n, row]))
    for (const [index, each] of encoded.entries()) {
      const pending = batch[index]
      if (pending) Deferred.doneUnsafe(pending.done, outcomeOf(each, byN.get(index + 1)))
    }
  })

  const writer = Effect.suspend(() => {
    const waiting: Array<Pending> = []
    return Effect.gen(function* () {
      if (waiting.length === 0) {
        const share = Math.ceil(Queue.sizeUnsafe(queue) / writers)
        waiting.push(...(yield* Queue.takeBetween(queue, 1, Math.min(maxBatch, Math.max(smallBatch, share)))))
      }
      const batch = takeDistinct(waiting)
      yield* commit(batch).pipe(
        Effect.catchCause((cause) => (isOwnFault(batch, cause) ? eachAlone(batch) : failAll(batch, cause)))
      )
    }).pipe(Effect.forever)
  })

  /** An append that Postgres cannot take must not fail the others of its batch. */
  const eachAlone = (batch: ReadonlyArray<Pending>) =>
    Effect.forEach(batch, (pending) => commit([pending]).pipe(Effect.catchCause((cause) => failAll([pending], cause))))

  for (let n = 0; n < writers; n++) yield* Effect.forkScoped(writer)

  return Effect.fnUntraced(function* (append: Append) {
    const span = yield* Effect.option(Effect.currentParentSpan)
    const requestId = Option.match(span, { onNone: () => null, onSome: (parent) => parent.traceId })
    const done = yield* Deferred.make<AppendOutcome, AppendFailure>()
    const accepted = yield* Queue.offer(queue, { append, requestId, done })
    if (!accepted) return yield* new JournalUnavailable({ detail: "too many appends are waiting" })
    return yield* Deferred.await(done)
  })
})
