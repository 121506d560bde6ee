import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { KeyObject } from "node:crypto"
import { KeyRing, type MessageKey, MessageKeysUnproven } from "../../messaging/KeyRing.ts"
import { noteKey, senderKeyVersion } from "./KeyFingerprints.ts"

const differ = new MessageKeysUnproven({
  detail: "this node's keys are not those that the messages of this database are written with"
})

const away = new MessageKeysUnproven({ detail: "the keys cannot be compared with those of the database now" })

/**
 * The keys of the file, each once compared with what the database knows of it. So two nodes with different files are kept
 * off the same messages: neither could read what the other wrote, and would take it for damaged.
 */
const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const file = yield* KeyRing
  const proven = new Set<KeyObject>()

  const prove = Effect.fnUntraced(function* (key: MessageKey) {
    const isKnown = yield* noteKey(sql, key).pipe(
      Effect.tapError((error) => Effect.logWarning(away.detail, error)),
      Effect.mapError(() => away)
    )
    if (!isKnown) {
      yield* Effect.logError(differ.detail).pipe(Effect.annotateLogs({ keyVersion: key.version }))
      return yield* differ
    }
    proven.add(key.secret)
    return key
  })
  const proof = (key: MessageKey): Effect.Effect<MessageKey, MessageKeysUnproven> =>
    proven.has(key.secret) ? Effect.succeed(key) : prove(key)

  // Senders' hashes of a stranger would tear apart what belongs together, whatever the key of the bodies is.
  const senderKey = Effect.map(
    Effect.flatMap(file.senderKey, (secret) => proof({ version: senderKeyVersion, secret })),
    ({ secret }) => secret
  )
  return KeyRing.of({
    ...file,
    senderKey,
    current: Effect.andThen(senderKey, Effect.flatMap(file.current, proof)),
    key: (version) => Effect.andThen(senderKey, Effect.flatMap(file.key(version), proof))
  })
})

/** The key ring of whatever touches messages. */
export const layer = Layer.effect(KeyRing, make)

/** The same, with the keys of the file. */
export const layerFile = layer.pipe(Layer.provide(KeyRing.layer))
