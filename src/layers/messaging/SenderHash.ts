import { createHmac, type KeyObject } from "node:crypto"
import type { MessageContent } from "../../domain/messaging/Message.ts"

const lanes = 64

/** HMAC-SHA-256 (RFC 2104) of an E.164 number. */
export const senderHash = (key: KeyObject, number: string): Uint8Array =>
  createHmac("sha256", key).update(number).digest()

/** The lane of a sender's messages, from 0 to 63. */
export const laneOf = (hash: Uint8Array): number => (hash[0] ?? 0) % lanes

/** Tells whether a message that comes again is the same; no number begins with the mark, so that no two hashes meet. */
export const contentHash = (key: KeyObject, { body, metadata, sender }: MessageContent): Uint8Array =>
  createHmac("sha256", key)
    .update("content\0")
    .update(JSON.stringify([sender, body, metadata?.timestamp, metadata?.clientId, metadata?.domain]))
    .digest()
