import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { ClusterMetrics, Runner, RunnerAddress, RunnerStorage, ShardingConfig, SqlRunnerStorage } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { JournalUnavailable } from "../../../src/domain/journal/CommandErrors.ts"
import type { NodeRole } from "../../../src/layers/observability/Readiness.ts"
import { maxWakeAgeMillis, Readiness } from "../../../src/layers/observability/Readiness.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

/** A fresh instance each time: results that were remembered would hide what changed. */
const failing = (role: NodeRole) =>
  Effect.gen(function* () {
    const checks = yield* (yield* Readiness).checks
    return checks.filter(({ passing }) => !passing)
  }).pipe(Effect.provide(Layer.fresh(Readiness.layer(role))))

const names = (checks: ReadonlyArray<{ readonly name: string }>) => checks.map(({ name }) => name)

const database = Journal.layer.pipe(Layer.provideMerge(TestDatabase.layer))

const holdShards = (count: bigint) => Metric.update(ClusterMetrics.shards, count)

describe("Readiness", () => {
  it.live("passes on a runner that holds shards over a migrated database", () =>
    Effect.gen(function* () {
      yield* holdShards(3n)
      assert.deepStrictEqual(yield* failing("runner"), [])
      yield* holdShards(0n)
      assert.deepStrictEqual(yield* failing("runner"), [
        { name: "shards", passing: false, detail: "this node holds no shard" }
      ])
    }).pipe(Effect.provide(database))
  )

  it.live("fails while a timer is due that nobody looks after", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* holdShards(3n)
      const dueFor = (seconds: number) => sql`INSERT INTO entity_wakes (entity_type, entity_id, due_at)
        VALUES ('Order', '1', now() - make_interval(secs => ${seconds}))
        ON CONFLICT (entity_type, entity_id) DO UPDATE SET due_at = EXCLUDED.due_at`
      yield* dueFor(maxWakeAgeMillis / 1000 + 60)
      const [timers] = yield* failing("runner")
      assert.strictEqual(timers?.name, "timers")
      assert.match(timers?.detail ?? "", /due for 1[12]\d s/)
      yield* dueFor(maxWakeAgeMillis / 1000 - 30)
      assert.deepStrictEqual(yield* failing("runner"), [])
    }).pipe(Effect.provide(database))
  )

  it.live("names the migrations that the database lacks", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* holdShards(3n)
      yield* sql`DELETE FROM tandem_migrations WHERE migration_id > 1`
      const [migrations] = yield* failing("runner")
      assert.strictEqual(migrations?.name, "migrations")
      assert.match(migrations?.detail ?? "", /not applied: 0002_/)
    }).pipe(Effect.provide(database))
  )

  it.live("asks an edge whether any runner is alive", () =>
    Effect.gen(function* () {
      const storage = yield* RunnerStorage.RunnerStorage
      const address = RunnerAddress.make("127.0.0.1", 4000)
      assert.deepStrictEqual(yield* failing("edge"), [
        { name: "runners", passing: false, detail: "no runner is alive" }
      ])
      yield* storage.register(Runner.make({ address, groups: ["default"], weight: 1 }), true)
      assert.deepStrictEqual(yield* failing("edge"), [])
    }).pipe(
      Effect.provide(SqlRunnerStorage.layer.pipe(Layer.provide(ShardingConfig.layer()), Layer.provideMerge(database)))
    )
  )

  it.live("tells that the database is away, and nothing of its address", () =>
    Effect.gen(function* () {
      yield* holdShards(3n)
      const checks = yield* failing("runner")
      assert.sameMembers(names(checks), ["migrations", "timers", "journal"])
      assert.notInclude(JSON.stringify(checks), "postgres")
    }).pipe(Effect.provide(Journal.layer.pipe(Layer.provideMerge(TestDatabase.layerEmpty))))
  )

  it.live("asks the database once, however often it is asked", () =>
    Effect.gen(function* () {
      let probes = 0
      const probe = Effect.suspend(() => {
        probes += 1
        return Effect.fail(new JournalUnavailable({ detail: "postgres://user:secret@host" }))
      })
      const journal = Layer.effect(
        Journal,
        Effect.map(Journal, (real) => Journal.of({ ...real, probe }))
      )
      yield* Effect.gen(function* () {
        const { checks } = yield* Readiness
        const results = yield* Effect.all([checks, checks, checks], { concurrency: "unbounded" })
        assert.notInclude(JSON.stringify(results), "secret")
        yield* checks
      }).pipe(Effect.provide(Layer.fresh(Readiness.layer("runner")).pipe(Layer.provide(journal))))
      assert.strictEqual(probes, 1)
    }).pipe(Effect.provide(database))
  )
})
