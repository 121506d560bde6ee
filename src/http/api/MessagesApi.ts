import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { MessageStatus } from "../../domain/messaging/Message.ts"
import { SenderNumber } from "../../domain/messaging/SenderNumber.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { postProblems } from "./CommandProblems.ts"
import { MessagesUnavailable, MessageStatusRefused, MessageUnknown, MessageUnreadable } from "./MessageProblems.ts"
import { idempotent, Instant, maxCursorLength, pageLimit, pageOf, paging } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"

export const MessageId = Schema.String.check(
  Schema.isPattern(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, { expected: "a message's id: a UUID" })
)

/** A client's or a domain's name as it may be looked for. */
export const MessageName = Schema.String.check(
  Schema.isPattern(/^[^\p{Cc}]{1,200}$/u, { expected: "1 to 200 characters, none of them a control character" })
)

/** Instants are ISO 8601, UTC, milliseconds. */
export const MessageView = Schema.Struct({
  messageId: Schema.String,
  clientId: Schema.String,
  domain: Schema.String,
  /** The number, most of its digits starred. */
  sender: Schema.String,
  status: MessageStatus,
  attempts: Schema.Int,
  /** When it is sent next, or was to be. */
  dueAt: Schema.String,
  /** What came of the last attempt. */
  error: Schema.NullOr(Schema.String),
  queuedAt: Schema.String,
  lastAttemptAt: Schema.NullOr(Schema.String),
  deliveredAt: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Message" })
export type MessageView = typeof MessageView.Type

/** What a message says. */
export const MessageBody = Schema.Struct({
  messageId: Schema.String,
  clientId: Schema.String,
  domain: Schema.String,
  senderNumber: Schema.String,
  body: Schema.String,
  metadata: Schema.NullOr(
    Schema.Struct({
      timestamp: Schema.optionalKey(Schema.String),
      clientId: Schema.optionalKey(Schema.String),
      domain: Schema.optionalKey(Schema.String)
    })
  )
}).annotate({ identifier: "MessageBody" })

export const MessageStats = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({
      domain: Schema.String,
      queued: Schema.Int,
      processing: Schema.Int,
      failed: Schema.Int,
      dead: Schema.Int,
      acceptedLastHour: Schema.Int,
      deliveredLastHour: Schema.Int,
      oldestQueuedAt: Schema.NullOr(Schema.String)
    })
  )
}).annotate({ identifier: "MessageStats" })

export const MessagesReplayed = Schema.Struct({ replayed: Schema.Int }).annotate({ identifier: "MessagesReplayed" })

const filter = {
  status: Schema.optionalKey(MessageStatus),
  clientId: Schema.optionalKey(MessageName),
  domain: Schema.optionalKey(MessageName),
  from: Schema.optionalKey(Instant),
  to: Schema.optionalKey(Instant)
}

const params = { messageId: MessageId }

const reads = HttpApiGroup.make("messages").add(
  HttpApiEndpoint.get("list", "/messages", {
    query: { ...paging, ...filter },
    success: pageOf(MessageView),
    error: [InvalidCursor, MessagesUnavailable]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "Messages, newest first; without their text, their senders masked"),
  HttpApiEndpoint.post("search", "/messages/search", {
    payload: Schema.Struct({
      ...filter,
      senderNumber: SenderNumber,
      limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween(pageLimit))),
      cursor: Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maxCursorLength)))
    }),
    success: pageOf(MessageView),
    error: [InvalidCursor, MessagesUnavailable, ...postProblems]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "Messages of one sender; a POST, since addresses are written into logs"),
  HttpApiEndpoint.get("stats", "/messages/stats", { success: MessageStats, error: MessagesUnavailable })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "How many messages wait, failed or are dead, domain by domain"),
  HttpApiEndpoint.get("get", "/messages/:messageId", {
    params,
    success: MessageView,
    error: [MessageUnknown, MessagesUnavailable]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "One message, without its text")
)

/** What clients handed in, from when it was accepted until it was delivered or given up. */
export class MessagesApi extends reads
  .add(
    HttpApiEndpoint.get("body", "/messages/:messageId/body", {
      params,
      success: MessageBody,
      error: [MessageUnknown, MessageUnreadable, MessagesUnavailable]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "What a message says; that it was read is noted in the journal"),
    HttpApiEndpoint.post("replay", "/messages/:messageId/replay", {
      params,
      headers: idempotent,
      success: MessageView,
      error: [MessageUnknown, MessageStatusRefused, MessagesUnavailable, ...postProblems]
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Deliver a message that failed or is dead once more"),
    HttpApiEndpoint.post("replayMany", "/messages/replay", {
      headers: idempotent,
      payload: Schema.Struct({
        status: Schema.optionalKey(Schema.Literals(["failed", "dead"])),
        clientId: Schema.optionalKey(MessageName),
        domain: Schema.optionalKey(MessageName)
      }),
      success: MessagesReplayed,
      error: [MessagesUnavailable, ...postProblems]
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Deliver up to 10,000 messages that failed or are dead once more, oldest first")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Messages that clients handed in with their certificates, and what became of them.") {}
