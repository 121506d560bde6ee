import { Effect } from "effect"
import { Command } from "effect/cli"

export const start = Command.make("start", {}, () =>
  // What a plane is made of takes a second to load; the other commands need none of it.
  Effect.flatMap(
    Effect.promise(() => import("../start/Starting.ts")),
    ({ startAndTell }) => startAndTell
  )
).pipe(
  Command.withDescription("Start a whole plane on this machine, show on sample tickets what it does, and serve"),
  Command.withExamples([{ command: "tandem start", description: "With nothing installed or configured" }])
)
