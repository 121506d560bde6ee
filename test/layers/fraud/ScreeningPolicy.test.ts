import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Stream } from "effect"
import { TestRunner } from "effect/cluster"
import { PrometheusMetrics } from "effect/observability"
import { SqlClient } from "effect/sql"
import { listEntryId } from "../../../src/domain/fraud/lists/ListEntry.ts"
import type { ListEntryKey } from "../../../src/domain/fraud/lists/ListEntry.ts"
import { rulesId } from "../../../src/domain/rules/VersionedRules.ts"
import { defaultRules } from "../../../src/domain/fraud/rules/RuleSet.ts"
import { FraudRules } from "../../../src/entities/FraudRules.ts"
import { FraudRulesLive } from "../../../src/entities/FraudRulesLive.ts"
import { ListEntry } from "../../../src/entities/ListEntry.ts"
import { ListEntryLive } from "../../../src/entities/ListEntryLive.ts"
import { WakesLive } from "../../../src/entities/Wakes.ts"
import { ScreeningPolicy } from "../../../src/layers/fraud/ScreeningPolicy.ts"
import { DeadLetters } from "../../../src/layers/storage/DeadLetters.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import { ListRows } from "../../../src/layers/storage/ListRows.ts"
import { eventually } from "../../fixtures/PlaneRequests.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

const storage = Layer.mergeAll(Journal.layer, ListRows.layer, DeadLetters.layer).pipe(
  Layer.provideMerge(TestDatabase.layer)
)

const TestLayer = Layer.mergeAll(ListEntryLive, FraudRulesLive, WakesLive).pipe(
  Layer.provideMerge(TestRunner.layer),
  Layer.provideMerge(storage)
)

/** One node's copy: each time a new one. */
const node = Effect.map(Layer.build(Layer.fresh(ScreeningPolicy.layer)), (context) =>
  Context.get(context, ScreeningPolicy)
)

const blocked = (value: string): ListEntryKey => ({ list: "block", kind: "number", value })

let keys = 0
const commandKey = () => `test-${keys++}`

const add = Effect.fnUntraced(function* (key: ListEntryKey, reason: string, expiresAt: string | null = null) {
  const entry = (yield* ListEntry.client)(listEntryId(key))
  const details = { reason, expiresAt, source: "manual" as const, reference: null }
  return yield* entry.Add({ commandKey: commandKey(), details, by: "ada", force: false })
})

const remove = Effect.fnUntraced(function* (key: ListEntryKey) {
  return yield* (yield* ListEntry.client)(listEntryId(key)).Remove({ commandKey: commandKey(), reason: "x", by: "ada" })
})

const rules = Effect.map(FraudRules.client, (clientFor) => clientFor(rulesId))

const matchOf = (policy: ScreeningPolicy["Service"], aNumber: string, atMillis = 0) =>
  policy.current().lists.match({ aNumber, bNumber: "", sourceIp: "", carrierId: "" }, atMillis)

const seen = (policies: ReadonlyArray<ScreeningPolicy["Service"]>, number: string, reason: string | undefined) =>
  eventually(
    Effect.sync(() => policies.map((policy) => matchOf(policy, number)?.reason)),
    (reasons) => reasons.every((each) => each === reason)
  )

