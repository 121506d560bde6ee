import { Clock, Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { Admission, LockoutLimits } from "../../domain/access/LoginAttempts.ts"
import { admit } from "../../domain/access/LoginAttempts.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { orUnavailable } from "./RowQueries.ts"

/** Rows that one statement removes. */
export const clearedAtOnce = 1_000

/** Ended sessions and tokens are kept for another day, so that one who shows them is told apart. */
const keptMillis = 86_400_000

interface Row {
  readonly attempts: unknown
  readonly lockedUntil: Date | null
}

const decodeAttempts = Schema.decodeUnknownSync(Schema.Array(Schema.Finite))

/** Attempts to log in, address by address and for all nodes together; and what of the portal's is over. */
export class PortalAttempts extends Context.Service<
  PortalAttempts,
  {
    /** Counts an attempt before its password is looked at. */
    readonly admit: (account: Uint8Array, limits: LockoutLimits) => Effect.Effect<Admission, JournalUnavailable>
    /** Removes some of what is over; how much, so that the caller comes again until it is none. */
    readonly clear: (limits: LockoutLimits) => Effect.Effect<number, JournalUnavailable>
  }
>()("tandem/layers/storage/PortalAttempts") {
  static readonly layer: Layer.Layer<PortalAttempts, never, SqlClient.SqlClient> = Layer.effect(
    PortalAttempts,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      const removed = (table: string, key: string, column: string, before: Date) =>
        sql`DELETE FROM ${sql(table)} WHERE ${sql(key)} IN (SELECT ${sql(key)} FROM ${sql(table)}
          WHERE ${sql(column)} < ${before} LIMIT ${clearedAtOnce} FOR UPDATE SKIP LOCKED) RETURNING 1`

      return PortalAttempts.of({
        admit: Effect.fnUntraced(
          function* (account, limits) {
            const nowMillis = yield* Clock.currentTimeMillis
            const at = new Date(nowMillis)
            // The update changes nothing; it locks the row, so that attempts at the same time are counted one by one.
            const [row] = yield* sql<Row>`INSERT INTO portal_login_attempts (account, attempts, touched_at)
              VALUES (${account}, '[]', ${at}) ON CONFLICT (account) DO UPDATE SET account = EXCLUDED.account
              RETURNING attempts, locked_until AS "lockedUntil"`
            const admission = admit(
              {
                attemptsAtMillis: decodeAttempts(row?.attempts ?? []),
                lockedUntilMillis: row?.lockedUntil?.getTime() ?? null
              },
              nowMillis,
              limits
            )
            const { attemptsAtMillis, lockedUntilMillis } = admission.history
            if (admission.lockedForMillis === 0) {
              yield* sql`UPDATE portal_login_attempts SET attempts = ${JSON.stringify(attemptsAtMillis)}::json,
                locked_until = ${lockedUntilMillis === null ? null : new Date(lockedUntilMillis)}, touched_at = ${at}
                WHERE account = ${account}`
            }
            return admission
          },
          (counting) => orUnavailable(sql.withTransaction(counting))
        ),
        clear: Effect.fnUntraced(function* ({ lockMillis, windowMillis }) {
          const nowMillis = yield* Clock.currentTimeMillis
          const kept = new Date(nowMillis - keptMillis)
          const quiet = new Date(nowMillis - Math.max(lockMillis, windowMillis))
          const some = yield* Effect.all([
            removed("portal_sessions", "session_id", "expires_at", kept),
            removed("portal_password_resets", "token_hash", "expires_at", kept),
            removed("portal_login_attempts", "account", "touched_at", quiet)
          ]).pipe(orUnavailable)
          return some.reduce((sum, rows) => sum + rows.length, 0)
        })
      })
    })
  )
}
