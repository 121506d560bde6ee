import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import * as KeyManagement from "../../layers/messaging/KeyManagement.ts"
import { messageKeyFile } from "../../layers/messaging/KeyRing.ts"
import { KeyWrapping, noWrapping } from "../../layers/messaging/KeyWrapping.ts"
import { rewrapMessageKeys } from "../../layers/storage/messages/KeyAddition.ts"
import { CliFailure } from "../CliFailure.ts"
import { errorText } from "../ErrorText.ts"
import { commandDatabase, requireMigrated } from "../NodeDatabase.ts"
import { checkedValues } from "../SettingProblems.ts"
import { provideSettings } from "../SettingValues.ts"

/** Writes the keys anew; the service is that of the settings, also to unwrap what it wrapped. */
const rewrite = Effect.fnUntraced(function* (form: "wrapped" | "plain") {
  const values = yield* checkedValues("DATABASE_URL", "DATABASE_POOL_SIZE", "MESSAGE_KEY_KMS", "VAULT_ADDR")
  const rewritten = Effect.gen(function* () {
    const file = yield* messageKeyFile
    const wrapping = yield* KeyWrapping
    if (form === "wrapped" && wrapping.name === undefined) {
      return yield* CliFailure.refused("MESSAGE_KEY_KMS names no service that could wrap the keys")
    }
    yield* requireMigrated
    const count = yield* rewrapMessageKeys(file, form === "wrapped" ? wrapping : noWrapping)
    return { count, file, name: wrapping.name }
  })
  return yield* rewritten.pipe(
    Effect.provide(KeyManagement.layer),
    Effect.mapError((error) => (error instanceof CliFailure ? error : CliFailure.refused(errorText(error)))),
    Effect.provide(commandDatabase(values)),
    Effect.provide(provideSettings(values))
  )
})

export const wrap = Command.make(
  "wrap",
  {},
  Effect.fnUntraced(function* () {
    const { count, file, name } = yield* rewrite("wrapped")
    yield* Console.error(`${file} has ${count} keys, wrapped by ${name}; start the nodes with the same MESSAGE_KEY_KMS`)
  })
).pipe(
  Command.withDescription("Have the service that MESSAGE_KEY_KMS names wrap the keys in the file, also anew"),
  Command.withExamples([
    { command: "MESSAGE_KEY_KMS=vault tandem keys wrap", description: "No key lies in the file as it is any more" }
  ])
)

export const unwrap = Command.make(
  "unwrap",
  {},
  Effect.fnUntraced(function* () {
    const { count, file } = yield* rewrite("plain")
    yield* Console.error(`${file} has ${count} keys as they are; start the nodes without MESSAGE_KEY_KMS`)
  })
).pipe(Command.withDescription("Write the keys into the file as they are, so that no service is needed for them"))