describe("a node's copy of lists and rules", () => {
  it.live("has what was there before it started, and follows what comes, on each node alike", () =>
    Effect.gen(function* () {
      yield* add(blocked("+2348031111111"), "before")
      const both = [yield* node, yield* node]
      yield* seen(both, "+2348031111111", "before")
      yield* add(blocked("+2348032222222"), "after")
      yield* seen(both, "+2348032222222", "after")
      yield* add(blocked("+2348032222222"), "changed")
      yield* seen(both, "+2348032222222", "changed")
      yield* remove(blocked("+2348031111111"))
      yield* seen(both, "+2348031111111", undefined)
      yield* add({ list: "allow", kind: "prefix", value: "+234803" }, "friends")
      yield* seen(both, "+2348032222222", "friends")
      assert.deepStrictEqual(
        both.map((policy) => [policy.current().lists.size("block"), policy.current().lists.size("allow")]),
        [
          [1, 1],
          [1, 1]
        ]
      )
    }).pipe(Effect.scoped, Effect.provide(TestLayer))
  )

  it.live("has the rules of the last change, also on a node that starts later", () =>
    Effect.gen(function* () {
      const first = yield* node
      assert.deepStrictEqual([first.current().rulesVersion, first.current().rules], [0, defaultRules])
      const told = yield* Effect.forkChild(Stream.runHead(first.changes), { startImmediately: true })
      const change = { rule: "wangiri", reason: "too many", by: "ada" }
      yield* (yield* rules).Change({ ...change, commandKey: commandKey(), patch: { mode: "shadow" } })
      yield* eventually(
        Effect.sync(() => first.current().rules.wangiri.mode),
        (mode) => mode === "shadow"
      )
      assert.strictEqual((yield* Fiber.join(told))._tag, "Some")
      yield* (yield* rules).Change({ ...change, commandKey: commandKey(), patch: { parameters: { calls: 9 } } })
      const later = yield* node
      assert.deepStrictEqual(later.current().rules, {
        ...defaultRules,
        wangiri: {
          ...defaultRules.wangiri,
          mode: "shadow",
          parameters: { ...defaultRules.wangiri.parameters, calls: 9 }
        }
      })
      assert.strictEqual(later.current().rulesVersion, 2)
      yield* eventually(PrometheusMetrics.format(), (text) => /^tandem_fraud_rules_version(\{\})? 2$/m.test(text))
      const metrics = yield* PrometheusMetrics.format()
      assert.match(metrics, /^tandem_fraud_list_entries\{list="block"\} 0$/m)
      assert.match(metrics, /^tandem_fraud_policy_lag_seconds\S* \d/m)
    }).pipe(Effect.scoped, Effect.provide(TestLayer))
  )

  it.live("no longer matches an entry whose time is over, and forgets it when its timer has come", () =>
    Effect.gen(function* () {
      const policy = yield* node
      const expiresAtMillis = (yield* Effect.clockWith((clock) => clock.currentTimeMillis)) + 700
      const key = blocked("+2348033333333")
      yield* add(key, "for a moment", new Date(expiresAtMillis).toISOString())
      yield* eventually(
        Effect.sync(() => policy.current().lists.size("block")),
        (size) => size === 1
      )
      assert.strictEqual(matchOf(policy, key.value, expiresAtMillis - 1)?.reason, "for a moment")
      assert.isUndefined(matchOf(policy, key.value, expiresAtMillis))
      yield* eventually(
        Effect.sync(() => policy.current().lists.size("block")),
        (size) => size === 0
      )
      const entry = yield* (yield* ListEntry.client)(listEntryId(key)).Get()
      assert.strictEqual(entry.status, "expired")
    }).pipe(Effect.scoped, Effect.provide(TestLayer))
  )

  it.live("keeps what it knows while the database is away, and catches up afterwards", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* add(blocked("+2348034444444"), "before")
      const policy = yield* node
      yield* sql`ALTER TABLE list_entries RENAME TO list_entries_away`
      yield* sql`ALTER TABLE journal_head RENAME TO journal_head_away`
      yield* Effect.sleep("400 millis")
      assert.strictEqual(matchOf(policy, "+2348034444444")?.reason, "before")
      yield* sql`ALTER TABLE journal_head_away RENAME TO journal_head`
      yield* sql`ALTER TABLE list_entries_away RENAME TO list_entries`
      yield* add(blocked("+2348035555555"), "after")
      yield* seen([policy], "+2348035555555", "after")
    }).pipe(Effect.scoped, Effect.provide(TestLayer))
  )
})
