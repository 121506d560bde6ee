import { Schema } from "effect"

/**
 * `queued` waits until it is due, `processing` is being sent, `delivered` was taken by the receiver, `failed` was refused
 * for good, `dead` has used up its attempts.
 */
export const MessageStatus = Schema.Literals(["queued", "processing", "delivered", "failed", "dead"])
export type MessageStatus = typeof MessageStatus.Type

export const messageStatuses = MessageStatus.literals

/** What the client said about a message besides its text. Nothing here is believed: who sent it is known from TLS. */
export interface MessageMetadata {
  readonly timestamp?: string
  readonly clientId?: string
  readonly domain?: string
}

/** What only those may see who may read the message: it is kept encrypted. */
export interface MessageContent {
  readonly sender: string
  readonly body: string
  readonly metadata: MessageMetadata | null
}

/** A message to be taken in. Of the id and the key either names the client's intent; the same again is the same message. */
export interface NewMessage {
  /** UUID of version 4; one is made when it is null. */
  readonly messageId: string | null
  /** At most {@link longestIdempotencyKey} characters; names one message of this client. */
  readonly idempotencyKey: string | null
  readonly clientId: string
  readonly domain: string
  /** E.164. */
  readonly senderNumber: string
  readonly body: string
  readonly metadata: MessageMetadata | null
}

export const longestIdempotencyKey = 200

/** Printable ASCII, as a header's value is. */
export const isIdempotencyKey = (text: string): boolean =>
  text.length <= longestIdempotencyKey && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text)

/** `conflict`: the id or the key names another message already. */
export type IntakeOutcome = "accepted" | "repeated" | "conflict"

/** What became of a message that was handed in. */
export interface Accepted {
  readonly outcome: IntakeOutcome
  /** In lower case. Of a conflict it is the client's own id, or empty. */
  readonly messageId: string
  /** ISO 8601, UTC, milliseconds. */
  readonly queuedAt: string
  /** About how many messages wait in its domain, this one included. */
  readonly position: number
}

/** A message as it is listed: without its text, its sender masked. Instants are ISO 8601, UTC, milliseconds. */
export interface MessageRecord {
  /** Its place among all messages; lists begin with the greatest. */
  readonly seq: string
  readonly messageId: string
  readonly clientId: string
  readonly domain: string
  readonly senderMasked: string
  readonly status: MessageStatus
  readonly attempts: number
  readonly dueAt: string
  readonly error: string | null
  readonly keyVersion: number
  readonly queuedAt: string
  readonly lastAttemptAt: string | null
  readonly deliveredAt: string | null
}

/** Messages cannot be written or read now. Nothing was acknowledged; the same may be sent again under the same id or key. */
export class MessagesUnavailable extends Schema.TaggedError<MessagesUnavailable>()("MessagesUnavailable", {
  detail: Schema.String
}) {}

/** The text of a message cannot be decrypted: it was changed, belongs to another message or client, or its key is not here. */
export class MessageUnreadable extends Schema.TaggedError<MessageUnreadable>()("MessageUnreadable", {
  messageId: Schema.String,
  reason: Schema.Literals(["tampered", "key-unknown", "malformed"]),
  keyVersion: Schema.Int
}) {}
