import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { servesUntilStopped } from "../CleanStop.ts"
import * as Plane from "../Plane.ts"
import { pointWebhooks, startPlane } from "../RunningPlane.ts"
import { refuseProblems, startProblems } from "../SettingProblems.ts"
import { provideSettings, SettingValues } from "../SettingValues.ts"

const role = Flag.Literals("role", ["edge", "runner", "all"]).pipe(
  Flag.withDescription("edge: answers HTTP; runner: holds the actors; all: both")
)

export const serve = Command.make(
  "serve",
  { role },
  Effect.fnUntraced(function* ({ role }) {
    const { values } = yield* SettingValues
    yield* refuseProblems(startProblems(values, role))
    yield* servesUntilStopped
    yield* Effect.gen(function* () {
      const { sandbox, url } = yield* startPlane(role, values)
      if (sandbox !== undefined) yield* pointWebhooks(sandbox, url)
      yield* Effect.logInfo("the node serves").pipe(
        Effect.annotateLogs({ role, url, ...(sandbox && { sandbox: sandbox.baseUrl }) })
      )
      return yield* Effect.never
    }).pipe(Effect.scoped, Effect.provide(Plane.observability), Effect.provide(provideSettings(values)))
  })
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
