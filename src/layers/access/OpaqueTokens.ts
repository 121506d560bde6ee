import { Effect, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Buffer } from "node:buffer"
import { hash } from "node:crypto"

const familyBytes = 16
const secretBytes = 32

const refreshForm = /^tdr_([A-Za-z0-9_-]{22})_([A-Za-z0-9_-]{43})$/
const resetForm = /^tdp_([A-Za-z0-9_-]{43})$/

/** Tokens have at least 128 random bits, so one round is enough; they need no slow hash. */
const digest = (purpose: string, text: string): Uint8Array => hash("sha256", `${purpose}\0${text}`, "buffer")

/** What is kept of a refresh token: the family that it is of, and which of the family it is. */
export interface RefreshDigest {
  readonly familyHash: Uint8Array
  readonly tokenHash: Uint8Array
}

const randomText = (bytes: number) =>
  Effect.gen(function* () {
    const random = yield* SecureRandom.SecureRandom
    return Buffer.from(yield* random.randomBytes(bytes)).toString("base64url")
  })

const refreshDigest = (family: string, secret: string): RefreshDigest => ({
  familyHash: digest("family", family),
  tokenHash: digest("refresh", secret)
})

export const readRefreshToken = (token: Redacted.Redacted): RefreshDigest | undefined => {
  const [, family, secret] = refreshForm.exec(Redacted.value(token)) ?? []
  return family === undefined || secret === undefined ? undefined : refreshDigest(family, secret)
}

const refreshToken = Effect.fnUntraced(function* (family: string) {
  const secret = yield* randomText(secretBytes)
  return { token: Redacted.make(`tdr_${family}_${secret}`), digest: refreshDigest(family, secret) }
})

/** The first token of a new family. */
export const makeRefreshToken = Effect.flatMap(randomText(familyBytes), refreshToken)

/** The one that comes after this one, of the same family. */
export const nextRefreshToken = (token: Redacted.Redacted) =>
  refreshToken(refreshForm.exec(Redacted.value(token))?.[1] ?? "")

export const readResetToken = (token: Redacted.Redacted): Uint8Array | undefined => {
  const [, secret] = resetForm.exec(Redacted.value(token)) ?? []
  return secret === undefined ? undefined : digest("reset", secret)
}

export const makeResetToken = Effect.map(randomText(secretBytes), (secret) => ({
  token: Redacted.make(`tdp_${secret}`),
  tokenHash: digest("reset", secret)
}))

/** Under which the attempts to log in with an address are counted. */
export const accountOf = (email: string): Uint8Array => digest("account", email)

/** An id that nobody guesses, such as `usr_0123456789abcdef`. */
export const makeId = (prefix: string) =>
  Effect.gen(function* () {
    const random = yield* SecureRandom.SecureRandom
    return `${prefix}_${Buffer.from(yield* random.randomBytes(8)).toString("hex")}`
  })
