import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { orUnavailable } from "./Unavailable.ts"

/** Most messages that one statement removes: those that write meanwhile do not notice. */
export const clearedAtOnce = 1_000

/**
 * Removes messages of a domain that were taken in before an instant and wait for nothing any more; how many, at most
 * {@link clearedAtOnce}, so it is to be called again until that is none.
 */
export const makeMessageCleanUp = (sql: SqlClient.SqlClient) =>
  Effect.fnUntraced(function* (domain: string, beforeMillis: number) {
    const before = new Date(beforeMillis)
    const rows = yield* sql<{ readonly cleared: number }>`WITH old AS (
        SELECT seq FROM messages
        WHERE domain = ${domain} AND seq < (SELECT messages_seq_at(${before}::timestamptz))
          AND status IN ('delivered', 'failed', 'dead') AND queued_at < ${before}::timestamptz
        ORDER BY seq LIMIT ${clearedAtOnce} FOR UPDATE SKIP LOCKED
      ), cleared AS (DELETE FROM messages WHERE seq IN (SELECT seq FROM old) RETURNING 1)
      SELECT count(*)::integer AS cleared FROM cleared`.pipe(orUnavailable)
    return rows[0]?.cleared ?? 0
  })
