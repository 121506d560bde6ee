import { Clock, Config, Context, Duration, Effect, Equal, Layer, Option, Schedule, Schema, Semaphore } from "effect"
import { Buffer } from "node:buffer"
import { createSecretKey, type KeyObject } from "node:crypto"
import { stat } from "node:fs/promises"
import { join } from "node:path"
import type { FileStamp, KeyFile } from "./KeyFile.ts"
import { createKeyFile, MessageKeysUnusable, readKeyFile } from "./KeyFile.ts"
import * as KeyManagement from "./KeyManagement.ts"
import { KeyWrapping } from "./KeyWrapping.ts"
import { openKeys, sealKeys } from "./SealedKeys.ts"

/** How soon a node notices that the file was changed. */
const lookInterval = Duration.seconds(1)

/** How long it is believed that the keys cannot be unwrapped. */
const refusalMillis = 1_000

export interface MessageKey {
  readonly version: number
  readonly secret: KeyObject
}

/** The ring has no key of this version. */
export class KeyVersionUnknown extends Schema.TaggedError<KeyVersionUnknown>()("KeyVersionUnknown", {
  version: Schema.Int
}) {}

/** It is not known that the keys are those that the messages are written with; they must not be used. */
export class MessageKeysUnproven extends Schema.TaggedError<MessageKeysUnproven>()("MessageKeysUnproven", {
  detail: Schema.String
}) {}

type Unusable = MessageKeysUnusable | MessageKeysUnproven

/** Where the keys are: MESSAGE_KEY_FILE, or a file in the data directory. */
export const messageKeyFile = Effect.gen(function* () {
  const dataDir = yield* Config.NonEmptyString("TANDEM_DATA_DIR").pipe(Config.withDefault(".tandem"))
  const file = yield* Config.option(Config.NonEmptyString("MESSAGE_KEY_FILE"))
  return Option.getOrElse(file, () => join(dataDir, "message-keys.json"))
})

interface Ring {
  readonly stamp: FileStamp
  readonly keys: ReadonlyMap<number, MessageKey>
  readonly current: MessageKey
  readonly senderKey: KeyObject
}

const secretOf = (text: string): KeyObject => createSecretKey(Buffer.from(text, "base64"))

const ringOf = (file: string, content: KeyFile, stamp: FileStamp) => {
  const keys = new Map(content.keys.map(({ key, version }) => [version, { version, secret: secretOf(key) }]))
  const current = keys.get(content.current)
  return current === undefined
    ? Effect.fail(new MessageKeysUnusable({ file, detail: "lacks the key that it names as the current one" }))
    : Effect.succeed<Ring>({ stamp, keys, current, senderKey: secretOf(content.senderKey) })
}

/** A service that did not unwrap a file's keys is not asked for the same again at once, however many want them. */
const makeOpening = (wrapping: KeyWrapping["Service"], file: string) => {
  let refused: { readonly stamp: FileStamp; readonly error: MessageKeysUnusable; readonly atMillis: number } | undefined
  return Effect.fnUntraced(function* (content: KeyFile, stamp: FileStamp, isFirst: boolean) {
    const now = yield* Clock.currentTimeMillis
    if (refused !== undefined && Equal.equals(refused.stamp, stamp) && now - refused.atMillis < refusalMillis) {
      return yield* refused.error
    }
    return yield* openKeys(wrapping, file, content, isFirst ? "patient" : "once").pipe(
      Effect.tapError((error) =>
        Effect.map(Clock.currentTimeMillis, (atMillis) => {
          refused = { stamp, error, atMillis }
        })
      )
    )
  })
}

