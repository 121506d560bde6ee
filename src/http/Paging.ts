import { Effect, Schema } from "effect"
import { Base64Url } from "effect/encoding"
import { pageLimit } from "./api/Parameters.ts"
import { InvalidCursor } from "./api/RequestProblems.ts"

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
}

interface PageQuery {
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** An instant as the cursors of lists hold it, and the id of the row that was created then. */
export const CreatedCursor = Schema.Struct({
  createdAt: Schema.String.check(Schema.isPattern(/^20\d\d-(0\d|1[0-2])-[0-2]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z$/)),
  id: Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,200}$/))
})

/** The version of an actor's event, as the cursors of histories hold it. */
export const VersionCursor = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 }))

/**
 * Reads one page of a list by its cursor, which is the base64url form of the last row's key. One row more than asked for is
 * read, to know whether there is a next page.
 */
export const readPage = <Key, A, E, R>(options: {
  readonly query: PageQuery
  readonly key: Schema.Codec<Key, unknown>
  readonly read: (after: Key | null, limit: number) => Effect.Effect<ReadonlyArray<A>, E, R>
  readonly keyOf: (row: A) => Key
}): Effect.Effect<Page<A>, E | InvalidCursor, R> =>
  Effect.gen(function* () {
    const { cursor, limit = pageLimit.default } = options.query
    const after = cursor === undefined ? null : yield* decodeCursor(options.key, cursor)
    const rows = yield* options.read(after, limit + 1)
    const items = rows.slice(0, limit)
    const last = items.at(-1)
    const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(options.key, options.keyOf(last)) : null
    return { items, nextCursor }
  })

const encodeCursor = <Key>(key: Schema.Codec<Key, unknown>, value: Key): string =>
  Base64Url.encode(Schema.encodeSync(Schema.fromJsonString(key))(value))

const decodeCursor = <Key>(key: Schema.Codec<Key, unknown>, cursor: string): Effect.Effect<Key, InvalidCursor> =>
  Effect.fromResult(Base64Url.decodeString(cursor)).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(Schema.fromJsonString(key))),
    Effect.mapError(() => new InvalidCursor({ detail: "Begin again without a cursor." }))
  )
