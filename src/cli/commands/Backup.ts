import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { rowsOf } from "../../layers/storage/backup/BackupFormat.ts"
import { restoreBackup } from "../../layers/storage/backup/RestoreBackup.ts"
import { takeBackup } from "../../layers/storage/backup/TakeBackup.ts"
import { verifyBackup } from "../../layers/storage/backup/VerifyBackup.ts"
import { CliFailure } from "../CliFailure.ts"
import { exitCodes } from "../ExitCodes.ts"
import { commandDatabase, nodeDatabase, requireMigrated } from "../NodeDatabase.ts"
import { output, printOne } from "../Output.ts"
import { checkedValues } from "../SettingProblems.ts"
import { provideSettings } from "../SettingValues.ts"

const file = Argument.String("file").pipe(Argument.withDescription("A file that `tandem backup` made"))

const out = Flag.String("out").pipe(
  Flag.withDescription("The directory that the file is made in"),
  Flag.withDefault(".")
)

const refused = (error: CliFailure | { readonly message: string }) =>
  error instanceof CliFailure ? error : CliFailure.refused(error.message)

const verify = Command.make(
  "verify",
  { file, output },
  Effect.fnUntraced(function* (input) {
    const header = yield* verifyBackup(input.file).pipe(
      Effect.mapError((error) =>
        error._tag === "BackupDamaged" ? CliFailure.of(exitCodes.found, error.message) : refused(error)
      )
    )
    const { migrations, position, seal, tables, takenAt } = header
    yield* printOne(input.output, {
      takenAt,
      position,
      seal,
      rows: rowsOf(header),
      tables: tables.length,
      migration: migrations.at(-1) ?? null
    })
  })
).pipe(
  Command.withDescription(
    `Read all of a backup, and prove its checksum and the journal in it; exit code ${exitCodes.found} when it is damaged`
  )
)

export const backup = Command.make(
  "backup",
  { out, output },
  Effect.fnUntraced(function* (input) {
    const values = yield* checkedValues("DATABASE_URL", "DATABASE_POOL_SIZE")
    const taken = yield* Effect.andThen(requireMigrated, takeBackup(input.out)).pipe(
      Effect.mapError(refused),
      Effect.provide(commandDatabase(values)),
      Effect.provide(provideSettings(values))
    )
    yield* printOne(input.output, { ...taken })
  })
).pipe(
  Command.withDescription("Write all rows of the database, as of one moment, into a file; the plane may run meanwhile"),
  Command.withExamples([
    { command: "tandem backup --out /var/backups", description: "Make tandem-<time>-<position>.backup.gz there" },
    { command: "tandem backup verify tandem-20260131T020000Z-4711.backup.gz", description: "Prove that it is whole" }
  ]),
  Command.withSubcommands([verify])
)

export const restore = Command.make(
  "restore",
  { file, output },
  Effect.fnUntraced(function* (input) {
    const values = yield* checkedValues("DATABASE_URL", "DATABASE_POOL_SIZE")
    const restored = yield* restoreBackup(input.file).pipe(
      Effect.mapError(refused),
      Effect.provide(nodeDatabase(values)),
      Effect.provide(provideSettings(values))
    )
    yield* printOne(input.output, { ...restored })
  })
).pipe(
  Command.withDescription("Bring an empty database to what a backup has; refuses one that anything was written to")
)
