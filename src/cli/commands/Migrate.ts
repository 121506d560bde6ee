import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as Migrations from "../../layers/storage/Migrations.ts"
import { CliFailure } from "../CliFailure.ts"
import { exitCodes } from "../ExitCodes.ts"
import { commandDatabase } from "../NodeDatabase.ts"
import { output, printRows } from "../Output.ts"
import { checkedValues } from "../SettingProblems.ts"
import { provideSettings } from "../SettingValues.ts"

const check = Flag.Boolean("check").pipe(
  Flag.withDescription(`Change nothing: list what is pending, with exit code ${exitCodes.found} when anything is`),
  Flag.withDefault(false)
)

const columns = [{ title: "migration", cell: (row: { readonly migration: string }) => row.migration }]

export const migrate = Command.make(
  "migrate",
  { check, output },
  Effect.fnUntraced(function* (input) {
    const values = yield* checkedValues("DATABASE_URL", "DATABASE_POOL_SIZE")
    const names = yield* (input.check ? Migrations.pending : Migrations.run).pipe(
      Effect.mapError((error) => CliFailure.refused(error.message)),
      Effect.provide(commandDatabase(values)),
      Effect.provide(provideSettings(values))
    )
    yield* printRows(
      input.output,
      columns,
      names.map((migration) => ({ migration }))
    )
    if (names.length === 0) return yield* Console.error("the database is up to date")
    if (!input.check) return yield* Console.error(`applied ${names.length}`)
    return yield* CliFailure.of(exitCodes.found, `${names.length} pending`)
  })
).pipe(
  Command.withDescription("Bring the database to this version; safe to run from many places at once"),
  Command.withExamples([
    { command: "tandem migrate", description: "Apply what is pending" },
    { command: "tandem migrate --check", description: "Only say whether anything is pending" }
  ])
)
