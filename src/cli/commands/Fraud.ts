import { Command } from "effect/cli"
import { alerts } from "./fraud/Alerts.ts"
import { backtest } from "./fraud/Backtest.ts"
import { calls, explain } from "./fraud/Calls.ts"
import { lists } from "./fraud/Lists.ts"
import { rules } from "./fraud/Rules.ts"
import { threat } from "./fraud/Threat.ts"

export const fraud = Command.make("fraud").pipe(
  Command.withDescription("What looks like fraud, and what is done about it"),
  Command.withSubcommands([alerts, backtest, calls, explain, lists, rules, threat])
)
