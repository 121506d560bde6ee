import { Command } from "effect/cli"
import { alerts } from "./fraud/Alerts.ts"
import { calls, explain } from "./fraud/Calls.ts"
import { lists } from "./fraud/Lists.ts"
import { rules } from "./fraud/Rules.ts"

export const fraud = Command.make("fraud").pipe(
  Command.withDescription("What looks like fraud, and what is done about it"),
  Command.withSubcommands([alerts, calls, explain, lists, rules])
)
