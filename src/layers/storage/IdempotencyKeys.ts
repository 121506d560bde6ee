import { Clock, Context, Effect, Layer, Option, Schedule, Schema } from "effect"
import type { Scope } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { orUnavailable } from "./RowQueries.ts"

/** The key came before with another request. */
export class IdempotencyKeyReused extends Schema.TaggedError<IdempotencyKeyReused>()("IdempotencyKeyReused", {
  key: Schema.String
}) {}

/** A key is remembered this long after its first request. */
export const retentionDays = 30

/** How often keys that are too old are forgotten. */
const forgetEvery = "1 hour"

const dayMillis = 86_400_000

interface KeyOf {
  /** The API key's id. */
  readonly scope: string
  readonly key: string
}

/**
 * Which request first came with an Idempotency-Key, and what it was answered where the journal does not keep the answer
 * itself.
 */
export class IdempotencyKeys extends Context.Service<
  IdempotencyKeys,
  {
    /** Ties the key to the request, once and for all; gives the answer that was kept for it. */
    readonly claim: (
      request: KeyOf & { readonly fingerprint: string }
    ) => Effect.Effect<Option.Option<string>, IdempotencyKeyReused | JournalUnavailable>
    /** Keeps the first answer (JSON) of a claimed key. */
    readonly keep: (answer: KeyOf & { readonly reply: string }) => Effect.Effect<void, JournalUnavailable>
    /** Forgets the keys older than {@link retentionDays}; returns how many. */
    readonly forget: Effect.Effect<number, JournalUnavailable>
  }
>()("tandem/layers/storage/IdempotencyKeys") {
  static readonly layer: Layer.Layer<IdempotencyKeys, never, SqlClient.SqlClient> = Layer.effect(
    IdempotencyKeys,
    Effect.gen(function* () {
      const service = idempotencyKeys(yield* SqlClient.SqlClient)
      yield* forgetInBackground(service.forget)
      return IdempotencyKeys.of(service)
    })
  )
}

const idempotencyKeys = (sql: SqlClient.SqlClient) => ({
  claim: Effect.fnUntraced(function* ({ scope, key, fingerprint }: KeyOf & { readonly fingerprint: string }) {
    const now = new Date(yield* Clock.currentTimeMillis)
    // The update changes nothing; it makes the statement return the row that was there before, also under concurrency.
    const rows = yield* sql<{ readonly fingerprint: string; readonly reply: string | null }>`
      INSERT INTO idempotency_keys (scope, idempotency_key, fingerprint, created_at)
      VALUES (${scope}, ${key}, ${fingerprint}, ${now})
      ON CONFLICT (scope, idempotency_key) DO UPDATE SET scope = EXCLUDED.scope
      RETURNING fingerprint, reply`.pipe(orUnavailable)
    if (rows[0]?.fingerprint !== fingerprint) return yield* new IdempotencyKeyReused({ key })
    return Option.fromNullOr(rows[0].reply)
  }),
  keep: ({ scope, key, reply }: KeyOf & { readonly reply: string }) =>
    sql`UPDATE idempotency_keys SET reply = ${reply}
      WHERE scope = ${scope} AND idempotency_key = ${key} AND reply IS NULL`.pipe(Effect.asVoid, orUnavailable),
  forget: Effect.gen(function* () {
    const before = new Date((yield* Clock.currentTimeMillis) - retentionDays * dayMillis)
    const rows = yield* sql`DELETE FROM idempotency_keys WHERE created_at < ${before} RETURNING 1`.pipe(orUnavailable)
    return rows.length
  })
})

const forgetInBackground = (
  forget: Effect.Effect<number, JournalUnavailable>
): Effect.Effect<void, never, Scope.Scope> =>
  forget.pipe(
    Effect.ignore,
    Effect.delay(forgetEvery),
    Effect.repeat(Schedule.forever),
    Effect.forkScoped,
    Effect.asVoid
  )
