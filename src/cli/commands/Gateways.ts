import { Command } from "effect/cli"
import { create, update } from "./gateways/Configuring.ts"
import { dispatcher } from "./gateways/Dispatcher.ts"
import { get, list, stats, timeline } from "./gateways/Reading.ts"
import { rules } from "./gateways/Rules.ts"
import { activate, blacklist, deactivate, remove, suspend, unblacklist } from "./gateways/Running.ts"

export const gateways = Command.make("gateways").pipe(
  Command.withDescription("The SIP gateways of carriers"),
  Command.withSubcommands([
    list,
    get,
    create,
    update,
    activate,
    deactivate,
    suspend,
    blacklist,
    unblacklist,
    remove,
    stats,
    timeline,
    dispatcher,
    rules
  ])
)
