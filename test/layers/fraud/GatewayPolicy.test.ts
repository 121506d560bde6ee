import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { TestRunner } from "effect/cluster"
import { PrometheusMetrics } from "effect/observability"
import { SqlClient } from "effect/sql"
import { defaultRules } from "../../../src/domain/gateways/BlacklistRule.ts"
import { rulesId } from "../../../src/domain/rules/VersionedRules.ts"
import { GatewayRules } from "../../../src/entities/GatewayRules.ts"
import { GatewayRulesLive } from "../../../src/entities/GatewayRulesLive.ts"
import { GatewayPolicy } from "../../../src/layers/fraud/GatewayPolicy.ts"
import { DeadLetters } from "../../../src/layers/storage/DeadLetters.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import { JournalChanges } from "../../../src/layers/storage/JournalChanges.ts"
import { eventually } from "../../fixtures/PlaneRequests.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

const storage = Layer.mergeAll(Journal.layer, JournalChanges.layer, DeadLetters.layer).pipe(
  Layer.provideMerge(TestDatabase.layer)
)

/** One node's copy: each time a new one. */
const node = Effect.map(Layer.build(Layer.fresh(GatewayPolicy.layer)), (context) => Context.get(context, GatewayPolicy))

/** The actor, which knows what its own node knew when it started. */
const actor = Effect.gen(function* () {
  const live = GatewayRulesLive.pipe(
    Layer.provide(Layer.fresh(GatewayPolicy.layer)),
    Layer.provideMerge(TestRunner.layer)
  )
  const context = yield* Layer.build(live)
  return (yield* GatewayRules.client.pipe(Effect.provide(context)))(rulesId)
})

const [fraud, cpm, acd] = defaultRules
assert(fraud && cpm && acd)

const why = { reason: "a test", by: "ada" }

const is = (nodes: ReadonlyArray<GatewayPolicy["Service"]>, version: number) =>
  eventually(
    Effect.sync(() => nodes.map((each) => each.current().version)),
    (versions) => versions.every((each) => each === version)
  )

describe("a node's copy of the rules about gateways", () => {
  it.live("has the rules of the last change, on each node alike, also on one that starts later", () =>
    Effect.gen(function* () {
      const rules = yield* actor
      const both = [yield* node, yield* node]
      assert.deepStrictEqual(both[0]?.current(), { version: 0, rules: defaultRules })
      yield* rules.Replace({ ...why, commandKey: "1", rules: [cpm], expectedVersion: 0 })
      yield* is(both, 1)
      for (const each of both) assert.deepStrictEqual(each.current().rules, [cpm])
      const late = yield* Effect.flip(rules.Replace({ ...why, commandKey: "2", rules: [acd], expectedVersion: 0 }))
      assert.strictEqual(late._tag, "RulesVersionConflict")
      yield* rules.Revert({ ...why, commandKey: "3", toVersion: 0 })
      yield* is(both, 2)
      yield* rules.Revert({ ...why, commandKey: "4", toVersion: 1 })
      const later = yield* node
      assert.deepStrictEqual(later.current(), { version: 3, rules: [cpm] })
      yield* is(both, 3)
      assert.match(yield* PrometheusMetrics.format(), /^tandem_gateway_rules_version(\{\})? 3$/m)
    }).pipe(Effect.scoped, Effect.provide(storage))
  )

  it.live("begins with rules that somebody had put into the table, and comes back to them", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`INSERT INTO gateway_rule_sets (rule_set_id, rules, version, created_at, updated_at)
        VALUES ('all', ${JSON.stringify([acd])}::json, 7, now(), now())`
      const rules = yield* actor
      const policy = yield* node
      assert.deepStrictEqual(policy.current(), { version: 0, rules: [acd] })
      assert.deepStrictEqual((yield* rules.Get()).rules, [acd])
      yield* rules.Replace({ ...why, commandKey: "1", rules: [fraud] })
      yield* is([policy], 1)
      const back = yield* rules.Revert({ ...why, commandKey: "2", toVersion: 0 })
      assert.deepStrictEqual([back.version, back.rules], [2, [acd]])
    }).pipe(Effect.scoped, Effect.provide(storage))
  )

  it.live("keeps what it knows while the database is away, and catches up afterwards", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const rules = yield* actor
      const policy = yield* node
      yield* rules.Replace({ ...why, commandKey: "1", rules: [cpm] })
      yield* is([policy], 1)
      yield* sql`ALTER TABLE journal_head RENAME TO journal_head_away`
      yield* Effect.sleep("400 millis")
      assert.deepStrictEqual(policy.current().rules, [cpm])
      yield* sql`ALTER TABLE journal_head_away RENAME TO journal_head`
      yield* rules.Replace({ ...why, commandKey: "2", rules: [acd] })
      yield* is([policy], 2)
      assert.deepStrictEqual(policy.current().rules, [acd])
    }).pipe(Effect.scoped, Effect.provide(storage))
  )
})
