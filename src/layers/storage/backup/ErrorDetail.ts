import { Effect } from "effect"
import { SqlError } from "effect/sql"
import { BackupDatabaseError } from "./BackupErrors.ts"

const longestDetail = 300

const innermost = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error

/** What went wrong, in the words of whoever found it. */
export const errorDetail = (error: unknown): string => {
  const cause = innermost(error)
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, longestDetail)
}

/** What Postgres says, for whoever makes or restores a backup. */
export const orDatabaseError = <A, E, R>(effect: Effect.Effect<A, E | SqlError.SqlError, R>) =>
  effect.pipe(
    Effect.catchIf(
      (error): error is Extract<E | SqlError.SqlError, SqlError.SqlError> => SqlError.isSqlError(error),
      (error) => Effect.fail(new BackupDatabaseError({ detail: errorDetail(error) }))
    )
  )
