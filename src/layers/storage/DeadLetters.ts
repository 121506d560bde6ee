import type { Option } from "effect"
import { Array, Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { DeadLetter } from "../../domain/journal/DeadLetter.ts"
import { orUnavailable } from "./journal/Unavailable.ts"

/** Most dead letters in one page. */
export const maxDeadLettersPage = 200

interface Row {
  readonly id: string
  readonly entity_type: string
  readonly entity_id: string
  readonly command: string
  readonly payload: string
  readonly cause: string
  readonly tries: number
  readonly parked_at: string
  readonly replayed_at: string | null
}

const isoUtc = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const columns = `id::text, entity_type, entity_id, command, payload::text AS payload, cause, tries,
  ${isoUtc("parked_at")} AS parked_at, ${isoUtc("replayed_at")} AS replayed_at`

const letterOf = (row: Row): DeadLetter => ({
  id: row.id,
  entityType: row.entity_type,
  entityId: row.entity_id,
  command: row.command,
  payload: JSON.parse(row.payload),
  cause: row.cause,
  tries: row.tries,
  parkedAt: row.parked_at,
  replayedAt: row.replayed_at
})

const isId = (id: string | null): id is string => id !== null && /^\d{1,18}$/.test(id)

export class DeadLetters extends Context.Service<
  DeadLetters,
  {
    readonly park: (letter: {
      readonly entityType: string
      readonly entityId: string
      readonly command: string
      readonly payload: unknown
      readonly cause: string
      readonly tries: number
    }) => Effect.Effect<string, JournalUnavailable>
    /** Oldest first, after the given id; at most 200. */
    readonly list: (page: {
      readonly afterId: string | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<DeadLetter>, JournalUnavailable>
    readonly get: (id: string) => Effect.Effect<Option.Option<DeadLetter>, JournalUnavailable>
    readonly markReplayed: (id: string) => Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/layers/storage/DeadLetters") {
  static readonly layer = Layer.effect(
    DeadLetters,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const select = (where: string, parameters: ReadonlyArray<unknown>) =>
        sql.unsafe<Row>(`SELECT ${columns} FROM dead_letters ${where}`, parameters).pipe(
          Effect.map((rows) => rows.map(letterOf)),
          orUnavailable
        )

      return DeadLetters.of({
        park: Effect.fn("DeadLetters.park")(function* (letter) {
          const at = new Date(yield* Clock.currentTimeMillis).toISOString()
          const rows = yield* sql<{ readonly id: string }>`
            INSERT INTO dead_letters (entity_type, entity_id, command, payload, cause, tries, parked_at)
            VALUES (${letter.entityType}, ${letter.entityId}, ${letter.command}, ${JSON.stringify(letter.payload)}::json,
              ${letter.cause}, ${letter.tries}, ${at}::timestamptz)
            RETURNING id::text`.pipe(orUnavailable)
          return rows[0]?.id ?? ""
        }),
        list: ({ afterId, limit }) =>
          select("WHERE id > $1::bigint ORDER BY id LIMIT $2", [
            isId(afterId) ? afterId : "0",
            Math.min(Math.max(1, limit), maxDeadLettersPage)
          ]),
        get: (id) => (isId(id) ? Effect.map(select("WHERE id = $1::bigint", [id]), Array.head) : Effect.succeedNone),
        markReplayed: Effect.fn("DeadLetters.markReplayed")(function* (id: string) {
          const at = new Date(yield* Clock.currentTimeMillis).toISOString()
          yield* sql`UPDATE dead_letters SET replayed_at = ${at}::timestamptz WHERE id = ${id}::bigint`.pipe(
            orUnavailable
          )
        })
      })
    })
  )
}
