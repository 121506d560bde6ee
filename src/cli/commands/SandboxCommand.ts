import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Sandbox } from "../../simulators/Sandbox.ts"
import { CliFailure } from "../CliFailure.ts"
import { errorText } from "../ErrorText.ts"
import { servesUntilStopped } from "../CleanStop.ts"
import { sandboxValues } from "../SandboxValues.ts"
import { checkedValues } from "../SettingProblems.ts"
import { sandboxPortOf } from "../SettingValues.ts"

const flags = {
  host: Flag.String("host").pipe(Flag.withDescription("Address to listen on"), Flag.withDefault("127.0.0.1")),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Port to listen on, 0 for any free one; without it TANDEM_SANDBOX_PORT"),
    Flag.optional
  ),
  state: Flag.File("state").pipe(
    Flag.withDescription("File that keeps what the vendors know; without it they forget when they stop"),
    Flag.optional
  ),
  fillAfterMillis: Flag.Int("fill-after-millis").pipe(
    Flag.withDescription("Fill each back-order so long after it was placed"),
    Flag.optional
  )
}

const refusal = (error: unknown) => CliFailure.refused(`the sandbox does not start: ${errorText(error)}`)

export const sandboxCommand = Command.make(
  "sandbox",
  flags,
  Effect.fnUntraced(function* (input) {
    const values = yield* checkedValues("TANDEM_SANDBOX_PORT")
    yield* servesUntilStopped
    const settings = Option.match(input.fillAfterMillis, {
      onNone: () => ({}),
      onSome: (millis) => ({ inteliquentAutoFillMillis: millis })
    })
    const stateFile = Option.getOrUndefined(input.state)
    const options = {
      host: input.host,
      port: Option.getOrElse(input.port, () => sandboxPortOf(values)),
      settings,
      ...(stateFile === undefined ? {} : { stateFile })
    }
    yield* Effect.gen(function* () {
      const sandbox = yield* Sandbox
      for (const [name, value] of Object.entries(sandboxValues(sandbox))) yield* Console.log(`${name}=${value}`)
      yield* Console.error(
        `the sandbox listens on ${sandbox.baseUrl}; the lines above are the settings that lead to it`
      )
      return yield* Effect.never
    }).pipe(Effect.provide(Sandbox.layer(options)), Effect.mapError(refusal))
  })
).pipe(
  Command.withDescription("Serve simulated vendors on the wire, and print the settings that lead to them"),
  Command.withExamples([
    { command: "tandem sandbox --port 8081 > sandbox.env", description: "Vendors for many nodes, and their settings" },
    { command: "tandem sandbox --state vendors.state", description: "Vendors that remember" }
  ])
)
