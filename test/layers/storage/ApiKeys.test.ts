import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { ApiKeys, cacheSeconds, maxNameLength } from "../../../src/layers/storage/ApiKeys.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

layer(ApiKeys.layer.pipe(Layer.provideMerge(TestDatabase.layer)))("API keys", (it) => {
  it.effect("are verified to whom they were given", () =>
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const { id, key } = yield* keys.create({ name: "night shift", role: "operator" })
      assert.match(Redacted.value(key), new RegExp(`^tdm_${id}_[A-Za-z0-9_-]{43}$`))
      assert.deepStrictEqual(
        yield* keys.verify(key),
        Option.some({ id, name: "night shift", role: "operator" as const })
      )
    })
  )

  it.effect("do not show themselves in logs", () =>
    Effect.gen(function* () {
      const { key } = yield* (yield* ApiKeys).create({ name: "a", role: "viewer" })
      assert.notInclude(`${JSON.stringify({ key })} ${String(key)}`, Redacted.value(key))
    })
  )

  it.effect("are stored without their secret", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { id, key } = yield* (yield* ApiKeys).create({ name: "a", role: "viewer" })
      const secret = Redacted.value(key).slice(-43)
      const [row] = yield* sql<{ text: string }>`SELECT api_keys::text AS text FROM api_keys WHERE key_id = ${id}`
      assert.notInclude(row?.text ?? secret, secret)
      assert.notInclude(row?.text ?? secret, Buffer.from(secret).toString("hex"))
      const [hash] = yield* sql<{ bytes: number }>`
        SELECT length(secret_hash) AS bytes FROM api_keys WHERE key_id = ${id}`
      assert.strictEqual(hash?.bytes, 32)
    })
  )

  it.effect("are different each time", () =>
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const made = yield* Effect.replicateEffect(keys.create({ name: "a", role: "viewer" }), 20)
      assert.strictEqual(new Set(made.map(({ id }) => id)).size, 20)
      assert.strictEqual(new Set(made.map(({ key }) => Redacted.value(key).slice(-43))).size, 20)
    })
  )

  it.effect("have only roles that there are", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip((yield* ApiKeys).create({ name: "a", role: "root" }))
      assert.strictEqual(error._tag, "ApiRoleUnknown")
      assert.include(error.message, "viewer, operator, admin")
    })
  )

  it.effect("do not fit each other's secrets", () =>
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const one = yield* keys.create({ name: "a", role: "viewer" })
      const two = yield* keys.create({ name: "b", role: "admin" })
      const mixed = Redacted.make(`tdm_${two.id}_${Redacted.value(one.key).slice(-43)}`)
      assert.isTrue(Option.isNone(yield* keys.verify(mixed)))
    })
  )

  it.effect("are listed newest first, with long names cut, and revoked once", () =>
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      yield* TestClock.adjust("1 hour")
      const { id } = yield* keys.create({ name: "n".repeat(maxNameLength + 50), role: "admin" })
      const [first] = yield* keys.list
      assert.deepStrictEqual(
        [first?.id, first?.name.length, first?.role, first?.revokedAt],
        [id, maxNameLength, "admin", null]
      )
      assert.isTrue(yield* keys.revoke(id))
      assert.isFalse(yield* keys.revoke(id))
      assert.isFalse(yield* keys.revoke("000000000000"))
      assert.strictEqual((yield* keys.list)[0]?.revokedAt, first?.createdAt)
    })
  )

  it.effect("that another node revokes stop here when the cache has aged", () =>
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const sql = yield* SqlClient.SqlClient
      const { id, key } = yield* keys.create({ name: "a", role: "viewer" })
      assert.isTrue(Option.isSome(yield* keys.verify(key)))
      yield* sql`UPDATE api_keys SET revoked_at = now() WHERE key_id = ${id}`
      assert.isTrue(Option.isSome(yield* keys.verify(key)))
      yield* TestClock.adjust(`${cacheSeconds} seconds`)
      yield* TestClock.adjust(1)
      assert.isTrue(Option.isNone(yield* keys.verify(key)))
    })
  )

  it.effect("that are unknown are asked for again each time", () =>
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const sql = yield* SqlClient.SqlClient
      const { id, key } = yield* keys.create({ name: "a", role: "viewer" })
      yield* sql`UPDATE api_keys SET key_id = 'aaaaaaaaaaaa' WHERE key_id = ${id}`
      assert.isTrue(Option.isNone(yield* keys.verify(key)))
      yield* sql`UPDATE api_keys SET key_id = ${id} WHERE key_id = 'aaaaaaaaaaaa'`
      assert.isTrue(Option.isSome(yield* keys.verify(key)))
    })
  )
})
