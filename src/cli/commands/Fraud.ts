import { Command } from "effect/cli"
import { alerts } from "./fraud/Alerts.ts"

export const fraud = Command.make("fraud").pipe(
  Command.withDescription("What looks like fraud, and what is done about it"),
  Command.withSubcommands([alerts])
)
