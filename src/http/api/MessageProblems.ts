import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class MessageUnknown extends HttpApiError.Problem<MessageUnknown>()(
  "MessageUnknown",
  { type: "urn:tandem:problem:message-unknown", status: 404, title: "No such message" },
  { messageId: Schema.String }
) {}

export class MessageStatusRefused extends HttpApiError.Problem<MessageStatusRefused>()(
  "MessageStatusRefused",
  { type: "urn:tandem:problem:message-status-refused", status: 409, title: "The message's status does not allow this" },
  { messageId: Schema.String, messageStatus: Schema.String }
) {}

export class MessageUnreadable extends HttpApiError.Problem<MessageUnreadable>()(
  "MessageUnreadable",
  { type: "urn:tandem:problem:message-unreadable", status: 500, title: "The message cannot be decrypted" },
  { messageId: Schema.String, reason: Schema.String }
) {}

export class MessagesUnavailable extends HttpApiError.Problem<MessagesUnavailable>()(
  "MessagesUnavailable",
  { type: "urn:tandem:problem:messages-unavailable", status: 503, title: "The messages cannot be reached now" },
  { retryAfterSeconds: Schema.Int }
) {}

export class MessageDomainUnknown extends HttpApiError.Problem<MessageDomainUnknown>()(
  "MessageDomainUnknown",
  { type: "urn:tandem:problem:message-domain-unknown", status: 404, title: "No such domain of messages" },
  { domain: Schema.String }
) {}

export class MessageDomainRefused extends HttpApiError.Problem<MessageDomainRefused>()("MessageDomainRefused", {
  type: "urn:tandem:problem:message-domain-refused",
  status: 409,
  title: "The domain of messages cannot be as it was asked for"
}) {}
