import { Context, Effect, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import type { PortalActor, Standing } from "../domain/access/PortalRights.ts"
import { losesAdmin, managesUsers, mayChange, mayMake, maySeeUser, standingOf } from "../domain/access/PortalRights.ts"
import type { PortalActionForbidden, PortalRole, PortalUser } from "../domain/access/PortalUser.ts"
import { normalEmail, PortalUserRefused, PortalUserUnknown } from "../domain/access/PortalUser.ts"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import { makeId } from "../layers/access/OpaqueTokens.ts"
import { PortalNotes } from "../layers/storage/PortalNotes.ts"
import { PortalUsers } from "../layers/storage/PortalUsers.ts"
import type { CreatedBefore } from "../layers/storage/RowQueries.ts"
import type { Author, MadeReset } from "./PortalPasswordDesk.ts"
import { PortalPasswordDesk } from "./PortalPasswordDesk.ts"

/** Who manages accounts: by what right, and how the journal names him. */
export interface Manager extends Author {
  readonly actor: PortalActor
}

/** What is not given stays as it is. */
export interface WantedUser {
  readonly role?: PortalRole | undefined
  readonly clientId?: string | null | undefined
  readonly isActive?: boolean | undefined
}

export interface NewAccount {
  readonly email: string
  readonly role: PortalRole
  readonly clientId: string | null
}

/** Decisions about one account; with one more somebody else changes it all the time. */
const maxTries = 5

const isSame = (user: PortalUser, { clientId, isActive, role }: Standing & { readonly isActive: boolean }) =>
  user.role === role && user.clientId === clientId && user.isActive === isActive

const lastAdmin = new PortalUserRefused({ reason: "last-admin" })

const makeAccounts = Effect.gen(function* () {
  const notes = yield* PortalNotes
  const users = yield* PortalUsers

  const find = Effect.fnUntraced(function* ({ actor }: Manager, userId: string) {
    yield* Effect.fromResult(managesUsers(actor))
    const found = Option.getOrUndefined(yield* users.get(userId))
    // Of accounts that are not his a manager does not learn that they are there.
    return found === undefined || !maySeeUser(actor, found) ? yield* new PortalUserUnknown({ userId }) : found
  })

  const changeOnce = Effect.fnUntraced(function* (manager: Manager, before: PortalUser, wanted: WantedUser) {
    const { actor, by, source } = manager
    const clientId = wanted.clientId === undefined ? before.clientId : wanted.clientId
    const standing = yield* Effect.fromResult(standingOf(wanted.role ?? before.role, clientId))
    yield* Effect.fromResult(mayChange(actor, before, standing))
    const after = { ...standing, isActive: wanted.isActive ?? before.isActive }
    if (isSame(before, after)) return Option.some(before)
    const isLoss = losesAdmin(before, after)
    if (isLoss && !(yield* users.hasOtherAdmin(before.userId))) return yield* lastAdmin
    // Noted first: a crash in between notes what did not happen, and never leaves unsaid what did.
    yield* notes.write(before.userId, { _tag: "PortalUserChanged", ...after, by, source })
    return yield* users.change(before, after, isLoss)
  })

  const removeOnce = Effect.fnUntraced(function* ({ actor, by, source }: Manager, before: PortalUser) {
    yield* Effect.fromResult(mayChange(actor, before))
    const isLoss = before.role === "admin" && before.isActive
    if (isLoss && !(yield* users.hasOtherAdmin(before.userId))) return yield* lastAdmin
    yield* notes.write(before.userId, { _tag: "PortalUserRemoved", by, source })
    return yield* users.remove(before, isLoss)
  })

  /** Decides again as long as the account is another one by the time that it is written. */
  const settled = Effect.fnUntraced(function* <E>(
    manager: Manager,
    userId: string,
    once: (before: PortalUser) => Effect.Effect<Option.Option<PortalUser>, E>
  ) {
    for (let tries = 0; tries < maxTries; tries++) {
      const after = yield* once(yield* find(manager, userId))
      if (Option.isSome(after)) return after.value
    }
    return yield* new PortalUserRefused({ reason: "changing" })
  })

  return { find, changeOnce, removeOnce, settled }
})

const makeDesk = Effect.gen(function* () {
  const notes = yield* PortalNotes
  const passwords = yield* PortalPasswordDesk
  const users = yield* PortalUsers
  const random = yield* SecureRandom.SecureRandom
  const { changeOnce, find, removeOnce, settled } = yield* makeAccounts

  const makeReset = (user: PortalUser, author: Author) =>
    passwords
      .makeReset(user, author)
      .pipe(Effect.catchTag("ResetRefused", () => new PortalUserRefused({ reason: "changing" })))

  return PortalUserDesk.of({
    create: Effect.fn("PortalUserDesk.create")(function* (manager, { clientId, email, role }) {
      const standing = yield* Effect.fromResult(standingOf(role, clientId))
      yield* Effect.fromResult(mayMake(manager.actor, standing))
      const userId = yield* Effect.provideService(makeId("usr"), SecureRandom.SecureRandom, random)
      const address = normalEmail(email)
      if (Option.isSome(yield* users.credentials({ email: address }))) {
        return yield* new PortalUserRefused({ reason: "email-taken" })
      }
      const { by, source } = manager
      yield* notes.write(userId, { _tag: "PortalUserCreated", ...standing, by, source })
      const user = yield* users.create({ userId, email: address, ...standing })
      return { user, reset: yield* makeReset(user, manager) }
    }),
    list: Effect.fn("PortalUserDesk.list")(function* ({ actor }, page) {
      yield* Effect.fromResult(managesUsers(actor))
      return yield* users.list({ ...page, clientId: actor.role === "admin" ? null : actor.clientId })
    }),
    get: find,
    change: Effect.fn("PortalUserDesk.change")((manager, userId, wanted) =>
      settled(manager, userId, (before) => changeOnce(manager, before, wanted))
    ),
    remove: Effect.fn("PortalUserDesk.remove")((manager, userId) =>
      settled(manager, userId, (before) => removeOnce(manager, before))
    ),
    makeReset: Effect.fn("PortalUserDesk.makeReset")(function* (manager, userId) {
      const user = yield* find(manager, userId)
      yield* Effect.fromResult(mayChange(manager.actor, user))
      if (!user.isActive) return yield* new PortalUserRefused({ reason: "inactive" })
      return yield* makeReset(user, manager)
    })
  })
})

type Refusal = PortalActionForbidden | PortalUserRefused | JournalUnavailable

/** How accounts of the portal are looked after, within the rights of whoever does it; noted in the journal. */
export class PortalUserDesk extends Context.Service<
  PortalUserDesk,
  {
    /** With a token to set the first password. */
    readonly create: (
      manager: Manager,
      account: NewAccount
    ) => Effect.Effect<{ readonly user: PortalUser; readonly reset: MadeReset }, Refusal>
    /** Newest first; at most 201, and those alone that the manager may see. */
    readonly list: (
      manager: Manager,
      page: { readonly after: CreatedBefore | null; readonly limit: number }
    ) => Effect.Effect<ReadonlyArray<PortalUser>, PortalActionForbidden | JournalUnavailable>
    readonly get: (
      manager: Manager,
      userId: string
    ) => Effect.Effect<PortalUser, PortalUserUnknown | PortalActionForbidden | JournalUnavailable>
    /** There is always an admin who can log in, once there was one. */
    readonly change: (
      manager: Manager,
      userId: string,
      wanted: WantedUser
    ) => Effect.Effect<PortalUser, PortalUserUnknown | Refusal>
    readonly remove: (manager: Manager, userId: string) => Effect.Effect<PortalUser, PortalUserUnknown | Refusal>
    readonly makeReset: (manager: Manager, userId: string) => Effect.Effect<MadeReset, PortalUserUnknown | Refusal>
  }
>()("tandem/entities/PortalUserDesk") {
  static readonly layer = Layer.effect(
    PortalUserDesk,
    Effect.suspend(() => makeDesk)
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
}
