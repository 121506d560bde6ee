import { Clock, Config, Duration, Effect, Option, Schedule, Schema } from "effect"
import { Singleton } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { dayMillis } from "../domain/fraud/calls/CallTimes.ts"
import { makeCallPartitions } from "../layers/storage/calls/CallPartitions.ts"
import { callRetentionDays } from "../layers/storage/calls/CallRetentionDays.ts"
import { numberHashKey } from "../layers/storage/calls/HashedNumbers.ts"

const pause = Duration.minutes(5)

/** Days that have a partition before their first call: today and the three after it. */
const daysAhead = 4

/** Rounds of hashing in one sweep; the next sweep goes on. */
const maxHashRounds = 5_000

const hourMillis = 3_600_000

/** Hours after the end of a day for which callers' numbers stay as they are, when there is a key to hash them with. */
const hashAfterHours = Config.schema(
  Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 87_600 })),
  "FRAUD_HASH_AFTER_HOURS"
).pipe(Config.withDefault(24))

/** One look at the days of calls: makes those to come, drops those that are too old, hashes callers of those between. */
export const makeCallSweep = Effect.gen(function* () {
  const days = yield* callRetentionDays
  const hours = yield* hashAfterHours
  const key = Option.getOrUndefined(yield* numberHashKey)
  const partitions = makeCallPartitions(yield* SqlClient.SqlClient)

  const hash = Effect.fnUntraced(function* (beforeMillis: number) {
    if (key === undefined) return
    let rounds = 0
    for (const day of yield* partitions.days) {
      if (day + dayMillis > beforeMillis) return
      while (rounds < maxHashRounds && (yield* partitions.hashSome(day, key)) > 0) rounds += 1
    }
  })

  return Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    yield* partitions.make(now, daysAhead)
    const dropped = yield* partitions.dropBefore(now - days * dayMillis)
    if (dropped.length > 0) yield* Effect.logInfo(`dropped ${dropped.length} days of calls, older than ${days} days`)
    yield* hash(now - hours * hourMillis)
  })
})

/** Keeps call records as long as the settings say. */
export const CallRetentionLive = Singleton.make(
  "call-retention",
  Effect.gen(function* () {
    const sweep = yield* makeCallSweep
    yield* sweep.pipe(
      Effect.catchCause((cause) => Effect.logWarning("the sweep of call records failed and is tried again", cause)),
      Effect.repeat(Schedule.spaced(pause))
    )
  }).pipe(Effect.orDie)
)
