import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { JournalUnavailable } from "../../../domain/journal/CommandErrors.ts"

const longestDetail = 300

const detailOf = ({ cause, message }: SqlError.SqlError): string => {
  const inner = typeof cause === "object" && cause !== null && "cause" in cause ? cause.cause : cause
  return inner instanceof Error ? `${message}: ${inner.message}` : message
}

/** What Postgres says becomes the one error that the journal's callers know: nothing was written, try again. */
export const orUnavailable = <A, E, R>(effect: Effect.Effect<A, E | SqlError.SqlError, R>) =>
  effect.pipe(
    Effect.catchIf(
      (error): error is Extract<E | SqlError.SqlError, SqlError.SqlError> =>
        typeof error === "object" && error !== null && "_tag" in error && error._tag === "SqlError",
      (error) => Effect.fail(new JournalUnavailable({ detail: detailOf(error).slice(0, longestDetail) }))
    )
  )
