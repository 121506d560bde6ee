import { Duration, Effect, Schedule } from "effect"
import { Buffer } from "node:buffer"
import { timingSafeEqual } from "node:crypto"
import { keyBytes, type KeyFile, MessageKeysUnusable } from "./KeyFile.ts"
import type { KeyWrapping } from "./KeyWrapping.ts"
import { KeyWrappingFailed, noWrapping } from "./KeyWrapping.ts"

type Wrapping = KeyWrapping["Service"]

/** Tries of each key while nothing can go on without it; the waits between them double. */
const patientTries = 5
const firstRetry = Duration.millis(250)

/** Keys that are with the service at the same time. */
const concurrency = 4

/** No key can stand in for another: the service refuses it under another role. */
const senderRole = "tandem sender key"
const roleOf = (version: number) => `tandem message key ${version}`

const eachKey = Effect.fnUntraced(function* <E>(
  content: KeyFile,
  change: (text: string, role: string) => Effect.Effect<string, E>
) {
  const senderKey = yield* change(content.senderKey, senderRole)
  const keys = yield* Effect.forEach(
    content.keys,
    (each) => Effect.map(change(each.key, roleOf(each.version)), (key) => ({ ...each, key })),
    { concurrency }
  )
  return { current: content.current, senderKey, keys }
})

const unusable = (file: string) => (error: KeyWrappingFailed) =>
  new MessageKeysUnusable({ file, detail: `has keys that cannot be unwrapped or wrapped now. ${error.detail}` })

const mismatch = (file: string, wrappedBy: string | undefined, { name }: Wrapping) => {
  const detail =
    wrappedBy === undefined
      ? "has its keys as they are, and MESSAGE_KEY_KMS asks for wrapped ones: run `tandem keys wrap`"
      : name === undefined
        ? `has keys that are wrapped by ${wrappedBy}, and MESSAGE_KEY_KMS names no service`
        : `has keys that are wrapped by ${wrappedBy}, and the settings name ${name}`
  return new MessageKeysUnusable({ file, detail })
}

const unwrapped = Effect.fnUntraced(function* (wrapping: Wrapping, text: string, role: string) {
  const key = yield* wrapping.unwrap(text, role)
  if (key.length === keyBytes) return Buffer.from(key).toString("base64")
  return yield* new KeyWrappingFailed({ detail: "What was unwrapped is no key.", retryable: false })
})

/** The content of a file with its keys as they are. `patient`: a service that is away is asked again for some seconds. */
export const openKeys = (
  wrapping: Wrapping,
  file: string,
  content: KeyFile,
  patience: "patient" | "once"
): Effect.Effect<KeyFile, MessageKeysUnusable> => {
  if (content.wrappedBy !== wrapping.name) return Effect.fail(mismatch(file, content.wrappedBy, wrapping))
  if (wrapping.name === undefined) return Effect.succeed(content)
  const schedule = Schedule.exponential(firstRetry)
  const times = patience === "patient" ? patientTries - 1 : 0
  return eachKey(content, (text, role) =>
    unwrapped(wrapping, text, role).pipe(Effect.retry({ schedule, times, while: ({ retryable }) => retryable }))
  ).pipe(Effect.mapError(unusable(file)))
}

/** The same with its keys wrapped. Each is unwrapped again before anything depends on it. */
export const sealKeys = (
  wrapping: Wrapping,
  file: string,
  content: KeyFile
): Effect.Effect<KeyFile, MessageKeysUnusable> => {
  const { name } = wrapping
  if (name === undefined) return Effect.succeed(content)
  const seal = Effect.fnUntraced(function* (text: string, role: string) {
    const key = Buffer.from(text, "base64")
    const sealed = yield* wrapping.wrap(key, role)
    const again = Buffer.from(yield* unwrapped(wrapping, sealed, role), "base64")
    if (timingSafeEqual(key, again)) return sealed
    return yield* new KeyWrappingFailed({
      detail: "What was wrapped is unwrapped to something else.",
      retryable: false
    })
  })
  return eachKey(content, seal).pipe(
    Effect.map((sealed) => ({ wrappedBy: name, ...sealed })),
    Effect.mapError(unusable(file))
  )
}

/** Opens what the configured service wrapped, and also a file whose keys are as they are. */
export const openEither = (wrapping: Wrapping, file: string, content: KeyFile) =>
  openKeys(content.wrappedBy === undefined ? noWrapping : wrapping, file, content, "patient")
