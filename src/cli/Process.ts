import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { leaveAtSecondSignal, teardown } from "./CleanStop.ts"
import { SettingValues } from "./SettingValues.ts"
import { runTandem } from "./Tandem.ts"

// A reader that went away, as in `tandem events | head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1))
Effect.runFork(leaveAtSecondSignal)

runTandem.pipe(
  Effect.provide(SettingValues.layer.pipe(Layer.provideMerge(NodeServices.layer))),
  NodeRuntime.runMain({ teardown })
)
