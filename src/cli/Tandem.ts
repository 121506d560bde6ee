import { Console, Effect } from "effect"
import { CliConfig, CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import packageJson from "../../package.json" with { type: "json" }
import { CliFailure } from "./CliFailure.ts"
import { exitCodes } from "./ExitCodes.ts"
import { audit } from "./commands/Audit.ts"
import { backup, restore } from "./commands/Backup.ts"
import { backorders } from "./commands/Backorders.ts"
import { deadLetters } from "./commands/DeadLetters.ts"
import { domains } from "./commands/Domains.ts"
import { events } from "./commands/Events.ts"
import { ca } from "./commands/Ca.ts"
import { certs } from "./commands/Certs.ts"
import { fraud } from "./commands/Fraud.ts"
import { gateways } from "./commands/Gateways.ts"
import { keys } from "./commands/Keys.ts"
import { messages } from "./commands/Messages.ts"
import { numbers } from "./commands/Numbers.ts"
import { orders } from "./commands/Orders.ts"
import { migrate } from "./commands/Migrate.ts"
import { sandboxCommand } from "./commands/SandboxCommand.ts"
import { serve } from "./commands/Serve.ts"
import { start } from "./commands/Start.ts"
import { subscriptions } from "./commands/Subscriptions.ts"
import { settingsCommand } from "./commands/SettingsCommand.ts"
import { traffic } from "./commands/Traffic.ts"
import { users } from "./commands/Users.ts"

const root = Command.make("tandem").pipe(
  Command.withDescription("Tandem turns help desk tickets into phone numbers: one program, in all its roles"),
  Command.withSubcommands([
    start,
    serve,
    sandboxCommand,
    traffic,
    migrate,
    backup,
    restore,
    settingsCommand,
    keys,
    orders,
    backorders,
    numbers,
    gateways,
    fraud,
    ca,
    certs,
    messages,
    domains,
    users,
    subscriptions,
    deadLetters,
    events,
    audit
  ])
)

/** Keeps standard output for data and help that was asked for. */
const presenter = CliOutput.layerPresenter({
  present: (event) => {
    if (event._tag === "InvalidInvocation") {
      return Effect.forEach(
        [...event.errors.map((error) => error.message), `see ${event.commandPath.join(" ")} --help`],
        (line) => Console.error(`tandem: ${line.replace(/\s+/g, " ")}`),
        { discard: true }
      )
    }
    return event._tag === "Help" && event.reason === "Implicit"
      ? Console.error(CliOutput.defaultFormatter({ colors: false }).formatHelpDoc(event.helpDoc))
      : CliOutput.defaultPresenter.present(event)
  }
})

/** Runs one command line; every failure ends as a {@link CliFailure} whose lines are on standard error already. */
export const runTandem = Command.run(root, { version: packageJson.version, renderErrors: true }).pipe(
  Effect.catch((error: unknown) =>
    CliError.isCliError(error)
      ? Effect.fail(CliFailure.of(exitCodes.usage))
      : Effect.fail(error instanceof CliFailure ? error : CliFailure.refused(String(error)))
  ),
  Effect.tapError((failure) => Effect.forEach(failure.lines, (line) => Console.error(`tandem: ${line}`))),
  Effect.provide(presenter),
  Effect.provide(
    CliConfig.layer({
      builtIns: GlobalFlag.BuiltIns.filter((flag) => flag !== GlobalFlag.Wizard && flag !== GlobalFlag.LogLevel)
    })
  )
)
