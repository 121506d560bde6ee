import { Duration, Effect, Exit, Queue, Schedule } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { Accepted, NewMessage } from "../../../domain/messaging/Message.ts"
import { MessagesUnavailable } from "../../../domain/messaging/Message.ts"
import type { KeyRing } from "../../messaging/KeyRing.ts"
import { makeBatches } from "../Batches.ts"
import { isRowFault } from "../calls/Unavailable.ts"
import type { Told } from "./IntakeOutcome.ts"
import { intakeRow, type IntakeRow } from "./IntakeRow.ts"
import { writeRows } from "./IntakeWrite.ts"
import { makeQueueDepth, type QueueDepth } from "./QueueDepth.ts"
import { keysUnavailable } from "./Unavailable.ts"

/** Most messages that one caller hands over at once, and most in one commit. */
export const maxMessagesPerRequest = 500
const maxBatch = 500

/** Most messages that wait for a commit on one node; what comes on top is refused. */
const maxWaiting = 20_000

/** While Postgres takes some batches, the next is made, and callers are answered. */
const writers = 3

/** What waits is shared among the writers; a batch of fewer than this is not worth sharing. */
const smallestShare = 32

/** Messages that come together are committed together: a statement of twenty costs little more than one of one. */
const gatherFor = Duration.millis(2)

/** How long a commit may take; its outcome is unknown then. */
const commitTimeout = Duration.seconds(15)
const notInTime = new MessagesUnavailable({ detail: "the commit was not answered in time" })

/** An outage that is over within this time is not noticed by callers. */
const retriedFor = Duration.seconds(5)
const betweenTries = Duration.millis(250)

/** Is told once what became of each message, in their order. It must not throw. */
export type IntakeDone = (exit: Exit.Exit<ReadonlyArray<Accepted>, MessagesUnavailable>) => void

interface Request {
  readonly messages: ReadonlyArray<NewMessage>
  readonly done: IntakeDone
}

interface SealedRequest {
  readonly rows: ReadonlyArray<IntakeRow>
  readonly done: IntakeDone
}

const acceptedOf = (depth: QueueDepth, { domain }: IntakeRow, told: Told): Accepted => ({
  ...told,
  position: told.outcome === "accepted" ? depth.join(domain) : told.outcome === "repeated" ? depth.length(domain) : 0
})

const commit = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  depth: QueueDepth,
  batch: ReadonlyArray<SealedRequest>
) {
  yield* depth.countWhenDue
  const rows = batch.length === 1 && batch[0] !== undefined ? batch[0].rows : batch.flatMap((request) => request.rows)
  const told = yield* writeRows(sql, rows).pipe(
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
    request.done(Exit.succeed(accepted))
  }
})

const refuse = (
  batch: ReadonlyArray<{ readonly done: IntakeDone }>,
  error: SqlError.SqlError | MessagesUnavailable
): Effect.Effect<void> =>
  Effect.map(Effect.logWarning("messages cannot be taken in", error), () => {
    const failure = error._tag === "SqlError" ? new MessagesUnavailable({ detail: "the commit failed" }) : error
    for (const { done } of batch) done(Exit.fail(failure))
  })

/** What one caller sent must not fail the others. */
const settle = (
  sql: SqlClient.SqlClient,
  depth: QueueDepth,
  batch: ReadonlyArray<SealedRequest>
): Effect.Effect<void> =>
  commit(sql, depth, batch).pipe(
    Effect.catch((error) =>
      batch.length > 1 && error._tag === "SqlError" && isRowFault(error)
        ? Effect.forEach(batch, (request) => settle(sql, depth, [request]), { discard: true })
        : refuse(batch, error)
    ),
    Effect.catchDefect((defect) => refuse(batch, new MessagesUnavailable({ detail: String(defect) })))
  )

/** Encrypts what waits, some of it at a time; the ids are chosen here, so that writing a message twice writes it once. */
const seal = Effect.fnUntraced(function* (ring: KeyRing["Service"], batch: ReadonlyArray<Request>) {
  const key = yield* ring.current
  const senderKey = yield* ring.senderKey
  return batch.map(({ done, messages }): SealedRequest => ({
    rows: messages.map((message) => intakeRow(message, key, senderKey)),
    done
  }))
})

/**
 * Writer fibers of a node: each takes whole requests, encrypts and commits them together, and answers each caller after that
 * commit. What one caller hands over at once is written at once and in its order.
 */
export const makeIntakeWriter = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, ring: KeyRing["Service"]) {
  const depth = yield* makeQueueDepth(sql)
  const queue = yield* Queue.unbounded<Request>()
  let waiting = 0

  const nextBatch = makeBatches(queue, {
    sizeOf: ({ messages }) => messages.length,
    maxSize: maxBatch,
    gatherFor,
    enough: smallestShare,
    writers
  })
  for (let n = 0; n < writers; n++) {
    yield* Effect.gen(function* () {
      const batch = yield* nextBatch
      yield* seal(ring, batch).pipe(
        Effect.catch(keysUnavailable),
        Effect.matchEffect({
          onFailure: (error) => refuse(batch, error),
          onSuccess: (sealed) => settle(sql, depth, sealed)
        })
      )
      for (const { messages } of batch) waiting -= messages.length
    }).pipe(Effect.forever, Effect.forkScoped)
  }

  return {
    hasRoomFor: (count: number): boolean => waiting + count <= maxWaiting,
    offer: (messages: ReadonlyArray<NewMessage>, done: IntakeDone): void => {
      waiting += messages.length
      Queue.offerUnsafe(queue, { messages, done })
    }
  }
})
