import { Clock, Config, Duration, Effect, Schedule, Schema } from "effect"
import { MachineId, Singleton, Snowflake } from "effect/cluster"
import { SqlClient } from "effect/sql"

const pause = Duration.minutes(1)

/** Most rows that one round deletes from one table. */
const batch = 5_000

const dayMillis = 86_400_000

/** Days for which finished cluster messages and the answers of command keys are kept: how long a repeated key is known. */
const retentionDays = Config.schema(
  Schema.Int.check(Schema.isBetween({ minimum: 7, maximum: 3_650 })),
  "COMMAND_RETENTION_DAYS"
).pipe(Config.withDefault(30))

/**
 * Clears away what is finished, since the cluster itself never does: processed messages with their replies (not those of
 * workflows younger than the retention) and answers of old command keys. Also keeps the index that makes the cluster's
 * poll for unprocessed messages cheap.
 */
export const JanitorLive = Singleton.make(
  "janitor",
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const days = yield* retentionDays

    const sweep = Effect.gen(function* () {
      yield* sql`CREATE INDEX IF NOT EXISTS cluster_messages_unprocessed
        ON cluster_messages (shard_id, rowid) WHERE processed = false`
      const timestamp = (yield* Clock.currentTimeMillis) - days * dayMillis
      // A row's id is a snowflake, so the age is in the id.
      const before = Snowflake.make({ machineId: MachineId.make(1), sequence: 0, timestamp })
      yield* sql`WITH finished AS (
          SELECT id FROM cluster_messages
          WHERE processed AND id < ${String(before)}::bigint ORDER BY id LIMIT ${batch}
        ), replies AS (DELETE FROM cluster_replies WHERE request_id IN (SELECT id FROM finished))
        DELETE FROM cluster_messages WHERE id IN (SELECT id FROM finished)`
      yield* sql`DELETE FROM journal_commands WHERE ctid IN (
        SELECT ctid FROM journal_commands
        WHERE answered_at < to_timestamp(${timestamp}::double precision / 1000) LIMIT ${batch})`
    })

    yield* sweep.pipe(
      Effect.catchCause((cause) => Effect.logWarning("the sweep failed and is tried again", cause)),
      Effect.repeat(Schedule.spaced(pause))
    )
  }).pipe(Effect.orDie)
)
