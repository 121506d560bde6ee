import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Api from "../api/ApiFixture.ts"
import * as Portal from "./PortalWorld.ts"

const create = (key: string, role: string, clientId: string | null) =>
  Portal.post("/users", { email: Portal.newEmail(), role, clientId }, key)

const reset = (key: string, userId: string) => Portal.post(`/users/${userId}/reset`, {}, key)

layer(Portal.layer, { excludeTestServices: true })("roles of the portal", (it) => {
  it.effect("decide who may do what", () =>
    Effect.gen(function* () {
      const messageId = yield* Portal.message("bank")
      const target = yield* Portal.enrol("user", "bank")
      const chief = yield* Portal.enrol("admin")
      const people = {
        user: yield* Portal.loggedIn("user", "bank"),
        "user_manager of all": yield* Portal.loggedIn("user_manager"),
        "user_manager of the client": yield* Portal.loggedIn("user_manager", "bank"),
        admin: yield* Portal.loggedIn("admin")
      }
      const table: Record<string, ReadonlyArray<number>> = {}
      for (const [name, { accessToken }] of Object.entries(people)) {
        const answers = [
          Portal.get("/messages", accessToken),
          Portal.get(`/messages/${messageId}`, accessToken),
          Portal.get(`/messages/${messageId}/body`, accessToken),
          Portal.get("/users", accessToken),
          create(accessToken, "user", "bank"),
          create(accessToken, "user", "shop"),
          create(accessToken, "user_manager", null),
          create(accessToken, "admin", null),
          Portal.change(accessToken, target.userId, { clientId: "bank" }),
          Portal.change(accessToken, target.userId, { role: "admin" }),
          Portal.change(accessToken, chief.userId, { isActive: false }),
          reset(accessToken, chief.userId)
        ]
        table[name] = (yield* Effect.all(answers)).map(({ status }) => status)
      }
      const rows = Object.entries(table).map(([name, statuses]) => `${name}: ${statuses.join(" ")}`)
      assert.deepStrictEqual(rows, [
        "user: 200 200 403 403 403 403 403 403 403 403 403 403",
        "user_manager of all: 403 403 403 200 200 200 200 403 200 403 403 403",
        "user_manager of the client: 200 200 403 200 200 403 403 403 200 403 404 404",
        "admin: 200 200 200 200 200 200 200 200 200 200 200 409"
      ])
    })
  )

  it.effect("are not raised by those who have them, nor is one's own account managed by its manager", () =>
    Effect.gen(function* () {
      const { accessToken, userId } = yield* Portal.loggedIn("user_manager")
      for (const change of [
        { role: "admin" },
        { role: "user", clientId: "bank" },
        { clientId: "bank" },
        { isActive: false }
      ]) {
        const answer = yield* Portal.change(accessToken, userId, change)
        assert.deepStrictEqual(Portal.problemOf(answer), [403, "portal-forbidden"])
      }
      assert.strictEqual((yield* Portal.remove(accessToken, userId)).status, 403)
      assert.strictEqual((yield* reset(accessToken, userId)).status, 403)
    })
  )

  it.effect("keep a client's manager from the accounts of other clients, which are not there for him", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* Portal.loggedIn("user_manager", "mill")
      const own = yield* Portal.enrol("user", "mill")
      const other = yield* Portal.enrol("user", "farm")
      const { items } = (yield* Portal.get("/users?limit=200", accessToken)).body
      assert.isTrue(items.every(({ clientId }) => clientId === "mill"))
      assert.include(
        items.map(({ userId }) => userId),
        own.userId
      )
      assert.deepStrictEqual(Portal.problemOf(yield* Portal.get(`/users/${other.userId}`, accessToken)), [
        404,
        "portal-user-unknown"
      ])
      assert.strictEqual((yield* Portal.change(accessToken, own.userId, { clientId: "farm" })).status, 403)
    })
  )

  it.effect("and everything else of an account are at once what they were changed to", () =>
    Effect.gen(function* () {
      const boss = yield* Portal.loggedIn("admin")
      const { accessToken, refreshToken, userId } = yield* Portal.loggedIn("admin")
      yield* Portal.change(boss.accessToken, userId, { role: "user", clientId: "bank" })
      assert.strictEqual((yield* Portal.get("/users", accessToken)).status, 401)
      const next = yield* Portal.refreshed(refreshToken)
      assert.deepInclude(next.user, { role: "user", clientId: "bank" })
      assert.strictEqual((yield* Portal.get("/users", next.accessToken)).status, 403)
      yield* Portal.change(boss.accessToken, userId, { isActive: false })
      assert.strictEqual((yield* Portal.get("/profile", next.accessToken)).status, 401)
      assert.strictEqual((yield* Portal.refresh(next.refreshToken)).status, 401)
      yield* Portal.change(boss.accessToken, userId, { isActive: true })
      assert.strictEqual((yield* Portal.refresh(next.refreshToken)).status, 401)
    })
  )

  it.effect("need a client where they see one's messages, and an address that nobody else has", () =>
    Effect.gen(function* () {
      const { accessToken, email } = yield* Portal.loggedIn("admin")
      const refused = [
        yield* create(accessToken, "user", null),
        yield* Portal.post("/users", { email: email.toUpperCase(), role: "admin" }, accessToken)
      ]
      assert.deepStrictEqual(
        refused.map(({ body, status }) => [status, body.reason]),
        [
          [409, "client-missing"],
          [409, "email-taken"]
        ]
      )
      for (const wrong of [
        "ada",
        "ada@",
        "@example.com",
        "a b@example.com",
        "mıke@example.com",
        `${"a".repeat(65)}@b.example`
      ]) {
        assert.strictEqual((yield* Portal.post("/users", { email: wrong, role: "admin" }, accessToken)).status, 400)
      }
    })
  )

  it.effect("of an admin's key let it manage accounts, which others' keys do not", () =>
    Effect.gen(function* () {
      const { userId } = yield* Portal.makeUser("user", "bank")
      for (const role of ["viewer", "operator"]) {
        const key = yield* Api.keyOf(role)
        assert.strictEqual((yield* Api.send("/api/v1/users", { key })).status, 403)
        assert.strictEqual((yield* Api.send(`/api/v1/users/${userId}`, { key, method: "DELETE" })).status, 403)
      }
      const key = yield* Api.keyOf("admin")
      assert.strictEqual((yield* Api.send(`/api/v1/users/${userId}`, { key })).body.userId, userId)
      assert.strictEqual((yield* Api.send(`/api/v1/users/${userId}`, { key, method: "DELETE" })).status, 200)
      assert.strictEqual((yield* Api.send(`/api/v1/users/${userId}`, { key })).status, 404)
      const events = yield* Portal.eventsOf(userId)
      assert.deepInclude(events.at(-1)?.payload, { by: "a admin", source: "127.0.0.1" })
      assert.strictEqual(events.at(-1)?.type, "PortalUserRemoved")
    })
  )
})

