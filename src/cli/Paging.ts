import { Console, Effect, Schema } from "effect"
import { Flag } from "effect/cli"
import { pageLimit } from "../http/api/Parameters.ts"

/** Most rows that one command lists. */
export const maxRows = 10_000

export const limit = Flag.Int("limit").pipe(
  Flag.withDescription(`Most rows to list, 1 to ${maxRows}`),
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: maxRows }))),
  Flag.withDefault(pageLimit.default)
)

export interface Page<Row> {
  readonly items: ReadonlyArray<Row>
  readonly nextCursor: string | null
}

/** Reads pages until there are so many rows, and says on standard error when there are more. */
export const readPages = Effect.fnUntraced(function* <Row, E, R>(
  wanted: number,
  page: (query: { readonly limit: number; readonly cursor?: string }) => Effect.Effect<Page<Row>, E, R>
) {
  const rows: Array<Row> = []
  let cursor: string | null = null
  do {
    const size = Math.min(wanted - rows.length, pageLimit.maximum)
    const next: Page<Row> = yield* page(cursor === null ? { limit: size } : { limit: size, cursor })
    rows.push(...next.items)
    cursor = next.nextCursor
  } while (cursor !== null && rows.length < wanted)
  if (cursor !== null) yield* Console.error(`there are more than these ${rows.length}; see --limit`)
  return rows
})
