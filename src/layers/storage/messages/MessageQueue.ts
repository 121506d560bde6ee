import { Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { MessagesUnavailable } from "../../../domain/messaging/Message.ts"
import type { LaneLease, QueueChange, QueuedMessage, QueueQuestion, Sight } from "../../../domain/messaging/Queue.ts"
import { maxErrorLength } from "../../../domain/messaging/DeliveryOutcome.ts"
import {
  claimStatement,
  leaveStatement,
  loadStatement,
  releaseStatement,
  renewStatement,
  seenStatement,
  writeStatement
} from "./LaneStatements.ts"

/** Lanes that all senders are spread over. */
export const laneCount = 64

/** How long a lane stays a node's that is not heard of. */
export const leaseSeconds = 10

/** A message, and its text as it is kept: encrypted. */
export interface SealedMessage extends QueuedMessage {
  readonly body: Uint8Array
}

export interface Loaded {
  readonly messages: ReadonlyArray<SealedMessage>
  readonly sight: Sight
  /** Goes up each time that messages were put back. */
  readonly replays: number
}

export interface Written {
  /** Lanes that were still held; of the others nothing was written. */
  readonly held: ReadonlySet<number>
  /** Attempts of each message that was changed, by its seq. What is missing had ended before. */
  readonly attempts: ReadonlyMap<number, number>
}

type Asked<A> = Effect.Effect<A, MessagesUnavailable>

/** The messages that wait, and which node delivers which of them. */
export class MessageQueue extends Context.Service<
  MessageQueue,
  {
    /** Keeps what the owner holds, and takes its share of what is free; also says how great that share is. */
    readonly lease: (owner: string) => Asked<{ readonly lanes: ReadonlyArray<LaneLease>; readonly share: number }>
    readonly release: (lanes: ReadonlyArray<LaneLease>) => Asked<void>
    /** The owner is gone; the others need not wait for its share. */
    readonly leave: (owner: string) => Asked<void>
    /** In the order in which they came, lane by lane. */
    readonly load: (question: QueueQuestion) => Asked<Loaded>
    /** Sent again, nothing changes twice but the count of attempts. */
    readonly write: (changes: ReadonlyArray<QueueChange>) => Asked<Written>
  }
>()("tandem/layers/storage/messages/MessageQueue") {
  static readonly layer: Layer.Layer<MessageQueue, never, SqlClient.SqlClient> = Layer.effect(
    MessageQueue,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const run = <Row extends object>(statement: string, parameters: ReadonlyArray<unknown>) =>
        sql.unsafe<Row>(statement, parameters).pipe(
          Effect.tapError((error) => Effect.logWarning("the queue of messages cannot be reached", error)),
          Effect.mapError(() => new MessagesUnavailable({ detail: "the queue of messages cannot be reached" }))
        )

      return MessageQueue.of({
        lease: Effect.fnUntraced(function* (owner) {
          const [seen] = yield* run<{ readonly couriers: number }>(seenStatement, [owner, leaseSeconds])
          const share = Math.ceil(laneCount / (seen?.couriers ?? 1))
          const kept = yield* run<LaneLease>(renewStatement, [owner, leaseSeconds])
          const room = share - kept.length
          const won = room <= 0 ? [] : yield* run<LaneLease>(claimStatement, [owner, leaseSeconds, room])
          return { lanes: [...kept, ...won], share }
        }),
        release: (lanes) =>
          lanes.length === 0
            ? Effect.void
            : Effect.asVoid(
                run(releaseStatement, [texts(lanes, ({ lane }) => lane), texts(lanes, ({ epoch }) => epoch)])
              ),
        leave: (owner) => Effect.asVoid(run(leaveStatement, [owner])),
        load: (question) => Effect.map(run<LoadedRow>(loadStatement, loadParameters(question)), loadedOf),
        write: Effect.fnUntraced(function* (changes) {
          const at = new Date(yield* Clock.currentTimeMillis)
          const [row] = yield* run<WrittenRow>(writeStatement, writeParameters(changes, at))
          return writtenOf(row)
        })
      })
    })
  )
}

type LoadedRow = Sight & { readonly replays: number } & (SealedMessage | { readonly seq: null })

interface WrittenRow {
  readonly held: ReadonlyArray<number>
  readonly seqs: ReadonlyArray<number>
  readonly attempts: ReadonlyArray<number>
}

const texts = <A>(rows: ReadonlyArray<A>, value: (row: A) => number | string) => rows.map((row) => String(value(row)))

const loadParameters = ({ domains, known, lanes, leftOut }: QueueQuestion) => [
  texts(lanes, ({ lane }) => lane),
  texts(lanes, ({ afterSeq }) => afterSeq),
  texts(lanes, ({ room }) => room),
  domains,
  known.map(String),
  leftOut
]

const loadedOf = (rows: ReadonlyArray<LoadedRow>): Loaded => ({
  messages: rows.flatMap((row) => (row.seq === null ? [] : [row])),
  sight: rows[0] ?? { head: 0, oldestOpen: 0, firstToCome: 0 },
  replays: rows[0]?.replays ?? 0
})

const writeParameters = (changes: ReadonlyArray<QueueChange>, at: Date) => [
  texts(changes, ({ lane }) => lane),
  texts(changes, ({ epoch }) => epoch),
  texts(changes, ({ seq }) => seq),
  texts(changes, ({ status }) => status),
  texts(changes, ({ dueAtMillis }) => dueAtMillis ?? -1),
  texts(changes, ({ error }) => (error ?? "").slice(0, maxErrorLength)),
  at
]

const writtenOf = (row: WrittenRow | undefined): Written => ({
  held: new Set(row?.held ?? []),
  attempts: new Map(row?.seqs.map((seq, n) => [seq, row.attempts[n] ?? 0]) ?? [])
})
