import { Effect, type Redacted } from "effect"
import type { SqlClient } from "effect/sql"
import { dayMillis, dayOf } from "../../../domain/fraud/calls/CallTimes.ts"
import { hashedNothing, hashMark } from "../../../domain/fraud/calls/HashedNumber.ts"
import { dayStart } from "./CallQueries.ts"
import { hashNumber } from "./HashedNumbers.ts"

/** Rows that one statement hashes. */
export const hashBatch = 2_000

/** A partition goes only when nobody uses the records for a moment; meanwhile others queue behind it, so not for long. */
const lockTimeoutMillis = 2_000

interface Unhashed {
  readonly place: string
  readonly number: string
  readonly asserted: string
}

/** What is done to whole days of calls. A day is named by its first instant. */
export const makeCallPartitions = (sql: SqlClient.SqlClient) => {
  const nameOf = (day: number) => `calls_${dayOf(day).replaceAll("-", "")}`

  /** The days that have a partition, oldest first. */
  const days = sql<{ readonly day: string }>`
    SELECT right(inhrelid::regclass::text, 8) AS day FROM pg_inherits WHERE inhparent = 'calls'::regclass ORDER BY 1`.pipe(
    Effect.map((rows) => rows.map(({ day }) => dayStart(day)))
  )

  /** Makes the partitions from the day of an instant on, where they are missing. */
  const make = (fromMillis: number, count: number) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => dayOf(fromMillis + index * dayMillis)),
      (day) => sql`SELECT calls_partition(${day}::date)`,
      { discard: true }
    )

  const drop = (day: number) =>
    Effect.gen(function* () {
      yield* sql.unsafe(`SET LOCAL lock_timeout = ${lockTimeoutMillis}`)
      yield* sql.unsafe(`DROP TABLE IF EXISTS ${nameOf(day)}`)
    }).pipe(sql.withTransaction)

  /** Drops the days that lie wholly before an instant, and says which. */
  const dropBefore = Effect.fnUntraced(function* (beforeMillis: number) {
    const old = (yield* days).filter((day) => day + dayMillis <= beforeMillis)
    yield* Effect.forEach(old, drop, { discard: true })
    return old
  })

  /**
   * Hashes the caller's numbers of some calls of a day and removes the display name; how many, at most `hashBatch`. What is
   * hashed already is seen by its form, so that whoever begins again goes on where the last one stopped.
   */
  const hashSome = Effect.fnUntraced(function* (day: number, key: Redacted.Redacted) {
    const found = yield* sql.unsafe<Unhashed>(
      `(SELECT ctid::text AS place, a_number AS number, asserted FROM ${nameOf(day)}
        WHERE a_number < '${hashMark}' LIMIT ${hashBatch})
      UNION ALL
      (SELECT ctid::text, a_number, asserted FROM ${nameOf(day)}
        WHERE a_number >= '${hashMark.replace(":", ";")}' LIMIT ${hashBatch})
      LIMIT ${hashBatch}`
    ).unprepared
    if (found.length === 0) return 0
    // A row that has moved meanwhile is found again in the next round.
    yield* sql.unsafe(
      `UPDATE ${nameOf(day)} c SET a_number = g.hashed, asserted = g.hashed_asserted, display = ''
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS g(place, number, asserted, hashed, hashed_asserted)
      WHERE c.ctid = g.place::tid AND c.a_number = g.number AND c.asserted = g.asserted`,
      [
        found.map(({ place }) => place),
        found.map(({ number }) => number),
        found.map(({ asserted }) => asserted),
        found.map(({ number }) => hashNumber(key, number) || hashedNothing),
        found.map(({ asserted }) => hashNumber(key, asserted))
      ]
    ).unprepared
    return found.length
  })

  return { days, make, dropBefore, hashSome }
}
