import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { Buffer } from "node:buffer"
import { Webhook } from "standardwebhooks"

/** Random bytes of a secret; the specification asks for 24 to 64. */
const secretBytes = 32

/** A new signing secret, `whsec_` and base64. */
export const makeSecret = Effect.gen(function* () {
  const random = yield* SecureRandom.SecureRandom
  const bytes = yield* random.randomBytes(secretBytes)
  return `whsec_${Buffer.from(bytes).toString("base64")}`
})

/** The headers of a signed message (standardwebhooks.com, version 1): its id, now in seconds, and the signature of all three. */
export const signedHeaders = (secret: string, messageId: string, nowMillis: number, body: string) => ({
  "webhook-id": messageId,
  "webhook-timestamp": String(Math.floor(nowMillis / 1_000)),
  "webhook-signature": new Webhook(secret).sign(messageId, new Date(nowMillis), body)
})
