import { Effect, Option, Schema } from "effect"
import { Buffer } from "node:buffer"
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import type { MessageContent } from "../../domain/messaging/Message.ts"
import { MessageUnreadable } from "../../domain/messaging/Message.ts"
import type { KeyRing, MessageKey } from "./KeyRing.ts"

const algorithm = "aes-256-gcm"

/** As NIST SP 800-38D §8.2.2 has it for random nonces: 96 bits, and at most 2^32 messages under one key. */
const nonceBytes = 12
const tagBytes = 16
const headBytes = 1 + nonceBytes

/** Whose text it is: the same bytes under another id or client cannot be opened. */
export interface BodyOwner {
  readonly messageId: string
  readonly clientId: string
}

export interface SealedBody extends BodyOwner {
  /** Version byte, nonce, ciphertext, tag. */
  readonly body: Uint8Array
}

// The id has a fixed length, so that no two owners have the same text.
const associated = ({ clientId, messageId }: BodyOwner): Buffer => Buffer.from(`${messageId}${clientId}`, "utf8")

const decode = Schema.decodeUnknownOption(
  Schema.fromJsonString(
    Schema.Struct({
      sender: Schema.String,
      body: Schema.String,
      metadata: Schema.NullOr(
        Schema.Struct({
          timestamp: Schema.optionalKey(Schema.String),
          clientId: Schema.optionalKey(Schema.String),
          domain: Schema.optionalKey(Schema.String)
        })
      )
    })
  )
)

/** Random bytes are fetched for many nonces at once: asking for them costs far more than they do. */
const makeNonces = (count: number) => {
  let pool = Buffer.alloc(0)
  let at = 0
  return (): Buffer => {
    if (at === pool.length) {
      pool = randomBytes(nonceBytes * count)
      at = 0
    }
    at += nonceBytes
    return pool.subarray(at - nonceBytes, at)
  }
}
const nextNonce = makeNonces(256)

const sealBytes = ({ secret, version }: MessageKey, owner: BodyOwner, plain: Uint8Array): Buffer => {
  const nonce = nextNonce()
  const cipher = createCipheriv(algorithm, secret, nonce, { authTagLength: tagBytes }).setAAD(associated(owner))
  return Buffer.concat([Buffer.of(version), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Encrypts with AES-256-GCM (NIST SP 800-38D) under a fresh nonce. */
export const sealBody = (key: MessageKey, owner: BodyOwner, { body, metadata, sender }: MessageContent): Buffer =>
  sealBytes(key, owner, Buffer.from(JSON.stringify({ sender, body, metadata }), "utf8"))

const openBytes = ({ secret }: MessageKey, sealed: SealedBody): Buffer => {
  const { body } = sealed
  const decipher = createDecipheriv(algorithm, secret, body.subarray(1, headBytes), { authTagLength: tagBytes })
    .setAAD(associated(sealed))
    .setAuthTag(body.subarray(body.length - tagBytes))
  return Buffer.concat([decipher.update(body.subarray(headBytes, body.length - tagBytes)), decipher.final()])
}

const opened = Effect.fnUntraced(function* (ring: KeyRing["Service"], sealed: SealedBody) {
  const keyVersion = sealed.body[0] ?? 0
  const unreadable = (reason: MessageUnreadable["reason"]) =>
    new MessageUnreadable({ messageId: sealed.messageId, reason, keyVersion })
  if (sealed.body.length < headBytes + tagBytes) return yield* unreadable("malformed")
  const key = yield* ring
    .key(keyVersion)
    .pipe(Effect.catchTag("KeyVersionUnknown", () => Effect.fail(unreadable("key-unknown"))))
  return yield* Effect.try({ try: () => openBytes(key, sealed), catch: () => unreadable("tampered") })
})

/** Decrypts what {@link sealBody} made. */
export const openBody = Effect.fnUntraced(function* (ring: KeyRing["Service"], sealed: SealedBody) {
  const plain = yield* opened(ring, sealed)
  const content: MessageContent | undefined = Option.getOrUndefined(decode(plain.toString("utf8")))
  if (content !== undefined) return content
  return yield* new MessageUnreadable({
    messageId: sealed.messageId,
    reason: "malformed",
    keyVersion: sealed.body[0] ?? 0
  })
})

/** The same text under another key. */
export const resealBody = (ring: KeyRing["Service"], to: MessageKey, sealed: SealedBody) =>
  Effect.map(opened(ring, sealed), (plain) => sealBytes(to, sealed, plain))
