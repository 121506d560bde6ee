import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, Layer, Logger, References } from "effect"
import { leaveAtSecondSignal, teardown } from "./CleanStop.ts"
import { SettingValues } from "./SettingValues.ts"
import { runTandem } from "./Tandem.ts"

// A reader that went away, as in `tandem events | head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1))
Effect.runFork(leaveAtSecondSignal)

/** Standard output belongs to what was asked for; a node that serves has its own log. */
const quietLog = Layer.merge(Layer.succeed(Logger.LogToStderr, true), Layer.succeed(References.MinimumLogLevel, "Warn"))

runTandem.pipe(
  Effect.provide(SettingValues.layer.pipe(Layer.provideMerge([NodeServices.layer, quietLog]))),
  NodeRuntime.runMain({ teardown })
)
