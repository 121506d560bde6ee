import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Email } from "../../domain/access/PortalUser.ts"
import { MessageStatus } from "../../domain/messaging/Message.ts"
import { SenderNumber } from "../../domain/messaging/SenderNumber.ts"
import { MessagesUnavailable, MessageUnknown, MessageUnreadable } from "./MessageProblems.ts"
import { MessageBody, MessageId, MessageView } from "./MessagesApi.ts"
import { Instant, maxCursorLength, pageOf } from "./Parameters.ts"
import { PortalAuthorization } from "./PortalAuthorization.ts"
import * as Problems from "./PortalProblems.ts"
import { PortalUserView } from "./PortalUsersApi.ts"
import { BodyTooLarge, InvalidCursor, UnsupportedMediaType } from "./RequestProblems.ts"
import { JournalUnavailable } from "./ServiceProblems.ts"

/** Longer than any password that is taken: what is between is refused as every wrong one is. */
const Password = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(1_024))

const Token = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))

/** What somebody who is logged in gets: a token for requests (RFC 6750), and one for the next such pair, good once. */
export const PortalTokens = Schema.Struct({
  accessToken: Schema.String,
  tokenType: Schema.Literal("Bearer"),
  /** Seconds for which the access token is good. */
  expiresIn: Schema.Int,
  refreshToken: Schema.String,
  user: PortalUserView
}).annotate({ identifier: "PortalTokens" })

const postProblems = [BodyTooLarge, UnsupportedMediaType, Problems.PortalRateLimited, JournalUnavailable] as const
const newPassword = [Problems.PasswordRefused, Problems.PortalBusy] as const

/** How people come in, stay and leave; no token is needed here. */
export class PortalAuthApi extends HttpApiGroup.make("portalAuth")
  .add(
    HttpApiEndpoint.post("login", "/portal/auth/login", {
      payload: Schema.Struct({ email: Email, password: Password }),
      success: PortalTokens,
      error: [Problems.PortalLoginRefused, Problems.PortalLoginLocked, Problems.PortalBusy, ...postProblems]
    }).annotate(OpenApi.Summary, "Log in; a wrong address and a wrong password are answered alike"),
    HttpApiEndpoint.post("refresh", "/portal/auth/refresh", {
      payload: Schema.Struct({ refreshToken: Token }),
      success: PortalTokens,
      error: [Problems.PortalSessionRefused, ...postProblems]
    }).annotate(OpenApi.Summary, "New tokens for a refresh token; one that comes twice ends its session"),
    HttpApiEndpoint.post("logout", "/portal/auth/logout", {
      payload: Schema.Struct({ refreshToken: Token }),
      success: HttpApiSchema.NoContent,
      error: [...postProblems]
    }).annotate(OpenApi.Summary, "End the session of a refresh token"),
    HttpApiEndpoint.post("forgotPassword", "/portal/auth/forgot-password", {
      payload: Schema.Struct({ email: Email }),
      success: HttpApiSchema.Accepted,
      error: [...postProblems]
    }).annotate(
      OpenApi.Summary,
      "Have a token for a new password sent, if there is such a user; the answer is always the same"
    ),
    HttpApiEndpoint.post("resetPassword", "/portal/auth/reset-password", {
      payload: Schema.Struct({ token: Token, newPassword: Password }),
      success: HttpApiSchema.NoContent,
      error: [Problems.ResetRefused, ...newPassword, ...postProblems]
    }).annotate(OpenApi.Summary, "Set a new password with a token, once; all sessions end")
  )
  .annotate(OpenApi.Description, "Logging in to the portal.") {}

const maxPageSize = 100

const limit = { minimum: 1, maximum: maxPageSize }

const filter = {
  status: Schema.optionalKey(MessageStatus),
  from_date: Schema.optionalKey(Instant),
  to_date: Schema.optionalKey(Instant)
}

const cursor = Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maxCursorLength)))

const listProblems = [InvalidCursor, Problems.PortalForbidden, MessagesUnavailable] as const
const params = { messageId: MessageId }

const messages = HttpApiGroup.make("portal").add(
  HttpApiEndpoint.get("messages", "/portal/messages", {
    query: {
      ...filter,
      search: Schema.optionalKey(
        Schema.Union([SenderNumber, MessageId]).annotate({
          description:
            "A whole sender's number, or a message's id. For numbers the POST is better: addresses are logged."
        })
      ),
      per_page: Schema.optionalKey(Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween(limit))),
      cursor
    },
    success: pageOf(MessageView),
    error: [...listProblems]
  }).annotate(OpenApi.Summary, "Messages of the user's client, newest first; without their text, their senders masked"),
  HttpApiEndpoint.post("search", "/portal/messages/search", {
    payload: Schema.Struct({
      ...filter,
      search: Schema.Union([SenderNumber, MessageId]),
      per_page: Schema.optionalKey(Schema.Int.check(Schema.isBetween(limit))),
      cursor
    }),
    success: pageOf(MessageView),
    error: [...listProblems, BodyTooLarge, UnsupportedMediaType]
  }).annotate(OpenApi.Summary, "The same for one sender; a POST, since addresses are written into logs"),
  HttpApiEndpoint.get("message", "/portal/messages/:messageId", {
    params,
    success: MessageView,
    error: [MessageUnknown, Problems.PortalForbidden, MessagesUnavailable]
  }).annotate(OpenApi.Summary, "One message, without its text"),
  HttpApiEndpoint.get("body", "/portal/messages/:messageId/body", {
    params,
    success: MessageBody,
    error: [MessageUnknown, MessageUnreadable, Problems.PortalForbidden, MessagesUnavailable]
  }).annotate(OpenApi.Summary, "What a message says, for admins; that it was read is noted in the journal")
)

/** What people see who are logged in. */
export class PortalApi extends messages
  .add(
    HttpApiEndpoint.get("profile", "/portal/profile", { success: PortalUserView }).annotate(
      OpenApi.Summary,
      "Who is logged in"
    ),
    HttpApiEndpoint.post("changePassword", "/portal/profile/password", {
      payload: Schema.Struct({ currentPassword: Password, newPassword: Password }),
      success: HttpApiSchema.NoContent,
      error: [Problems.PortalLoginLocked, ...newPassword, ...postProblems]
    }).annotate(OpenApi.Summary, "Change one's own password; all sessions end")
  )
  .middleware(PortalAuthorization)
  .annotate(OpenApi.Description, "What people see who are logged in to the portal.") {}
