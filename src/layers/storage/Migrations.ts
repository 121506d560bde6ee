import { Effect, Layer, Schedule, Schema } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { all } from "./migrations/All.ts"

/** Effects by name, such as `0001_journal`. They only ever go forward, and one that was applied is never changed. */
export type Source = Parameters<typeof Migrator.fromRecord>[0]

const table = "tandem_migrations"
/** Any fixed number: it names our advisory lock within the database ("tandem" in ASCII). */
const lockKey = 0x74616e64656d
const lockPollMillis = 250
const lockWaitMaxSeconds = 300

/** The database was migrated by a newer version of the program than this one. */
export class DatabaseTooNew extends Schema.TaggedError<DatabaseTooNew>()("DatabaseTooNew", {
  unknown: Schema.Array(Schema.String)
}) {
  override get message() {
    return `The database has migrations that this version does not know: ${this.unknown.join(", ")}. Run a newer version.`
  }
}

/** A migration that the database has was renamed, or removed, or one was put in before it. */
export class MigrationChanged extends Schema.TaggedError<MigrationChanged>()("MigrationChanged", {
  applied: Schema.String,
  expected: Schema.String
}) {
  override get message() {
    return `Migration ${this.applied} was applied to the database, and the program has ${this.expected} in its place.`
  }
}

/** Another node has been migrating for longer than anybody should wait. */
export class MigrationsLocked extends Schema.TaggedError<MigrationsLocked>()("MigrationsLocked", {
  waitedSeconds: Schema.Int
}) {
  override get message() {
    return `Another process has been migrating the database for more than ${this.waitedSeconds} seconds.`
  }
}

const nameOf = (id: number, name: string) => `${String(id).padStart(4, "0")}_${name}`

/** Names of the migrations that the database has, in order. */
export const applied = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const found = yield* sql`SELECT to_regclass(${table}) IS NOT NULL AS present`
  if (found[0]?.present !== true) return []
  const rows = yield* sql<{ migration_id: number; name: string }>`
    SELECT migration_id, name FROM ${sql(table)} ORDER BY migration_id`
  return rows.map((row) => nameOf(row.migration_id, row.name))
})

const compare = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const has = yield* applied
  for (const [position, name] of has.entries()) {
    const expected = names[position]
    if (expected === undefined) return yield* new DatabaseTooNew({ unknown: has.slice(position) })
    if (expected !== name) return yield* new MigrationChanged({ applied: name, expected })
  }
  return names.slice(has.length)
})

/** Names of the migrations in `source` that the database does not have yet, in order. */
export const pendingOf = (source: Source) => compare(Object.keys(source).sort())

/** A session lock on a connection of its own, which Postgres frees when its holder dies. */
const exclusively = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const connection = yield* sql.reserve
  const take = connection.executeValues(`SELECT pg_try_advisory_lock(${lockKey})`, [])
  const give = connection.executeValues(`SELECT pg_advisory_unlock(${lockKey})`, [])
  yield* Effect.acquireRelease(
    Effect.map(take, (rows) => rows[0]?.[0] === true),
    (taken) => (taken ? Effect.ignore(give) : Effect.void)
  ).pipe(
    Effect.repeat({ until: (taken) => taken, schedule: Schedule.spaced(lockPollMillis) }),
    Effect.timeoutOrElse({
      duration: `${lockWaitMaxSeconds} seconds`,
      orElse: () => Effect.fail(new MigrationsLocked({ waitedSeconds: lockWaitMaxSeconds }))
    })
  )
})

/**
 * Applies what is pending, one transaction for each migration, and returns their names. Nodes that start together take
 * turns, and the later ones find nothing left to do.
 */
export const runOf = Effect.fnUntraced(function* (source: Source) {
  const names = Object.keys(source).sort()
  yield* exclusively
  const pending = yield* compare(names)
  for (const name of pending) {
    const upToThis = Object.fromEntries(Object.entries(source).filter(([other]) => other <= name))
    yield* Migrator.make({})({ loader: Migrator.fromRecord(upToThis), table })
    yield* Effect.logInfo(`Migrated the database: ${name}`)
  }
  return pending
}, Effect.scoped)

export const pending = pendingOf(all)
export const run = runOf(all)

/** The database as this version wants it: whatever is built upon this layer finds its tables. */
export const layer = Layer.effectDiscard(run)
