import { Clock, Context, Duration, Effect, Layer, Metric } from "effect"
import { ClusterMetrics } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { Journal } from "../storage/Journal.ts"
import * as Migrations from "../storage/Migrations.ts"

/** A timer that is due for longer than this is not being looked after by anybody. */
export const maxWakeAgeMillis = 60_000

/** A result is used again for this long, so that asking often cannot load the database. */
export const resultLifetimeMillis = 2_000

/** A check that takes longer fails. */
export const checkTimeoutMillis = 3_000

/** A runner is gone when it has not renewed its row for this long. */
const runnerLifetimeSeconds = 30

/** Holds shards and runs entities, or only sends to those that do. */
export type NodeRole = "runner" | "edge"

export interface CheckResult {
  readonly name: string
  readonly passing: boolean
  /** What is wrong; for operators, without secrets. */
  readonly detail?: string
}

type Check = Effect.Effect<void, string>

const unless = (passing: boolean, detail: string): Check => (passing ? Effect.void : Effect.fail(detail))

/** The database's own message may hold addresses and values: it is logged, and not told. */
const withoutDatabase = <A>(effect: Effect.Effect<A, unknown>): Effect.Effect<A, string> =>
  effect.pipe(
    Effect.tapError((error) => Effect.logWarning("a readiness check could not ask the database", error)),
    Effect.mapError(() => "the database does not answer")
  )

const checksOf = (sql: SqlClient.SqlClient, journal: Journal["Service"], role: NodeRole) => {
  const migrations = withoutDatabase(Migrations.pending.pipe(Effect.provideService(SqlClient.SqlClient, sql))).pipe(
    Effect.flatMap((pending) => unless(pending.length === 0, `not applied: ${pending.join(", ")}`))
  )

  const shards = Effect.flatMap(Metric.value(ClusterMetrics.shards), ({ value }) =>
    unless(Number(value) > 0, "this node holds no shard")
  )

  const runners = withoutDatabase(
    sql<{ readonly alive: boolean }>`SELECT EXISTS (SELECT FROM cluster_runners
      WHERE healthy AND last_heartbeat > now() - make_interval(secs => ${runnerLifetimeSeconds})) AS alive`
  ).pipe(Effect.flatMap((rows) => unless(rows[0]?.alive === true, "no runner is alive")))

  const timers = Effect.gen(function* () {
    const rows = yield* withoutDatabase(
      sql<{ readonly dueAt: Date | null }>`SELECT min(due_at) AS "dueAt" FROM entity_wakes`
    )
    const dueAt = rows[0]?.dueAt
    const ageMillis = dueAt ? (yield* Clock.currentTimeMillis) - dueAt.getTime() : 0
    return yield* unless(
      ageMillis <= maxWakeAgeMillis,
      `the oldest timer has been due for ${Math.round(ageMillis / 1000)} s`
    )
  })

  const commits = withoutDatabase(journal.probe)

  return {
    migrations,
    ...(role === "runner" ? { shards } : { runners }),
    timers,
    journal: commits
  } satisfies Record<string, Check>
}

const resultOf = (name: string, check: Check): Effect.Effect<CheckResult> =>
  check.pipe(
    Effect.timeoutOrElse({ duration: checkTimeoutMillis, orElse: () => Effect.fail("no answer in time") }),
    Effect.match({
      onSuccess: () => ({ name, passing: true }),
      onFailure: (detail) => ({ name, passing: false, detail })
    })
  )

/**
 * Whether this node can do its work: the tables are there, somebody holds the shards, timers are looked after, and the
 * journal commits.
 */
export class Readiness extends Context.Service<
  Readiness,
  { readonly checks: Effect.Effect<ReadonlyArray<CheckResult>> }
>()("tandem/layers/observability/Readiness") {
  static readonly layer = (role: NodeRole) =>
    Layer.effect(
      Readiness,
      Effect.gen(function* () {
        const checks = checksOf(yield* SqlClient.SqlClient, yield* Journal, role)
        const results = Effect.forEach(Object.entries(checks), ([name, check]) => resultOf(name, check), {
          concurrency: "unbounded"
        })
        return Readiness.of({ checks: yield* Effect.cachedWithTTL(results, Duration.millis(resultLifetimeMillis)) })
      })
    )
}
