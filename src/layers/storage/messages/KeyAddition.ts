import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import { Buffer } from "node:buffer"
import { createSecretKey } from "node:crypto"
import {
  maxKeyVersion,
  MessageKeysUnusable,
  readKeyFile,
  replaceKeyFile,
  withNewKey,
  type KeyFile
} from "../../messaging/KeyFile.ts"
import { KeyWrapping } from "../../messaging/KeyWrapping.ts"
import { openEither, openKeys, sealKeys } from "../../messaging/SealedKeys.ts"
import { noteKey, senderKeyVersion } from "./KeyFingerprints.ts"

/** Any fixed number: it names the advisory lock of those who add keys ("keys" in ASCII). */
const lockKey = 0x6b657973

const secretOf = (text: string) => createSecretKey(Buffer.from(text, "base64"))

/** The keys of the nodes. Whoever makes a file of its own here would make keys that no node has. */
export const existingKeys = Effect.fnUntraced(function* (file: string) {
  const found = Option.getOrUndefined(yield* readKeyFile(file))
  if (found !== undefined) return found.content
  return yield* new MessageKeysUnusable({
    file,
    detail: "is not there: name the nodes' file, which is made with the first message"
  })
})

const refuseStrangers = Effect.fnUntraced(function* (file: string, { keys, senderKey }: KeyFile) {
  const sql = yield* SqlClient.SqlClient
  for (const { key, version } of [{ version: senderKeyVersion, key: senderKey }, ...keys]) {
    if (yield* noteKey(sql, { version, secret: secretOf(key) })) continue
    return yield* new MessageKeysUnusable({ file, detail: "holds other keys than the messages of this database have" })
  }
})

/**
 * Adds a key to the file and makes it the current one; its version. The lock keeps two from adding at once, and a version
 * that was ever used with this database is not used for another key.
 */
export const addMessageKey = Effect.fnUntraced(function* (file: string) {
  const sql = yield* SqlClient.SqlClient
  const wrapping = yield* KeyWrapping
  return yield* Effect.gen(function* () {
    yield* sql`SELECT pg_advisory_xact_lock(${lockKey}, 0)`
    const content = yield* openKeys(wrapping, file, yield* existingKeys(file), "patient")
    yield* refuseStrangers(file, content)
    const rows = yield* sql<{ readonly greatest: number }>`
      SELECT coalesce(max(version), 0)::integer AS greatest FROM message_keys`
    const version = Math.max(rows[0]?.greatest ?? 0, ...content.keys.map(({ version }) => version)) + 1
    if (version > maxKeyVersion) {
      return yield* new MessageKeysUnusable({ file, detail: `has had ${maxKeyVersion} keys, and can have no more` })
    }
    const next = yield* withNewKey(content, version)
    yield* refuseStrangers(file, next)
    yield* replaceKeyFile(file, yield* sealKeys(wrapping, file, next))
    return version
  }).pipe(sql.withTransaction)
})

/**
 * Writes the same keys in the form that `to` gives them, whichever they have now; how many they are. Nobody adds a key
 * meanwhile, or it would be lost.
 */
export const rewrapMessageKeys = Effect.fnUntraced(function* (file: string, to: KeyWrapping["Service"]) {
  const sql = yield* SqlClient.SqlClient
  const wrapping = yield* KeyWrapping
  return yield* Effect.gen(function* () {
    yield* sql`SELECT pg_advisory_xact_lock(${lockKey}, 0)`
    const content = yield* openEither(wrapping, file, yield* existingKeys(file))
    yield* refuseStrangers(file, content)
    yield* replaceKeyFile(file, yield* sealKeys(to, file, content))
    return content.keys.length
  }).pipe(sql.withTransaction)
})
