import { Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../layers/storage/Database.ts"
import { EmbeddedPostgres } from "../layers/storage/EmbeddedPostgres.ts"
import { DataDirectoryInUse } from "../layers/storage/EmbeddedPostgresError.ts"
import * as Migrations from "../layers/storage/Migrations.ts"
import { CliFailure } from "./CliFailure.ts"
import { errorText } from "./ErrorText.ts"
import { exitCodes } from "./ExitCodes.ts"
import { readPlane } from "./PlaneFile.ts"
import type { Values } from "./SettingValues.ts"
import { dataDirOf } from "./SettingValues.ts"

/** What a database offers to the layers above it. */
export type DatabaseServices = Layer.Success<ReturnType<typeof Database.layerUrl>>

const unusable = (error: unknown): CliFailure =>
  error instanceof CliFailure
    ? error
    : error instanceof DataDirectoryInUse
      ? CliFailure.refused(error.message)
      : CliFailure.of(exitCodes.unreachable, `the database cannot be used: ${errorText(error)}`)

const embedded = (values: Values) =>
  Layer.unwrap(Effect.map(EmbeddedPostgres, ({ url }) => Database.layerUrl(url))).pipe(
    Layer.provideMerge(EmbeddedPostgres.layer({ dataDir: dataDirOf(values) }))
  )

/** The database of the process that holds the embedded server now. */
const ofRunningPlane = (values: Values, inUse: DataDirectoryInUse) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const plane = yield* readPlane(dataDirOf(values))
      const url = Option.isSome(plane) ? plane.value.databaseUrl : null
      return url === null ? yield* Effect.fail(inUse) : Database.layerUrl(Redacted.make(url))
    })
  )

/** Address of the embedded Postgres, when this process holds it. */
export const embeddedUrl = Effect.map(
  Effect.serviceOption(EmbeddedPostgres),
  Option.match({ onNone: () => null, onSome: ({ url }) => Redacted.value(url) })
)

/** A connection is made at the first statement: this one, so that an address that leads nowhere is told at once. */
const proof = Layer.effectDiscard(Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT 1`))

const usable = <A, E, R>(database: Layer.Layer<A | DatabaseServices, E, R>) =>
  proof.pipe(
    Layer.provideMerge(database),
    Layer.catch((error) => Layer.effectContext<A | DatabaseServices, CliFailure, never>(Effect.fail(unusable(error))))
  )

/** For a node of a plane: the Postgres of DATABASE_URL, or the embedded one, which then is this node's alone. */
export const nodeDatabase = (values: Values) =>
  values.DATABASE_URL === undefined ? usable(embedded(values)) : usable(Database.layer)

/** For a command: the same, or the embedded Postgres of the plane that runs on this machine. */
export const commandDatabase = (values: Values) =>
  values.DATABASE_URL === undefined
    ? usable(embedded(values).pipe(Layer.catchTag("DataDirectoryInUse", (inUse) => ofRunningPlane(values, inUse))))
    : usable(Database.layer)

/** For commands that read tables: a database without them is no reason for a riddle. */
export const requireMigrated = Migrations.pending.pipe(
  Effect.mapError((error) => CliFailure.refused(errorText(error))),
  Effect.flatMap((pending) =>
    pending.length === 0
      ? Effect.void
      : Effect.fail(CliFailure.refused(`the database lacks ${pending.length} migrations; run \`tandem migrate\` first`))
  )
)
