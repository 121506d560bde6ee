import { Option, Result } from "effect"
import type { PortalRole, PortalUser } from "./PortalUser.ts"
import { PortalActionForbidden, PortalUserRefused } from "./PortalUser.ts"

/** Whoever asks: a user of the portal, or an admin's API key, which is nobody's account. */
export interface PortalActor {
  readonly userId: string | null
  readonly role: PortalRole
  readonly clientId: string | null
}

/** What an account is judged by. */
export interface Standing {
  readonly role: PortalRole
  readonly clientId: string | null
}

const forbidden = (reason: PortalActionForbidden["reason"]) => Result.fail(new PortalActionForbidden({ reason }))

/** A manager with a client looks after that client's users alone. */
const isWithin = (actor: PortalActor, { clientId }: Standing) =>
  actor.role === "admin" || actor.clientId === null || actor.clientId === clientId

export const managesUsers = ({ role }: PortalActor): Result.Result<void, PortalActionForbidden> =>
  role === "user" ? forbidden("not-a-manager") : Result.void

/** Whether a manager may know of the account at all. */
export const maySeeUser = (actor: PortalActor, target: Standing): boolean =>
  Result.isSuccess(managesUsers(actor)) && isWithin(actor, target)

/** Whether an account may be made, which then stands like this. */
export const mayMake = (actor: PortalActor, made: Standing): Result.Result<void, PortalActionForbidden> => {
  const manages = managesUsers(actor)
  if (Result.isFailure(manages)) return manages
  if (actor.role === "admin") return Result.void
  if (made.role === "admin") return forbidden("of-an-admin")
  return isWithin(actor, made) ? Result.void : forbidden("not-your-client")
}

/** Whether an account may be taken away, given a new password, or changed into what it is `after`. */
export const mayChange = (
  actor: PortalActor,
  target: Standing & { readonly userId: string },
  after: Standing = target
): Result.Result<void, PortalActionForbidden> => {
  const manages = managesUsers(actor)
  if (Result.isFailure(manages)) return manages
  if (actor.role === "admin") return Result.void
  if (actor.userId === target.userId) return forbidden("yourself")
  if (target.role === "admin" || after.role === "admin") return forbidden("of-an-admin")
  return isWithin(actor, target) && isWithin(actor, after) ? Result.void : forbidden("not-your-client")
}

/** How an account with this role and client is kept: an admin is of no client, a user of one. */
export const standingOf = (role: PortalRole, clientId: string | null): Result.Result<Standing, PortalUserRefused> => {
  if (role === "admin") return Result.succeed({ role, clientId: null })
  return role === "user" && clientId === null
    ? Result.fail(new PortalUserRefused({ reason: "client-missing" }))
    : Result.succeed({ role, clientId })
}

/** The one client whose messages may be seen; none: those of all. */
export const seesMessagesOf = ({
  clientId,
  role
}: PortalActor): Result.Result<Option.Option<string>, PortalActionForbidden> => {
  if (role === "admin") return Result.succeed(Option.none())
  return clientId === null ? forbidden("no-client") : Result.succeed(Option.some(clientId))
}

export const mayReadText = ({ role }: PortalActor): Result.Result<void, PortalActionForbidden> =>
  role === "admin" ? Result.void : forbidden("text-for-admins")

/** Whether a change takes one from the admins who can log in. */
export const losesAdmin = (before: PortalUser, after: Standing & { readonly isActive: boolean }): boolean =>
  before.role === "admin" && before.isActive && !(after.role === "admin" && after.isActive)
