import { Config, Effect, Option, Redacted, Schema } from "effect"
import { createHmac } from "node:crypto"
import { hashMark } from "../../../domain/fraud/calls/HashedNumber.ts"

/** Key of the HMAC that takes the place of callers' numbers; they are kept as they are when it is not set. */
export const numberHashKey = Config.option(
  Config.schema(Schema.Redacted(Schema.String.check(Schema.isMinLength(32))), "FRAUD_NUMBER_HASH_KEY")
)

/** HMAC-SHA-256 (RFC 2104) of a number, in hexadecimal: the same number has the same hash as long as the key is the same. */
export const hashNumber = (key: Redacted.Redacted, number: string): string =>
  number === "" || number.startsWith(hashMark)
    ? number
    : `${hashMark}${createHmac("sha256", Redacted.value(key)).update(number).digest("hex")}`

/** All forms in which the records may hold a caller's number. */
export const numberForms = Effect.map(
  numberHashKey,
  (key) =>
    (number: string): ReadonlyArray<string> =>
      Option.match(key, { onNone: () => [number], onSome: (some) => [number, hashNumber(some, number)] })
)
