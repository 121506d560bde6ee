import { Schema } from "effect"
import { ClientId } from "../pki/CertificateProfile.ts"

/**
 * What a person may do in the portal: a `user` sees one client's messages, a `user_manager` looks after people's accounts,
 * an `admin` does both for everybody, and reads what messages say.
 */
export const portalRoles = ["user", "user_manager", "admin"] as const

export const PortalRole = Schema.Literals(portalRoles)
export type PortalRole = typeof PortalRole.Type

/**
 * An address of the printable ASCII characters (RFC 5321 §4.5.3.1 for its lengths). Others can look alike or fold to the
 * same letter, so that two addresses could mean one account.
 */
export const Email = Schema.String.check(
  Schema.isPattern(/^[\x21-\x3f\x41-\x7e]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?$/, {
    expected: "an e-mail address such as ada@example.com"
  })
)

/** The one spelling under which an address is kept. */
export const normalEmail = (email: string): string => email.toLowerCase()

/** Instants are ISO 8601, UTC, milliseconds. */
export const PortalUser = Schema.Struct({
  userId: Schema.String,
  email: Schema.String,
  role: PortalRole,
  /** Whose messages the user sees; an admin, and a manager of all users, has none. */
  clientId: Schema.NullOr(ClientId),
  isActive: Schema.Boolean,
  /** Goes up with each change of role, client, status or password: tokens that were given before are no good any more. */
  version: Schema.Int,
  lastLoginAt: Schema.NullOr(Schema.String),
  createdAt: Schema.String,
  updatedAt: Schema.String
})
export type PortalUser = typeof PortalUser.Type

/** Most accounts that there can be. */
export const maxPortalUsers = 50_000

/** Address and password do not open an account. Which of them is wrong is told to nobody. */
export class LoginRefused extends Schema.TaggedError<LoginRefused>()("LoginRefused", {}) {}

/** There were too many wrong passwords for this address; no password is looked at until then. */
export class LoginLocked extends Schema.TaggedError<LoginLocked>()("LoginLocked", { retryAfterSeconds: Schema.Int }) {}

/** The refresh token is not one of ours, was used before, or its session is over. */
export class SessionRefused extends Schema.TaggedError<SessionRefused>()("SessionRefused", {}) {}

/** The token of a password's reset is not one of ours, was used before, or is too old. */
export class ResetRefused extends Schema.TaggedError<ResetRefused>()("ResetRefused", {}) {}

/** More passwords are to be checked than this node has the memory for. */
export class PasswordsBusy extends Schema.TaggedError<PasswordsBusy>()("PasswordsBusy", {}) {}

export class PortalUserUnknown extends Schema.TaggedError<PortalUserUnknown>()("PortalUserUnknown", {
  userId: Schema.String
}) {}

/** The account cannot be as it was asked for, whoever asks. */
export class PortalUserRefused extends Schema.TaggedError<PortalUserRefused>()("PortalUserRefused", {
  reason: Schema.Literals(["email-taken", "last-admin", "client-missing", "inactive", "too-many", "changing"])
}) {}

/** The role of whoever asks does not allow it. */
export class PortalActionForbidden extends Schema.TaggedError<PortalActionForbidden>()("PortalActionForbidden", {
  reason: Schema.Literals([
    "not-a-manager",
    "of-an-admin",
    "yourself",
    "not-your-client",
    "no-client",
    "text-for-admins"
  ])
}) {}
