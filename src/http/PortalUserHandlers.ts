import { Effect, Redacted } from "effect"
import type { PortalUser } from "../domain/access/PortalUser.ts"
import type { MadeReset } from "../entities/PortalPasswordDesk.ts"
import type { Manager, NewAccount, WantedUser } from "../entities/PortalUserDesk.ts"
import { PortalUserDesk } from "../entities/PortalUserDesk.ts"
import type { PortalUserView } from "./api/PortalUsersApi.ts"
import { CreatedCursor, readPage } from "./Paging.ts"
import { asProblems } from "./ProblemDetails.ts"

export const viewOfUser = ({ version: _, ...user }: PortalUser): PortalUserView => user

const viewOfReset = ({ token, ...reset }: MadeReset) => ({
  ...reset,
  token: token === null ? null : Redacted.value(token)
})

interface OfUser {
  readonly params: { readonly userId: string }
}

/** What managers do with accounts, whoever `manager` is: an API key's holder, or somebody who is logged in. */
export const makeUserHandlers = Effect.fnUntraced(function* <R>(manager: Effect.Effect<Manager, never, R>) {
  const desk = yield* PortalUserDesk
  return {
    list: Effect.fnUntraced(function* ({
      query
    }: {
      readonly query: { readonly limit?: number; readonly cursor?: string }
    }) {
      const who = yield* manager
      const page = yield* readPage({
        query,
        key: CreatedCursor,
        read: (after, limit) => asProblems(desk.list(who, { after, limit })),
        keyOf: ({ createdAt, userId }: PortalUser) => ({ createdAt, id: userId })
      })
      return { ...page, items: page.items.map(viewOfUser) }
    }),
    create: Effect.fnUntraced(function* ({
      payload
    }: {
      readonly payload: Omit<NewAccount, "clientId"> & { readonly clientId?: string | null }
    }) {
      const account = { ...payload, clientId: payload.clientId ?? null }
      const { reset, user } = yield* asProblems(desk.create(yield* manager, account))
      return { user: viewOfUser(user), reset: viewOfReset(reset) }
    }),
    get: Effect.fnUntraced(function* ({ params }: OfUser) {
      return viewOfUser(yield* asProblems(desk.get(yield* manager, params.userId)))
    }),
    change: Effect.fnUntraced(function* ({ params, payload }: OfUser & { readonly payload: WantedUser }) {
      return viewOfUser(yield* asProblems(desk.change(yield* manager, params.userId, payload)))
    }),
    remove: Effect.fnUntraced(function* ({ params }: OfUser) {
      return viewOfUser(yield* asProblems(desk.remove(yield* manager, params.userId)))
    }),
    reset: Effect.fnUntraced(function* ({ params }: OfUser) {
      return viewOfReset(yield* asProblems(desk.makeReset(yield* manager, params.userId)))
    })
  }
})
