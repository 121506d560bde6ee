import { Duration, Effect } from "effect"
import type { SqlError } from "effect/sql"
import { CallRecordsUnavailable } from "../../../domain/fraud/calls/CallRecord.ts"

/** How long a write may take; its outcome is unknown then. */
export const writeTimeout = Duration.seconds(15)

export const notInTime = new CallRecordsUnavailable({ detail: "the commit was not answered in time" })

/** The records cannot be read; the details are in the log, not in the error. */
export const orUnavailable = <A, R>(query: Effect.Effect<A, SqlError.SqlError, R>) =>
  query.pipe(
    Effect.tapError((error) => Effect.logWarning("call records cannot be read", error)),
    Effect.mapError(() => new CallRecordsUnavailable({ detail: "call records cannot be read" }))
  )

/** SQLSTATE classes of a value that the database cannot take: data exception, constraint violation, program limit. */
const rowFaults = ["22", "23", "54"]

const codeOf = ({ reason }: SqlError.SqlError): string | undefined =>
  typeof reason.cause === "object" && reason.cause !== null && "code" in reason.cause
    ? String(reason.cause.code)
    : undefined

/** Whether a row is at fault, so that trying the same again cannot help, rather than the database itself. */
export const isRowFault = (error: SqlError.SqlError): boolean => {
  if (error.isRetryable) return false
  const code = codeOf(error)
  // Without a code it is the driver that could not write a value down.
  return code === undefined ? error.reason._tag === "UnknownError" : rowFaults.some((each) => code.startsWith(each))
}