layer(Portal.layer, { excludeTestServices: true })("the last admin", (it) => {
  const activeAdmins = Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return (yield* sql`SELECT 1 FROM portal_users WHERE role = 'admin' AND is_active`).length
  })

  it.effect("cannot be demoted, deactivated or removed, by whomever", () =>
    Effect.gen(function* () {
      const { accessToken, userId } = yield* Portal.loggedIn("admin")
      yield* Portal.enrol("user_manager")
      const key = yield* Api.keyOf("admin")
      const path = `/api/v1/users/${userId}`
      const answers = [
        yield* Portal.change(accessToken, userId, { role: "user_manager" }),
        yield* Portal.change(accessToken, userId, { isActive: false }),
        yield* Portal.remove(accessToken, userId),
        yield* Api.send(path, { key, method: "PATCH", body: { isActive: false } }),
        yield* Api.send(path, { key, method: "DELETE" })
      ]
      for (const { body, status } of answers) assert.deepStrictEqual([status, body.reason], [409, "last-admin"])
      assert.strictEqual(yield* activeAdmins, 1)
    })
  )

  it.effect("stays, however many are taken away at the same time", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      for (let round = 0; round < 4; round++) {
        const { items } = (yield* Api.send("/api/v1/users?limit=200", { key })).body
        const some = [yield* Portal.makeUser("admin"), yield* Portal.makeUser("admin"), yield* Portal.makeUser("admin")]
        const all = [
          ...items.filter(({ role }) => role === "admin").map(({ userId }) => String(userId)),
          ...some.map(({ userId }) => userId)
        ]
        yield* Effect.all(
          all.map((userId, index) => {
            const path = `/api/v1/users/${userId}`
            if (index % 3 === 0) return Api.send(path, { key, method: "DELETE" })
            const body = index % 3 === 1 ? { isActive: false } : { role: "user_manager" }
            return Api.send(path, { key, method: "PATCH", body })
          }),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(yield* activeAdmins, 1)
      }
    })
  )
})
