import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"
import fc from "fast-check"
import type { PortalActor } from "../../../src/domain/access/PortalRights.ts"
import * as Rights from "../../../src/domain/access/PortalRights.ts"
import { portalRoles } from "../../../src/domain/access/PortalUser.ts"

const role = fc.constantFrom(...portalRoles)
const clientId = fc.constantFrom(null, "bank", "shop")
const userId = fc.constantFrom("usr_1", "usr_2", "usr_3")

/** Somebody who can be: a user has a client, an admin has none. */
const person = fc.record({ userId, role, clientId }).map(({ clientId: client, role: given, userId: id }) => ({
  userId: id,
  role: given,
  clientId: given === "admin" ? null : given === "user" ? (client ?? "bank") : client
}))

const key: PortalActor = { userId: null, role: "admin", clientId: null }

describe("rights in the portal", () => {
  it("let nobody but an admin make, change or become an admin", () => {
    fc.assert(
      fc.property(person, person, person, (actor, target, after) => {
        if (actor.role === "admin") return
        const admins = [target.role, after.role].includes("admin")
        if (admins) assert.isTrue(Result.isFailure(Rights.mayChange(actor, target, after)))
        if (after.role === "admin") assert.isTrue(Result.isFailure(Rights.mayMake(actor, after)))
      })
    )
  })

  it("let nobody but an admin change the own account", () => {
    fc.assert(
      fc.property(person, person, (actor, after) => {
        if (actor.role !== "admin") assert.isTrue(Result.isFailure(Rights.mayChange(actor, actor, after)))
      })
    )
  })

  it("keep a client's manager within that client: whom he may not see he may not change", () => {
    fc.assert(
      fc.property(person, person, person, (actor, target, after) => {
        const may = Result.isSuccess(Rights.mayChange(actor, target, after))
        if (may) assert.isTrue(Rights.maySeeUser(actor, target))
        if (may && actor.role === "user_manager" && actor.clientId !== null) {
          assert.deepStrictEqual([target.clientId, after.clientId], [actor.clientId, actor.clientId])
        }
      })
    )
  })

  it("show the messages of one client to all but admins, and texts to admins alone", () => {
    fc.assert(
      fc.property(person, (actor) => {
        const seen = Rights.seesMessagesOf(actor)
        const isAdmin = actor.role === "admin"
        if (Result.isSuccess(seen)) assert.strictEqual(Option.getOrNull(seen.success), isAdmin ? null : actor.clientId)
        assert.strictEqual(Result.isSuccess(seen), isAdmin || actor.clientId !== null)
        assert.strictEqual(Result.isSuccess(Rights.mayReadText(actor)), isAdmin)
      })
    )
  })

  it("let an admin's key do all that an admin may", () => {
    fc.assert(
      fc.property(person, person, (target, after) => {
        assert.isTrue(Result.isSuccess(Rights.mayChange(key, target, after)))
        assert.isTrue(Result.isSuccess(Rights.mayMake(key, after)))
      })
    )
  })

  it("give a user a client, and an admin none", () => {
    assert.isTrue(Result.isFailure(Rights.standingOf("user", null)))
    assert.deepStrictEqual(Rights.standingOf("admin", "bank"), Result.succeed({ role: "admin", clientId: null }))
    assert.deepStrictEqual(
      Rights.standingOf("user_manager", null),
      Result.succeed({ role: "user_manager", clientId: null })
    )
  })
})
