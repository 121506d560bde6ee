import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestRunner } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { listEntryId } from "../../src/domain/fraud/lists/ListEntry.ts"
import { rulesId } from "../../src/domain/rules/VersionedRules.ts"
import { FraudRules } from "../../src/entities/FraudRules.ts"
import { FraudRulesLive } from "../../src/entities/FraudRulesLive.ts"
import { ListEntry } from "../../src/entities/ListEntry.ts"
import { ListEntryLive } from "../../src/entities/ListEntryLive.ts"
import { DeadLetters } from "../../src/layers/storage/DeadLetters.ts"
import { Journal } from "../../src/layers/storage/Journal.ts"
import { ListRows } from "../../src/layers/storage/ListRows.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

const storage = Layer.mergeAll(Journal.layer, ListRows.layer, DeadLetters.layer).pipe(
  Layer.provideMerge(TestDatabase.layer)
)

/** A cluster of one node; each time that it is provided, another one. */
const cluster = Layer.fresh(Layer.mergeAll(ListEntryLive, FraudRulesLive).pipe(Layer.provideMerge(TestRunner.layer)))

const key = { list: "block", kind: "ip", value: "2001:db8::/48" } as const
const details = { reason: "flood", expiresAt: null, source: "auto", reference: "ALT-1" } as const
const entry = Effect.map(ListEntry.client, (clientFor) => clientFor(listEntryId(key)))
const rules = Effect.map(FraudRules.client, (clientFor) => clientFor(rulesId))

const add = (commandKey: string, reason: string = details.reason) =>
  Effect.flatMap(entry, (one) => one.Add({ commandKey, details: { ...details, reason }, by: "ada", force: false }))

const active = Effect.flatMap(ListRows, (rows) => rows.activeAfter(""))

describe("an entry of a list", () => {
  it.live("is there after a restart, with its row, and knows what it answered", () =>
    Effect.gen(function* () {
      const first = yield* add("k1").pipe(Effect.provide(cluster))
      assert.deepStrictEqual(first, { ...key, ...details, status: "active", by: "ada" })
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* (yield* entry).Get(), first)
        assert.deepStrictEqual(yield* add("k1"), first)
        const conflict = yield* Effect.flip(add("k1", "another reason"))
        assert.strictEqual(conflict._tag, "CommandKeyConflict")
        assert.deepStrictEqual(
          (yield* active).map(({ reason, value }) => [value, reason]),
          [[key.value, "flood"]]
        )
        yield* (yield* entry).Remove({ commandKey: "k2", reason: "over", by: "bola" })
        assert.deepStrictEqual(yield* active, [])
        // Its first answer, although the entry is off the list by now.
        assert.deepStrictEqual(yield* add("k1"), first)
        assert.strictEqual((yield* add("k3")).status, "active")
      }).pipe(Effect.provide(cluster))
      const events = yield* (yield* Journal).load("ListEntry", listEntryId(key))
      assert.deepStrictEqual(
        events.events.map(({ type }) => type),
        ["ListEntryAdded", "ListEntryRemoved", "ListEntryAdded"]
      )
    }).pipe(Effect.provide(storage))
  )

  it.live("has a timer as long as it has an end, and no longer", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const timers = sql`SELECT to_char(due_at AT TIME ZONE 'UTC', 'YYYY') AS year FROM entity_wakes`
      const until = (commandKey: string, expiresAt: string | null) =>
        Effect.flatMap(entry, (one) =>
          one.Add({ commandKey, details: { ...details, expiresAt }, by: "ada", force: false })
        )
      yield* until("k1", "2040-06-01T00:00:00.000Z")
      assert.deepStrictEqual(yield* timers, [{ year: "2040" }])
      yield* until("k2", "2041-06-01T00:00:00.000Z")
      assert.deepStrictEqual(yield* timers, [{ year: "2041" }])
      yield* until("k3", null)
      assert.deepStrictEqual(yield* timers, [])
      yield* until("k4", "2042-06-01T00:00:00.000Z")
      yield* (yield* entry).Remove({ commandKey: "k5", reason: "over", by: "ada" })
      assert.deepStrictEqual(yield* timers, [])
    }).pipe(Effect.provide(cluster), Effect.provide(storage))
  )

  it.live("is refused when its id is not in the one form of its value", () =>
    Effect.gen(function* () {
      const other = (yield* ListEntry.client)("block:number:08031234567")
      const refusal = yield* Effect.flip(other.Add({ commandKey: "k1", details, by: "ada", force: false }))
      assert.strictEqual(refusal._tag, "ListEntryRefused")
      assert.strictEqual((yield* Effect.flip(other.Get()))._tag, "ListEntryUnknown")
      assert.deepStrictEqual(yield* active, [])
    }).pipe(Effect.provide(cluster), Effect.provide(storage))
  )
})

describe("the rules", () => {
  it.live("are there after a restart, and any version of them can be brought back", () =>
    Effect.gen(function* () {
      const change = (commandKey: string, calls: number) =>
        Effect.flatMap(rules, (actor) =>
          actor.Change({ commandKey, rule: "wangiri", patch: { parameters: { calls } }, reason: "x", by: "ada" })
        )
      yield* Effect.andThen(change("k1", 6), change("k2", 7)).pipe(Effect.provide(cluster))
      yield* Effect.gen(function* () {
        const now = yield* (yield* rules).Get()
        assert.deepStrictEqual([now.version, now.rules.wangiri.parameters.calls], [2, 7])
        const back = yield* (yield* rules).Revert({ commandKey: "k3", toVersion: 1, reason: "x", by: "ada" })
        assert.deepStrictEqual([back.version, back.rules.wangiri.parameters.calls], [3, 6])
        const none = yield* Effect.flip(
          (yield* rules).Revert({ commandKey: "k4", toVersion: 9, reason: "x", by: "ada" })
        )
        assert.strictEqual(none._tag, "RulesVersionUnknown")
        // What was refused once is refused again, although there is a version 9 by then.
        for (let calls = 10; calls < 17; calls++) yield* change(`c${calls}`, calls)
        const again = yield* Effect.flip(
          (yield* rules).Revert({ commandKey: "k4", toVersion: 9, reason: "x", by: "ada" })
        )
        assert.strictEqual(again._tag, "RulesVersionUnknown")
      }).pipe(Effect.provide(cluster))
    }).pipe(Effect.provide(storage))
  )
})
