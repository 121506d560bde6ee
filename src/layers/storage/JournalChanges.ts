import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { orUnavailable } from "./journal/Unavailable.ts"

/** Positions that one look passes over, so that a long absence is made up for in steps. */
export const maxPositions = 20_000

export interface Changes {
  /** Everything up to here has been looked at. */
  readonly position: number
  readonly changed: ReadonlyArray<{ readonly entityType: string; readonly entityId: string }>
}

/**
 * Which actors of some types wrote events after a position. For whoever keeps a copy of a read model: the events' contents
 * stay in the database, and the events of the other types, which may be a hundred times as many, do so too.
 */
export class JournalChanges extends Context.Service<
  JournalChanges,
  {
    readonly after: (position: number, entityTypes: ReadonlyArray<string>) => Effect.Effect<Changes, JournalUnavailable>
  }
>()("tandem/layers/storage/JournalChanges") {
  static readonly layer: Layer.Layer<JournalChanges, never, SqlClient.SqlClient> = Layer.effect(
    JournalChanges,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      return JournalChanges.of({
        after: Effect.fnUntraced(function* (position, entityTypes) {
          const rows = yield* orUnavailable(sql<{
            readonly position: string
            readonly entity_type: string | null
            readonly entity_id: string | null
          }>`
            WITH reach AS (SELECT least(position, ${position}::bigint + ${maxPositions}) AS position FROM journal_head)
            SELECT DISTINCT reach.position::text AS position, e.entity_type, e.entity_id
            FROM reach LEFT JOIN journal_events e
              ON e.position > ${position}::bigint AND e.position <= reach.position AND ${sql.in("e.entity_type", entityTypes)}`)
          return {
            position: Math.max(position, Number(rows[0]?.position ?? position)),
            changed: rows.flatMap(({ entity_id, entity_type }) =>
              entity_id === null || entity_type === null ? [] : [{ entityType: entity_type, entityId: entity_id }]
            )
          }
        })
      })
    })
  )
}
