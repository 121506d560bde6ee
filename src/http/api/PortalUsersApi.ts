import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Email, PortalRole, PortalUser } from "../../domain/access/PortalUser.ts"
import { ClientId } from "../../domain/pki/CertificateProfile.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { pageOf, paging } from "./Parameters.ts"
import { PortalAuthorization } from "./PortalAuthorization.ts"
import { PortalForbidden, PortalUserRefused, PortalUserUnknown } from "./PortalProblems.ts"
import { BodyTooLarge, InvalidCursor, UnsupportedMediaType } from "./RequestProblems.ts"
import { JournalUnavailable } from "./ServiceProblems.ts"

/** A user without what only the plane has to know. */
export const PortalUserView = Schema.Struct({
  userId: PortalUser.fields.userId,
  email: PortalUser.fields.email,
  role: PortalRole,
  clientId: Schema.NullOr(Schema.String),
  isActive: Schema.Boolean,
  lastLoginAt: Schema.NullOr(Schema.String),
  createdAt: Schema.String,
  updatedAt: Schema.String
}).annotate({ identifier: "PortalUser" })
export type PortalUserView = typeof PortalUserView.Type

/** The token is told here, once, when nothing is there that sends it to the user. */
export const PasswordResetView = Schema.Struct({
  userId: Schema.String,
  isDelivered: Schema.Boolean,
  token: Schema.NullOr(Schema.String),
  expiresAt: Schema.String
}).annotate({ identifier: "PasswordReset" })

export const NewPortalUser = Schema.Struct({
  email: Email,
  role: PortalRole,
  clientId: Schema.optionalKey(Schema.NullOr(ClientId))
})

export const PortalUserChange = Schema.Struct({
  role: Schema.optionalKey(PortalRole),
  clientId: Schema.optionalKey(Schema.NullOr(ClientId)),
  isActive: Schema.optionalKey(Schema.Boolean)
})

export const UserId = Schema.String.check(
  Schema.isPattern(/^usr_[0-9a-f]{16}$/, { expected: "a user's id, usr_ and 16 hexadecimal digits" })
)

const params = { userId: UserId }
const refusals = [PortalUserUnknown, PortalUserRefused, PortalForbidden, JournalUnavailable] as const
const bodyProblems = [BodyTooLarge, UnsupportedMediaType] as const

const at = <const Prefix extends "" | "/portal">(prefix: Prefix) => {
  const users = `${prefix}/users` as const
  const one = `${users}/:userId` as const
  return [
    HttpApiEndpoint.get("list", users, {
      query: paging,
      success: pageOf(PortalUserView),
      error: [InvalidCursor, PortalForbidden, JournalUnavailable]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Users of the portal, newest first"),
    HttpApiEndpoint.post("create", users, {
      payload: NewPortalUser,
      success: Schema.Struct({ user: PortalUserView, reset: PasswordResetView }),
      error: [PortalUserRefused, PortalForbidden, JournalUnavailable, ...bodyProblems]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Make a user, with a token to set the first password"),
    HttpApiEndpoint.get("get", one, { params, success: PortalUserView, error: refusals })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "One user"),
    HttpApiEndpoint.patch("change", one, {
      params,
      payload: PortalUserChange,
      success: PortalUserView,
      error: [...refusals, ...bodyProblems]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Change role, client or status; what is not given stays"),
    HttpApiEndpoint.delete("remove", one, { params, success: PortalUserView, error: refusals })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Take a user away, with all sessions"),
    HttpApiEndpoint.post("reset", `${one}/reset`, {
      params,
      success: PasswordResetView,
      error: [...refusals, ...bodyProblems]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Let a user set a new password")
  ] as const
}

const [list, create, get, change, remove, reset] = at("")
const [listHere, createHere, getHere, changeHere, removeHere, resetHere] = at("/portal")

/** People of the portal, for holders of an API key: the first admin is made here. */
export class UsersApi extends HttpApiGroup.make("users")
  .add(list, create, get, change, remove, reset)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "People who log in to the portal, as an admin's API key manages them.") {}

/** The same for managers who are logged in, within their rights. */
export class PortalUsersApi extends HttpApiGroup.make("portalUsers")
  .add(listHere, createHere, getHere, changeHere, removeHere, resetHere)
  .middleware(PortalAuthorization)
  .annotate(OpenApi.Description, "People who log in to the portal, as its managers and admins manage them.") {}
