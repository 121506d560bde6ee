import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { CommandKeyConflict } from "../../domain/journal/CommandErrors.ts"
import type { JournalEvent } from "../../domain/journal/JournalEvent.ts"
import type { Append, AppendOutcome, History, VersionConflict } from "./journal/Append.ts"
import type { EventRow } from "./journal/EventRow.ts"
import { eventColumns, eventOf } from "./journal/EventRow.ts"
import { makeGroupCommit } from "./journal/GroupCommit.ts"
import { orUnavailable } from "./journal/Unavailable.ts"

/** Most events that one page of the journal holds. */
export const maxPage = 1_000

const journalQueries = (sql: SqlClient.SqlClient) => {
  const page = (limit: number) => Math.min(Math.max(1, limit), maxPage)
  const select = (where: string, parameters: ReadonlyArray<unknown>) =>
    sql.unsafe<EventRow>(`SELECT ${eventColumns} FROM journal_events ${where}`, parameters).pipe(orUnavailable)

  return {
    load: Effect.fnUntraced(function* (entityType: string, entityId: string) {
      const rows = yield* select("WHERE entity_type = $1 AND entity_id = $2 ORDER BY version", [entityType, entityId])
      const last = rows.at(-1)
      return { version: last?.version ?? 0, hash: last?.hash ?? "", events: rows.map(eventOf) } satisfies History
    }),
    history: (entityType: string, entityId: string, query: { readonly afterVersion: number; readonly limit: number }) =>
      select("WHERE entity_type = $1 AND entity_id = $2 AND version > $3 ORDER BY version LIMIT $4", [
        entityType,
        entityId,
        query.afterVersion,
        page(query.limit)
      ]).pipe(Effect.map((rows) => rows.map(eventOf))),
    answered: Effect.fnUntraced(function* (
      entityType: string,
      entityId: string,
      command: { readonly key: string; readonly fingerprint: string }
    ) {
      const rows = yield* sql<{ readonly fingerprint: string; readonly reply: string }>`
        SELECT fingerprint, reply FROM journal_commands
        WHERE entity_type = ${entityType} AND entity_id = ${entityId} AND command_key = ${command.key}`.pipe(
        orUnavailable
      )
      const row = rows[0]
      if (row && row.fingerprint !== command.fingerprint) {
        return yield* new CommandKeyConflict({ entityType, entityId, commandKey: command.key })
      }
      return row?.reply
    }),
    follow: (query: { readonly afterPosition: number; readonly limit: number }) =>
      select("WHERE position > $1 ORDER BY position LIMIT $2", [query.afterPosition, page(query.limit)]).pipe(
        Effect.map((rows) => rows.map(eventOf))
      ),
    lastPosition: sql<{ readonly position: string }>`SELECT position::text FROM journal_head`.pipe(
      Effect.map((rows) => Number(rows[0]?.position ?? 0)),
      orUnavailable
    ),
    probe: sql`UPDATE journal_head SET probed_at = now()`.pipe(Effect.asVoid, orUnavailable)
  }
}

/**
 * The one place where something becomes true: events of all entities, with their read models and command answers, in
 * Postgres. Appends of many entities share one commit; each caller is answered after its own commit.
 */
export class Journal extends Context.Service<
  Journal,
  {
    readonly append: (
      append: Append
    ) => Effect.Effect<AppendOutcome, VersionConflict | CommandKeyConflict | JournalUnavailable>
    /** The whole history of one entity, oldest first. */
    readonly load: (entityType: string, entityId: string) => Effect.Effect<History, JournalUnavailable>
    /** One page of an entity's history, oldest first; at most 1,000 events. */
    readonly history: (
      entityType: string,
      entityId: string,
      page: { readonly afterVersion: number; readonly limit: number }
    ) => Effect.Effect<ReadonlyArray<JournalEvent>, JournalUnavailable>
    /** The answer that a command key got, when it has one. */
    readonly answered: (
      entityType: string,
      entityId: string,
      command: { readonly key: string; readonly fingerprint: string }
    ) => Effect.Effect<string | undefined, CommandKeyConflict | JournalUnavailable>
    /** Events of all entities after a global position, in commit order, never skipping one; at most 1,000 at a time. */
    readonly follow: (page: {
      readonly afterPosition: number
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<JournalEvent>, JournalUnavailable>
    readonly lastPosition: Effect.Effect<number, JournalUnavailable>
    /** Writes and reads back a marker, to prove that commits work. */
    readonly probe: Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/layers/storage/Journal") {
  static readonly layer = Layer.effect(
    Journal,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const append = yield* makeGroupCommit(sql)
      const queries = journalQueries(sql)
      return Journal.of({ append, ...queries })
    })
  )
}