const makeFileRing = Effect.fnUntraced(function* (file: string) {
  const wrapping = yield* KeyWrapping
  const open = makeOpening(wrapping, file)
  let ring: Ring | undefined
  // What was said of the file last: once is enough.
  let said = ""
  const turn = Semaphore.makeUnsafe(1)

  const read = Effect.gen(function* () {
    const found = Option.getOrUndefined(yield* readKeyFile(file))
    if (found === undefined) return undefined
    if (ring !== undefined && Equal.equals(found.stamp, ring.stamp)) return ring
    const content = yield* open(found.content, found.stamp, ring === undefined)
    const next = yield* ringOf(file, content, found.stamp)
    if (ring !== undefined && !next.senderKey.equals(ring.senderKey)) {
      return yield* new MessageKeysUnusable({ file, detail: "has another key for senders' numbers than it had before" })
    }
    ring = next
    return next
  })

  const make = Effect.gen(function* () {
    const found = yield* read
    if (found !== undefined) return found
    // Keys that were there and are gone are an accident: others in their place would read nothing.
    if (ring !== undefined) return yield* new MessageKeysUnusable({ file, detail: "is gone" })
    yield* createKeyFile(file, (content) => sealKeys(wrapping, file, content))
    return (yield* read) ?? (yield* new MessageKeysUnusable({ file, detail: "cannot be found after it was made" }))
  })

  const loaded: Effect.Effect<Ring, MessageKeysUnusable> = Effect.suspend(() =>
    ring === undefined
      ? turn.withPermits(1)(Effect.suspend(() => (ring === undefined ? make : Effect.succeed(ring))))
      : Effect.succeed(ring)
  )
  const reread = Effect.andThen(loaded, turn.withPermits(1)(make))

  const look = Effect.gen(function* () {
    if (ring === undefined) return
    const { ino, mtimeMs, size } = yield* Effect.tryPromise({
      try: () => stat(file),
      catch: () => new MessageKeysUnusable({ file, detail: "is gone" })
    })
    const { stamp } = ring
    if (ino !== stamp.ino || mtimeMs !== stamp.mtimeMs || size !== stamp.size) yield* reread
    said = ""
  }).pipe(
    Effect.catch((error) => {
      if (error.message === said) return Effect.void
      said = error.message
      return Effect.logWarning("the messages' keys stay as they were", error)
    })
  )

  // A file that is there and cannot be used keeps a node from starting; one that is missing is made at the first use.
  yield* read
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(lookInterval)))

  return KeyRing.of({
    current: Effect.map(loaded, ({ current }) => current),
    senderKey: Effect.map(loaded, ({ senderKey }) => senderKey),
    versions: Effect.map(loaded, ({ keys }) => [...keys.keys()].sort((one, other) => one - other)),
    key: Effect.fnUntraced(function* (version) {
      // Another node may know a version that was added a moment ago.
      const key = (yield* loaded).keys.get(version) ?? (yield* reread).keys.get(version)
      return key ?? (yield* new KeyVersionUnknown({ version }))
    }),
    refresh: Effect.asVoid(reread)
  })
})

/**
 * The keys of messages at rest. Once they were read from the file, and unwrapped where a key management service wrapped
 * them, the answers come from memory.
 */
export class KeyRing extends Context.Service<
  KeyRing,
  {
    /** The key that new messages are written with. */
    readonly current: Effect.Effect<MessageKey, Unusable>
    readonly key: (version: number) => Effect.Effect<MessageKey, Unusable | KeyVersionUnknown>
    /** Key of the HMAC of senders' numbers; it is the same for ever. */
    readonly senderKey: Effect.Effect<KeyObject, Unusable>
    /** All that there are, oldest first. */
    readonly versions: Effect.Effect<ReadonlyArray<number>, MessageKeysUnusable>
    /** Looks now whether the keys have changed. */
    readonly refresh: Effect.Effect<void, MessageKeysUnusable>
  }
>()("tandem/layers/messaging/KeyRing") {
  /** Keys in a file, which is made at the first use. What touches messages takes them from `ProvenKeys`. */
  static readonly layer = Layer.effect(KeyRing, Effect.flatMap(messageKeyFile, makeFileRing)).pipe(
    Layer.provide(KeyManagement.layer)
  )
}
