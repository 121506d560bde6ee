import { Context, Duration, Effect, Layer, Result } from "effect"
import { SqlClient } from "effect/sql"
import type { MessagesUnavailable, MessageUnreadable } from "../../../domain/messaging/Message.ts"
import { resealBody, type SealedBody } from "../../messaging/BodyCipher.ts"
import { KeyRing, type MessageKey } from "../../messaging/KeyRing.ts"
import { keysUnavailable, orUnavailable } from "./Unavailable.ts"

/** Messages that one statement re-encrypts. */
export const rotationBatch = 500

/** Between two batches, so that messages that come in and go out have the database for themselves most of the time. */
const pause = Duration.millis(20)

/** How far the messages have come to the current key. */
export interface RotationProgress {
  readonly current: number
  readonly total: number
  /** Messages under an older version. */
  readonly remaining: number
  readonly versions: ReadonlyArray<{ readonly version: number; readonly messages: number }>
}

export interface RotationSweep {
  readonly reencrypted: number
  /** Left as they are: nobody can read them. */
  readonly unreadable: number
}

interface Row extends SealedBody {
  readonly seq: string
  readonly keyVersion: number
}

interface Resealed {
  readonly row: Row
  readonly body: Uint8Array
}

/** Where a sweep has come to. */
interface Place {
  readonly keyVersion: number
  readonly seq: string
}

const oldRows = (sql: SqlClient.SqlClient, to: MessageKey, after: Place) =>
  sql<Row>`SELECT seq::text AS seq, key_version::integer AS "keyVersion", message_id::text AS "messageId",
      client_id AS "clientId", body
    FROM messages WHERE key_version < ${to.version} AND (key_version, seq) > (${after.keyVersion}, ${after.seq}::bigint)
    ORDER BY messages.key_version, messages.seq LIMIT ${rotationBatch}`.pipe(orUnavailable)

/**
 * Changes a row only if it is still under the version that was read: text and version change together, so that whoever
 * reads meanwhile finds the one or the other. A row that somebody else holds is left for the next sweep.
 */
const statement = `UPDATE messages m SET body = g.body, key_version = $4::smallint
  FROM (
    SELECT old.seq, u.body FROM unnest($1::bigint[], $2::smallint[], $3::bytea[]) AS u(seq, key_version, body)
    JOIN messages old ON old.seq = u.seq AND old.key_version = u.key_version
    ORDER BY old.seq FOR UPDATE OF old SKIP LOCKED
  ) g
  WHERE m.seq = g.seq AND m.key_version < $4::smallint RETURNING 1`

const warn = ({ keyVersion, messageId, reason }: MessageUnreadable) =>
  Effect.logError("a message cannot be re-encrypted, since it cannot be read").pipe(
    Effect.annotateLogs({ messageId, keyVersion, reason })
  )

/** Re-encrypts some rows. */
const makeBatch = (sql: SqlClient.SqlClient, ring: KeyRing["Service"]) => {
  const reseal = (row: Row, to: MessageKey) =>
    resealBody(ring, to, row).pipe(
      Effect.map((body): Resealed => ({ row, body })),
      Effect.catchTags({ MessageKeysUnusable: keysUnavailable, MessageKeysUnproven: keysUnavailable })
    )

  const write = (to: MessageKey, resealed: ReadonlyArray<Resealed>) =>
    sql
      .unsafe(statement, [
        resealed.map(({ row }) => row.seq),
        resealed.map(({ row }) => row.keyVersion),
        resealed.map(({ body }) => body),
        to.version
      ])
      .pipe(
        Effect.map((rows) => rows.length),
        orUnavailable
      )

  return Effect.fnUntraced(function* (to: MessageKey, rows: ReadonlyArray<Row>) {
    const results = yield* Effect.forEach(rows, (row) =>
      reseal(row, to).pipe(
        Effect.map(Result.succeed),
        Effect.catchTag("MessageUnreadable", (error) => Effect.as(warn(error), Result.fail(row.seq)))
      )
    )
    const resealed = results.flatMap((result) => (Result.isSuccess(result) ? [result.success] : []))
    return {
      reencrypted: resealed.length === 0 ? 0 : yield* write(to, resealed),
      unreadable: rows.length - resealed.length
    } satisfies RotationSweep
  })
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const ring = yield* KeyRing
  const batch = makeBatch(sql, ring)

  const sweep = Effect.gen(function* () {
    let place: Place = { keyVersion: 0, seq: "0" }
    const done = { reencrypted: 0, unreadable: 0 }
    const [first] = yield* sql`SELECT FROM messages LIMIT 1`.pipe(orUnavailable)
    if (first === undefined) return done
    const to = yield* ring.current.pipe(Effect.catch(keysUnavailable))
    while (true) {
      const rows = yield* oldRows(sql, to, place)
      const last = rows.at(-1)
      if (last === undefined) return done
      const { reencrypted, unreadable } = yield* batch(to, rows)
      done.reencrypted += reencrypted
      done.unreadable += unreadable
      place = last
      yield* Effect.sleep(pause)
    }
  })

  const progress = Effect.gen(function* () {
    const { version: current } = yield* ring.current.pipe(Effect.catch(keysUnavailable))
    const versions = yield* sql<{ readonly version: number; readonly messages: number }>`
      SELECT key_version::integer AS version, count(*)::double precision AS messages
      FROM messages GROUP BY key_version ORDER BY key_version`.pipe(orUnavailable)
    const sum = (counted: typeof versions) => counted.reduce((total, { messages }) => total + messages, 0)
    return {
      current,
      total: sum(versions),
      remaining: sum(versions.filter(({ version }) => version < current)),
      versions
    }
  })

  return KeyRotation.of({ sweep, progress })
})

/**
 * Brings messages to the current key, some at a time. What is done is seen by each row's version, so that whoever begins
 * again goes on where the last one was stopped; two at the same time do no harm.
 */
export class KeyRotation extends Context.Service<
  KeyRotation,
  {
    /** Goes once through all messages that have an older key. Those that come under one meanwhile are for the next. */
    readonly sweep: Effect.Effect<RotationSweep, MessagesUnavailable>
    readonly progress: Effect.Effect<RotationProgress, MessagesUnavailable>
  }
>()("tandem/layers/storage/messages/KeyRotation") {
  static readonly layer = Layer.effect(KeyRotation, make)
}
