import { Cache, Clock, Context, Effect, Exit, Layer, Option, Redacted, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { Buffer } from "node:buffer"
import { hash, timingSafeEqual } from "node:crypto"
import { ApiRole, ApiRoleUnknown } from "../../domain/access/ApiRole.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { iso, orUnavailable } from "./RowQueries.ts"

/** Whom a key belongs to and what it may do. */
export interface ApiCaller {
  readonly id: string
  readonly name: string
  readonly role: ApiRole
}

/** A key as it is listed, without its secret. Instants are ISO 8601, UTC. */
export interface ApiKeyRow {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly createdAt: string
  readonly revokedAt: string | null
}

/** Longest name of a key, in characters. */
export const maxNameLength = 100

/** Keys whose rows are remembered, and for how long: a key that another node revokes works that much longer here. */
export const maxCachedKeys = 1_000
export const cacheSeconds = 5

/** Most keys that a list holds. */
export const maxListedKeys = 1_000

const keyBytes = { id: 6, secret: 32 }
const keyPattern = /^tdm_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/

/** The secret has 256 random bits, so one round of SHA-256 is enough; it needs no slow password hash. */
const hashOf = (secret: string): Buffer => hash("sha256", secret, "buffer")

interface StoredKey extends ApiCaller {
  readonly secretHash: Uint8Array
}

/** Keys of the HTTP API, `tdm_<id>_<secret>`. The secret is told once, when the key is made, and stored as a hash. */
export class ApiKeys extends Context.Service<
  ApiKeys,
  {
    readonly create: (key: {
      readonly name: string
      readonly role: string
    }) => Effect.Effect<{ readonly id: string; readonly key: Redacted.Redacted }, ApiRoleUnknown | JournalUnavailable>
    /** Newest first, revoked ones too. */
    readonly list: Effect.Effect<ReadonlyArray<ApiKeyRow>, JournalUnavailable>
    /** True when there was such a key that was not revoked before. */
    readonly revoke: (id: string) => Effect.Effect<boolean, JournalUnavailable>
    /** Whose key it is; none for a key that was never given out, is revoked, or has a role that is not known here. */
    readonly verify: (key: Redacted.Redacted) => Effect.Effect<Option.Option<ApiCaller>, JournalUnavailable>
  }
>()("tandem/layers/storage/ApiKeys") {
  static readonly layer: Layer.Layer<ApiKeys, never, SqlClient.SqlClient> = Layer.effect(
    ApiKeys,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const random = yield* SecureRandom.SecureRandom
      const stored = yield* Cache.makeWith(storedKey(sql), {
        capacity: maxCachedKeys,
        timeToLive: (exit) => (Exit.isSuccess(exit) && Option.isSome(exit.value) ? `${cacheSeconds} seconds` : 0)
      })
      const randomText = (bytes: number, encoding: "hex" | "base64url") =>
        Effect.map(random.randomBytes(bytes), (some) => Buffer.from(some).toString(encoding))

      return ApiKeys.of({
        create: Effect.fnUntraced(function* ({ name, role }) {
          if (!Schema.is(ApiRole)(role)) return yield* new ApiRoleUnknown({ role })
          const id = yield* randomText(keyBytes.id, "hex")
          const secret = yield* randomText(keyBytes.secret, "base64url")
          const createdAt = new Date(yield* Clock.currentTimeMillis)
          yield* sql`INSERT INTO api_keys (key_id, name, role, secret_hash, created_at)
            VALUES (${id}, ${name.slice(0, maxNameLength)}, ${role}, ${hashOf(secret)}, ${createdAt})`.pipe(
            orUnavailable
          )
          return { id, key: Redacted.make(`tdm_${id}_${secret}`, { label: "API key" }) }
        }),
        list: sql<ApiKeyRow>`SELECT key_id AS id, name, role, ${iso(sql, "created_at")} AS "createdAt",
          ${iso(sql, "revoked_at")} AS "revokedAt" FROM api_keys
          ORDER BY created_at DESC, key_id LIMIT ${maxListedKeys}`.pipe(orUnavailable),
        revoke: Effect.fnUntraced(function* (id) {
          const at = new Date(yield* Clock.currentTimeMillis)
          const rows = yield* sql`UPDATE api_keys SET revoked_at = ${at}
            WHERE key_id = ${id} AND revoked_at IS NULL RETURNING key_id`.pipe(orUnavailable)
          yield* Cache.invalidate(stored, id)
          return rows.length > 0
        }),
        verify: Effect.fnUntraced(function* (key) {
          const [, id, secret] = keyPattern.exec(Redacted.value(key)) ?? []
          if (id === undefined || secret === undefined) return Option.none()
          const found = yield* Cache.get(stored, id)
          return found.pipe(
            Option.filter(({ secretHash }) => timingSafeEqual(secretHash, hashOf(secret))),
            Option.map(({ name, role }) => ({ id, name, role }))
          )
        })
      })
    })
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
}

const storedKey = (sql: SqlClient.SqlClient) =>
  Effect.fnUntraced(function* (id: string) {
    const rows = yield* sql<{ readonly name: string; readonly role: string; readonly secretHash: Uint8Array }>`
      SELECT name, role, secret_hash AS "secretHash" FROM api_keys
      WHERE key_id = ${id} AND revoked_at IS NULL`.pipe(orUnavailable)
    const row = rows[0]
    if (row === undefined) return Option.none<StoredKey>()
    if (!Schema.is(ApiRole)(row.role)) {
      yield* Effect.logWarning("an API key has a role that this version does not know").pipe(
        Effect.annotateLogs({ apiKeyId: id, role: row.role })
      )
      return Option.none<StoredKey>()
    }
    return Option.some<StoredKey>({ id, name: row.name, role: row.role, secretHash: row.secretHash })
  })
