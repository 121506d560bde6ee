import { Console, Duration, Effect, Layer, Schedule } from "effect"
import { Command, Flag } from "effect/cli"
import * as KeyManagement from "../../layers/messaging/KeyManagement.ts"
import { KeyRing, messageKeyFile } from "../../layers/messaging/KeyRing.ts"
import { addMessageKey, existingKeys } from "../../layers/storage/messages/KeyAddition.ts"
import * as ProvenKeys from "../../layers/storage/messages/ProvenKeys.ts"
import { KeyRotation, type RotationProgress } from "../../layers/storage/messages/KeyRotation.ts"
import { CliFailure } from "../CliFailure.ts"
import { errorText } from "../ErrorText.ts"
import { commandDatabase, requireMigrated } from "../NodeDatabase.ts"
import { output, printOne, printRows } from "../Output.ts"
import { checkedValues } from "../SettingProblems.ts"
import { provideSettings } from "../SettingValues.ts"

const reportInterval = Duration.seconds(2)

const status = Flag.Boolean("status").pipe(
  Flag.withDescription("Add no key: only show how many messages each has"),
  Flag.withDefault(false)
)

const wait = Flag.Boolean("wait").pipe(
  Flag.withDescription("Help to re-encrypt, and end when no message has an older key"),
  Flag.withDefault(false)
)

const sayRemaining = ({ current, remaining, total }: RotationProgress) =>
  Console.error(`${remaining} of ${total} messages have a key older than version ${current}`)

/** Goes on until nothing is left that can be read; says meanwhile how far it is. */
const finish = Effect.fnUntraced(function* ({ progress, sweep }: KeyRotation["Service"]) {
  const report = Effect.flatMap(progress, sayRemaining).pipe(Effect.repeat(Schedule.spaced(reportInterval)))
  const work = Effect.gen(function* () {
    const { unreadable } = yield* sweep
    const { remaining } = yield* progress
    return { unreadable, remaining }
  }).pipe(Effect.repeat({ until: ({ remaining, unreadable }) => remaining <= unreadable }))
  const { remaining } = yield* Effect.raceFirst(work, Effect.andThen(report, Effect.never))
  if (remaining > 0) return yield* CliFailure.refused(`${remaining} messages cannot be read, and keep their older key`)
})

const rotateOnce = Effect.fnUntraced(function* (input: { readonly status: boolean; readonly wait: boolean }) {
  const file = yield* messageKeyFile
  yield* requireMigrated
  yield* existingKeys(file)
  const rotation = yield* KeyRotation
  if (!input.status) {
    const version = yield* addMessageKey(file)
    yield* Effect.flatMap(KeyRing, ({ refresh }) => refresh)
    yield* Console.error(`new messages get the key of version ${version}`)
  }
  if (input.wait) yield* finish(rotation)
  return yield* rotation.progress
})

export const rotate = Command.make(
  "rotate",
  { output, status, wait },
  Effect.fnUntraced(function* (input) {
    const values = yield* checkedValues("DATABASE_URL", "DATABASE_POOL_SIZE")
    const progress = yield* rotateOnce(input).pipe(
      Effect.provide(Layer.merge(Layer.provideMerge(KeyRotation.layer, ProvenKeys.layerFile), KeyManagement.layer)),
      Effect.mapError((error) => (error instanceof CliFailure ? error : CliFailure.refused(errorText(error)))),
      Effect.provide(commandDatabase(values)),
      Effect.provide(provideSettings(values))
    )
    const { current, versions } = progress
    yield* input.output === "json"
      ? printOne("json", { ...progress })
      : printRows(
          "table",
          [
            { title: "version", cell: (row) => String(row.version) },
            { title: "messages", cell: (row) => String(row.messages) },
            { title: "key", cell: (row) => (row.version === current ? "current" : "older") }
          ],
          versions
        )
    yield* sayRemaining(progress)
  })
).pipe(
  Command.withDescription("Add a key that messages are encrypted with; the nodes bring the messages over to it"),
  Command.withExamples([
    {
      command: "tandem keys rotate",
      description: "A new key; what has an older one is re-encrypted in the background"
    },
    { command: "tandem keys rotate --status", description: "Only see how far that is" },
    { command: "tandem keys rotate --status --wait", description: "Help, and end when it is done" }
  ])
)
