import { Clock, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { MessagesUnavailable } from "../../../domain/messaging/Message.ts"
import { tellExisting, type Told } from "./IntakeOutcome.ts"
import { insertParameters, insertStatement, type IntakeRow } from "./IntakeRow.ts"

/** Rounds of writing what was neither written nor found: the message in its way was removed just then. */
const maxRounds = 3

/** The places of rows whose id or key comes a second time in a batch: they are for what the first one became. */
const repeatsOf = (rows: ReadonlyArray<IntakeRow>): ReadonlySet<number> => {
  const seen = new Set<string>()
  const repeats = new Set<number>()
  for (const [place, { clientId, idempotencyKey, messageId }] of rows.entries()) {
    const key = idempotencyKey === "" ? messageId : `${clientId}\n${idempotencyKey}`
    if (seen.has(messageId) || seen.has(key)) repeats.add(place)
    seen.add(messageId).add(key)
  }
  return repeats
}

const insert = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, rows: ReadonlyArray<IntakeRow>, at: string) {
  const repeats = repeatsOf(rows)
  const places = [...rows.keys()].filter((place) => !repeats.has(place))
  const firsts = repeats.size === 0 ? rows : rows.filter((_, place) => !repeats.has(place))
  const found = yield* sql.unsafe<{ readonly n: number }>(insertStatement, insertParameters(firsts, at))
  return new Set([...found.map(({ n }) => places[n - 1] ?? -1), ...repeats])
})

/**
 * Writes those that are new, with one statement, and tells of each what became of it; a second statement only when some are
 * not new.
 */
export const writeRows = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, rows: ReadonlyArray<IntakeRow>) {
  const at = new Date(yield* Clock.currentTimeMillis).toISOString()
  const told: Array<Told | undefined> = rows.map(({ messageId }) => ({ outcome: "accepted", messageId, queuedAt: at }))
  let open = rows.map((row, place) => ({ row, place }))
  for (let round = 0; round < maxRounds && open.length > 0; round++) {
    const pending = open.map(({ row }) => row)
    const existing = yield* insert(sql, pending, at)
    const places = open.filter((_, index) => existing.has(index))
    if (places.length === 0) return told
    const answers = yield* tellExisting(
      sql,
      places.map(({ row }) => row)
    )
    for (const [index, { place }] of places.entries()) told[place] = answers[index]
    open = places.filter((_, index) => answers[index] === undefined)
    for (const { place, row } of open) told[place] = { outcome: "accepted", messageId: row.messageId, queuedAt: at }
  }
  return open.length === 0 ? told : yield* new MessagesUnavailable({ detail: "the messages change too quickly" })
})
