import type * as Passwords from "../domain/access/PasswordRules.ts"
import { maxPasswordBytes, minPasswordLength } from "../domain/access/PasswordRules.ts"
import type * as Users from "../domain/access/PortalUser.ts"
import { maxPortalUsers } from "../domain/access/PortalUser.ts"
import * as Problems from "./api/PortalProblems.ts"

const passwordDetails: Record<Passwords.PasswordRefused["reason"], string> = {
  "too-short": `A password has ${minPasswordLength} characters or more.`,
  "too-long": `A password has ${maxPasswordBytes} bytes at most.`,
  "is-the-email": "The address is no password.",
  "too-common": "It is one of those that are tried first. Take several words.",
  "not-the-current-one": "The current password is wrong."
}

const userDetails: Record<Users.PortalUserRefused["reason"], string> = {
  "email-taken": "There is a user with this address.",
  "last-admin": "There would be no admin any more who can log in. Make another one first.",
  "client-missing": "A user sees the messages of one client: say which.",
  inactive: "The user may not log in; activate it first.",
  "too-many": `There are ${maxPortalUsers} users, as many as there may be.`,
  changing: "Somebody else changes the user at the same time. Look, and try again."
}

const forbiddenDetails: Record<Users.PortalActionForbidden["reason"], string> = {
  "not-a-manager": "Managers and admins may do this.",
  "of-an-admin": "Admins may do this.",
  yourself: "Nobody manages his own account; somebody else has to.",
  "not-your-client": "This manager looks after the users of one client.",
  "no-client": "This account is of no client, so there are no messages for it.",
  "text-for-admins": "Admins may read what messages say."
}

/** What people are told of refusals of the portal. */
export const portalProblems = {
  LoginRefused: (_: Users.LoginRefused) =>
    new Problems.PortalLoginRefused({ detail: "They are wrong, or the account may not log in." }),
  LoginLocked: ({ retryAfterSeconds }: Users.LoginLocked) =>
    new Problems.PortalLoginLocked({
      retryAfterSeconds,
      detail: "No password for this address is looked at for a while."
    }),
  SessionRefused: (_: Users.SessionRefused) => new Problems.PortalSessionRefused({ detail: "Log in again." }),
  ResetRefused: (_: Users.ResetRefused) =>
    new Problems.ResetRefused({ detail: "It was used, is too old, or was never given out. Ask for another one." }),
  PasswordsBusy: (_: Users.PasswordsBusy) =>
    new Problems.PortalBusy({ retryAfterSeconds: 1, detail: "Nothing was done. Send the same request again." }),
  PasswordRefused: ({ reason }: Passwords.PasswordRefused) =>
    new Problems.PasswordRefused({ reason, detail: passwordDetails[reason] }),
  PortalUserUnknown: ({ userId }: Users.PortalUserUnknown) =>
    new Problems.PortalUserUnknown({ userId, detail: `There is no user ${userId}.` }),
  PortalUserRefused: ({ reason }: Users.PortalUserRefused) =>
    new Problems.PortalUserRefused({ reason, detail: userDetails[reason] }),
  PortalActionForbidden: ({ reason }: Users.PortalActionForbidden) =>
    new Problems.PortalForbidden({ reason, detail: forbiddenDetails[reason] })
}
