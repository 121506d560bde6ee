import { Result, Schema } from "effect"

/** Characters that a password has at least. */
export const minPasswordLength = 12

/** UTF-8 bytes that it has at most; a longer one is refused and never cut. */
export const maxPasswordBytes = 256

export class PasswordRefused extends Schema.TaggedError<PasswordRefused>()("PasswordRefused", {
  reason: Schema.Literals(["too-short", "too-long", "is-the-email", "too-common", "not-the-current-one"])
}) {}

/** Passwords are compared in this form, so that what keyboards compose differently is the same (NIST SP 800-63B §3.1.1.2). */
export const normalPassword = (password: string): string => password.normalize("NFKC")

const utf8 = new TextEncoder()

export const isPasswordTooLong = (password: string): boolean =>
  utf8.encode(normalPassword(password)).length > maxPasswordBytes

/** Of those that are tried first, the ones that are long enough. */
const common: ReadonlySet<string> = new Set([
  "password1234",
  "password12345",
  "password123456",
  "passwordpassword",
  "123456789012",
  "1234567890123",
  "qwertyuiop12",
  "qwertyuiop123",
  "qwertyuiop[]",
  "1q2w3e4r5t6y",
  "qwerty123456",
  "administrator",
  "iloveyou1234",
  "letmein12345",
  "changeme1234",
  "welcome12345"
])

const isRepeated = (text: string): boolean => [1, 2, 3, 4].some((size) => isRepetitionOf(text, size))

const isRepetitionOf = (text: string, size: number): boolean =>
  text ===
  text
    .slice(0, size)
    .repeat(Math.ceil(text.length / size))
    .slice(0, text.length)

/** Whether a new password may be taken: long enough and not to be guessed at once. What it is made of does not matter. */
export const passwordRefusal = (password: string, email: string): Result.Result<void, PasswordRefused> => {
  const refused = (reason: PasswordRefused["reason"]) => Result.fail(new PasswordRefused({ reason }))
  const text = normalPassword(password)
  if ([...text].length < minPasswordLength) return refused("too-short")
  if (isPasswordTooLong(password)) return refused("too-long")
  const folded = text.toLowerCase()
  if (folded.includes(email.toLowerCase())) return refused("is-the-email")
  return common.has(folded) || isRepeated(folded) ? refused("too-common") : Result.void
}
