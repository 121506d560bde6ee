import { Clock, Effect, Option, Schema } from "effect"
import { Buffer } from "node:buffer"
import { randomBytes } from "node:crypto"
import { chown, link, mkdir, open, rename, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"

/** AES-256 and HMAC-SHA-256 alike take this many bytes. */
export const keyBytes = 32

/** The version is one byte of each message's body. */
export const maxKeyVersion = 255

/** More than a file with all versions that there can be. */
const maxFileBytes = 256 * 1024

const ownerOnly = 0o600

/** The file with the messages' keys cannot be used. What is in it is never told. */
export class MessageKeysUnusable extends Schema.TaggedError<MessageKeysUnusable>()("MessageKeysUnusable", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `MESSAGE_KEY_FILE: ${this.file} ${this.detail}`
  }
}

/** Longest text of a wrapped key. */
const maxWrappedLength = 4_096

const Key = Schema.NonEmptyString.check(Schema.isMaxLength(maxWrappedLength))
const isPlain = (text: string): boolean => Buffer.from(text, "base64").length === keyBytes
/** The word of a key management service and a colon, which base64 has not. */
const isWrapped = (text: string): boolean => /^[a-z][a-z0-9-]*:/.test(text)
const Version = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: maxKeyVersion }))

const KeyFileText = Schema.fromJsonString(
  Schema.Struct({
    /** The service and its key that wrapped all keys of the file. */
    wrappedBy: Schema.optionalKey(Schema.NonEmptyString),
    /** Version that new messages are written with. */
    current: Version,
    /** Of the HMAC of senders' numbers: it never changes, or a sender's messages would not be found any more. */
    senderKey: Key,
    keys: Schema.Array(Schema.Struct({ version: Version, key: Key, createdAt: Schema.String }))
  })
)

export type KeyFile = typeof KeyFileText.Type

const decode = Schema.decodeUnknownOption(KeyFileText)

/** Tells a file that was replaced from the one that was read. */
export interface FileStamp {
  readonly ino: number
  readonly mtimeMs: number
  readonly size: number
}

const isErrorOf = (code: string) => (error: unknown) => error instanceof Error && "code" in error && error.code === code

const isMissing = isErrorOf("ENOENT")

const onDisk = <A>(file: string, run: () => Promise<A>) =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      new MessageKeysUnusable({
        file,
        detail: `cannot be used: ${cause instanceof Error && "code" in cause ? String(cause.code) : "it is no file"}`
      })
  })

const makeKey = () => randomBytes(keyBytes).toString("base64")

const textOf = (content: KeyFile): string => `${JSON.stringify(content, null, 2)}\n`

/** As Postgres judges a server's key: the owner's alone, or root's and readable for one group. */
const isPrivate = (mode: number, uid: number): boolean => (mode & (uid === 0 ? 0o037 : 0o077)) === 0

const parse = (file: string, text: string) => {
  const content = Option.getOrUndefined(decode(text))
  const refuse = (detail: string) => Effect.fail(new MessageKeysUnusable({ file, detail }))
  const damaged = refuse("is damaged, or holds no message keys")
  if (content === undefined) return damaged
  const versions = new Set(content.keys.map(({ version }) => version))
  if (versions.size !== content.keys.length || !versions.has(content.current)) return damaged
  const texts = [content.senderKey, ...content.keys.map(({ key }) => key)]
  const wrapped = texts.filter(isWrapped).length
  if (wrapped !== (content.wrappedBy === undefined ? 0 : texts.length)) {
    return refuse(
      "mixes wrapped keys with others, or does not say what wrapped them: take its last copy that was whole"
    )
  }
  return wrapped === 0 && !texts.every(isPlain) ? damaged : Effect.succeed(content)
}

/** The keys in the file with the file's stamp; none when there is no file. */
export const readKeyFile = Effect.fnUntraced(function* (file: string) {
  const found = yield* onDisk(file, async () => {
    const handle = await open(file, "r").catch((error: unknown) =>
      isMissing(error) ? undefined : Promise.reject(error)
    )
    if (handle === undefined) return undefined
    try {
      const { ino, mode, mtimeMs, size, uid } = await handle.stat()
      const text = size > maxFileBytes ? "" : await handle.readFile("utf8")
      return { mode, uid, text, stamp: { ino, mtimeMs, size } satisfies FileStamp }
    } finally {
      await handle.close()
    }
  })
  if (found === undefined) return Option.none()
  if (!isPrivate(found.mode, found.uid)) {
    return yield* new MessageKeysUnusable({
      file,
      detail: "can be read by others: make it readable for its owner alone"
    })
  }
  return Option.some({ content: yield* parse(file, found.text), stamp: found.stamp })
})

/** Writes a file beside the one that is meant, and has it put in place by `place`; afterwards it survives a power cut. */
const writeAside = (file: string, content: KeyFile, place: (aside: string) => Promise<void>) =>
  onDisk(file, async () => {
    const directory = dirname(file)
    await mkdir(directory, { recursive: true })
    const aside = `${file}.${randomBytes(6).toString("hex")}`
    try {
      const handle = await open(aside, "wx", ownerOnly)
      try {
        await handle.writeFile(textOf(content))
        await handle.sync()
      } finally {
        await handle.close()
      }
      await place(aside)
    } finally {
      await rm(aside, { force: true })
    }
    const handle = await open(directory, "r")
    await handle.sync().finally(() => handle.close())
  })

/**
 * Makes the file with new keys when there is none, in the form that `seal` gives them. Of several that try at the same time
 * one makes it, for all.
 */
export const createKeyFile = Effect.fnUntraced(function* (
  file: string,
  seal: (content: KeyFile) => Effect.Effect<KeyFile, MessageKeysUnusable> = Effect.succeed
) {
  const createdAt = new Date(yield* Clock.currentTimeMillis).toISOString()
  const content = yield* seal({
    current: 1,
    senderKey: makeKey(),
    keys: [{ version: 1, key: makeKey(), createdAt }]
  })
  yield* writeAside(file, content, (aside) =>
    link(aside, file).catch((error: unknown) => (isErrorOf("EEXIST")(error) ? undefined : Promise.reject(error)))
  )
})

/** A new key under the given version, not written down yet. */
export const withNewKey = Effect.fnUntraced(function* (content: KeyFile, version: number) {
  const createdAt = new Date(yield* Clock.currentTimeMillis).toISOString()
  return { ...content, current: version, keys: [...content.keys, { version, key: makeKey(), createdAt }] }
})

/** Puts changed keys in the file's place at once, so that no moment leaves half a file. One at a time may do this. */
export const replaceKeyFile = (file: string, content: KeyFile) =>
  writeAside(file, content, async (aside) => {
    // Whoever changes the keys may be root, and the node that reads them is not.
    const { gid, uid } = await stat(file)
    if (uid !== (await stat(aside)).uid) await chown(aside, uid, gid)
    await rename(aside, file)
  })
