import { ConfigProvider, Effect, Layer } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { KeyRing } from "../../../src/layers/messaging/KeyRing.ts"

/** A directory of its own, which goes with the scope. */
export const directory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "tandem-keys-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** Where the keys of {@link ringLayer} are. */
export const keyFileIn = (path: string) => join(path, "deeper", "message-keys.json")

export const settingsOf = (file: string) => ConfigProvider.layer(ConfigProvider.fromUnknown({ MESSAGE_KEY_FILE: file }))

/** A ring of its own with the keys in this file, as another node would have it. */
export const ringOf = (file: string) => Layer.fresh(KeyRing.layer).pipe(Layer.provide(settingsOf(file)))

/** A ring with fresh keys. */
export const ringLayer = Layer.unwrap(Effect.map(directory, (path) => ringOf(keyFileIn(path))))
