import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { Audit } from "../../layers/storage/Audit.ts"
import { CliFailure } from "../CliFailure.ts"
import { exitCodes } from "../ExitCodes.ts"
import { commandDatabase, requireMigrated } from "../NodeDatabase.ts"
import { output, printRows } from "../Output.ts"
import { checkedValues } from "../SettingProblems.ts"
import { provideSettings } from "../SettingValues.ts"

const verify = Command.make(
  "verify",
  { output },
  Effect.fnUntraced(function* (input) {
    const values = yield* checkedValues("DATABASE_URL", "DATABASE_POOL_SIZE")
    const verification = Effect.flatMap(Audit, (audit) => audit.verify)
    const report = yield* Effect.andThen(requireMigrated, verification).pipe(
      Effect.mapError((error) => (error instanceof CliFailure ? error : CliFailure.refused(error.detail))),
      Effect.provide(Audit.layer),
      Effect.provide(commandDatabase(values)),
      Effect.provide(provideSettings(values))
    )
    if (input.output === "json") yield* Console.log(JSON.stringify(report, null, 2))
    else if (report.findings.length > 0) {
      yield* printRows("table", [{ title: "finding", cell: (finding: string) => finding }], report.findings)
    }
    yield* Console.error(`verified ${report.events} events of ${report.entities} actors in ${report.commits} commits`)
    if (report.findings.length > 0) {
      return yield* CliFailure.of(
        exitCodes.found,
        `the journal is not as it was written: ${report.findings.length} found`
      )
    }
  })
).pipe(
  Command.withDescription(
    `Prove that no event of the journal was changed, removed or added; exit code ${exitCodes.found} when one was`
  ),
  Command.withExamples([{ command: "tandem audit verify -o json", description: "The whole report as JSON" }])
)

export const audit = Command.make("audit").pipe(
  Command.withDescription("The journal as evidence"),
  Command.withSubcommands([verify])
)
