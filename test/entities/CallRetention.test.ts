import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { dayMillis } from "../../src/domain/fraud/calls/CallTimes.ts"
import { hashedNothing } from "../../src/domain/fraud/calls/HashedNumber.ts"
import { makeCallSweep } from "../../src/entities/CallRetention.ts"
import { hashBatch, makeCallPartitions } from "../../src/layers/storage/calls/CallPartitions.ts"
import { numberHashKey } from "../../src/layers/storage/calls/HashedNumbers.ts"
import { CallRecords } from "../../src/layers/storage/CallRecords.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { end, everything, noon } from "../layers/storage/calls/SampleCalls.ts"

const settings = (values: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromUnknown(values))

const key = "a key of thirty-two characters or more"

const layerWith = (values: Record<string, string>) =>
  CallRecords.layer.pipe(Layer.provideMerge(TestDatabase.layer), Layer.provideMerge(settings(values)))

const sweep = Effect.flatten(makeCallSweep)

const partitions = Effect.map(SqlClient.SqlClient, makeCallPartitions)

describe("call retention", () => {
  it.live("drops whole days that are too old, and makes those to come", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const daysAgo = (days: number) => end(`${days}`, { atMillis: noon - days * dayMillis })
      yield* records.recordEnds([daysAgo(0), daysAgo(8), daysAgo(9), daysAgo(10), daysAgo(300)])
      yield* sweep
      const found = yield* Effect.forEach(["0", "8", "9", "10", "300"], records.get)
      assert.deepStrictEqual(found.map(Option.isSome), [true, true, true, false, false])
      const { days } = yield* partitions
      const today = noon + dayMillis / 2
      const ahead = (yield* days).filter((day) => day >= today)
      assert.deepStrictEqual(
        ahead,
        [0, 1, 2, 3].map((n) => today + n * dayMillis)
      )
      assert.deepStrictEqual(yield* records.recordEnds([daysAgo(10)]), ["counted"])
    }).pipe(Effect.provide(layerWith({ FRAUD_CALL_RETENTION_DAYS: "10" })))
  )

  it.live("keeps callers' numbers when there is no key", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      yield* records.recordEnds([end("old", { atMillis: noon - 5 * dayMillis })])
      yield* sweep
      assert.strictEqual(Option.getOrThrow(yield* records.get("old")).call.aNumber, "+2348031234567")
    }).pipe(Effect.provide(layerWith({})))
  )

  it.live("hashes callers of days past, goes on where it stopped, and still finds them by their number", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const old = noon - 3 * dayMillis
      const many = Array.from({ length: 999 }, (_, n) =>
        end(`m${n}`, { atMillis: old + n, aNumber: `+23480${10_000_000 + (n % 50)}` })
      )
      yield* records.recordEnds([...many, end("withheld", { atMillis: old, aNumber: "" })])
      yield* records.recordEnds([end("young")])
      const hashKey = Option.getOrThrow(yield* numberHashKey)
      assert.isAtLeast(hashBatch, 1_000)
      const { hashSome } = yield* partitions
      assert.strictEqual(yield* hashSome(Math.floor(old / dayMillis) * dayMillis, hashKey), 1_000)
      assert.strictEqual(yield* hashSome(Math.floor(old / dayMillis) * dayMillis, hashKey), 0)
      // One that comes late into a day that was hashed, and the CDR of one that was hashed.
      assert.deepStrictEqual(
        yield* records.recordEnds([end("late", { atMillis: old }), end("m1", { atMillis: old })]),
        ["counted", "duplicate"]
      )
      yield* sweep
      const late = Option.getOrThrow(yield* records.get("late")).call
      assert.match(late.aNumber, /^hmac:[0-9a-f]{64}$/)
      assert.match(late.assertedNumber, /^hmac:[0-9a-f]{64}$/)
      assert.deepStrictEqual([late.displayName, late.bNumber], ["", "+2348059876543"])
      assert.strictEqual(Option.getOrThrow(yield* records.get("withheld")).call.aNumber, hashedNothing)
      assert.strictEqual(Option.getOrThrow(yield* records.get("young")).call.aNumber, "+2348031234567")
      const byNumber = yield* records.list({
        filter: { aNumber: "+2348010000007" },
        period: everything,
        after: null,
        limit: 100
      })
      assert.strictEqual(byNumber.length, 20)
      assert.strictEqual(new Set(byNumber.map(({ call }) => call.aNumber)).size, 1)
    }).pipe(Effect.provide(layerWith({ FRAUD_NUMBER_HASH_KEY: key, FRAUD_HASH_AFTER_HOURS: "24" })))
  )
})
