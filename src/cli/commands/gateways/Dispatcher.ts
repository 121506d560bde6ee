import { Console, Effect, FileSystem, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { DispatcherFormat } from "../../../domain/gateways/DispatcherList.ts"
import { withApi } from "../../ApiConnection.ts"
import { CliFailure } from "../../CliFailure.ts"

/** Readable by the proxy, which runs as another user. */
const fileMode = 0o644

/** Whole or not at all, and untouched when nothing changed, so that whoever watches the file reloads only for a reason. */
const writeAtomically = Effect.fnUntraced(function* (path: string, text: string) {
  const files = yield* FileSystem.FileSystem
  const before = yield* Effect.option(files.readFileString(path))
  if (Option.isSome(before) && before.value === text) return false
  const beside = `${path}.${process.pid}.new`
  yield* files.writeFileString(beside, text, { mode: fileMode }).pipe(
    Effect.andThen(files.rename(beside, path)),
    Effect.onError(() => Effect.ignore(files.remove(beside)))
  )
  return true
})

export const dispatcher = Command.make(
  "dispatcher",
  {
    set: Flag.Int("set").pipe(Flag.withDescription("The set of destinations"), Flag.withDefault(1)),
    format: Flag.Literals("format", DispatcherFormat.literals).pipe(
      Flag.withDescription("Which SIP proxy it is for"),
      Flag.withDefault("kamailio")
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("File to write; only when it changes, and at once"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ format, out, set }) {
    const text = yield* withApi((api) => api.gateways.dispatcher({ query: { format, set } }))
    if (Option.isNone(out)) return yield* Console.log(text.trimEnd())
    const changed = yield* writeAtomically(out.value, text).pipe(
      Effect.mapError((error) => CliFailure.refused(`${out.value} cannot be written: ${error.message}`))
    )
    yield* Console.error(changed ? `${out.value} is new` : `${out.value} is as it was`)
  })
).pipe(
  Command.withDescription("Write the destinations of one set as a SIP proxy's dispatcher reads them"),
  Command.withExamples([
    {
      command: "tandem gateways dispatcher --set 1 --out /etc/kamailio/dispatcher.list",
      description: "For a timer; then tell Kamailio dispatcher.reload"
    }
  ])
)
