import { Effect } from "effect"
import { Command, Flag } from "effect/cli"

const role = Flag.Literals("role", ["edge", "runner", "all"]).pipe(
  Flag.withDescription("edge: answers HTTP; runner: holds the actors; all: both")
)

export const serve = Command.make("serve", { role }, (input) =>
  // As with `start`: what a node is made of is loaded by those who need it.
  Effect.flatMap(
    Effect.promise(() => import("../Serving.ts")),
    ({ serveAs }) => serveAs(input.role)
  )
).pipe(
  Command.withDescription("Serve as one node of a plane, until SIGINT or SIGTERM"),
  Command.withExamples([
    { command: "tandem serve --role all", description: "A whole plane in one process" },
    {
      command: "DATABASE_URL=postgres://… tandem serve --role runner",
      description: "One of many that hold the actors"
    },
    { command: "DATABASE_URL=postgres://… tandem serve --role edge", description: "One of many that answer HTTP" }
  ])
)
