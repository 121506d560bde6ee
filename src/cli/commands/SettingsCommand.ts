import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { output, printRows } from "../Output.ts"
import { dotEnvExample, settingRows, SettingValues } from "../SettingValues.ts"

const example = Flag.Boolean("example").pipe(
  Flag.withDescription("Print the text of .env.example instead"),
  Flag.withDefault(false)
)

export const settingsCommand = Command.make(
  "settings",
  { output, example },
  Effect.fnUntraced(function* (input) {
    if (input.example) return yield* Console.log(dotEnvExample().trimEnd())
    const { sourceOf, values } = yield* SettingValues
    yield* printRows(
      input.output,
      [
        { title: "setting", cell: (row) => row.name },
        { title: "value", cell: (row) => row.value },
        { title: "source", cell: (row) => row.source },
        { title: "description", cell: (row) => row.description }
      ],
      settingRows(values, sourceOf)
    )
  })
).pipe(
  Command.withDescription("Show every setting with its value and where that comes from; secrets are hidden"),
  Command.withExamples([
    { command: "tandem settings", description: "All settings as a table" },
    { command: "tandem settings -o json", description: "The same as JSON" }
  ])
)
