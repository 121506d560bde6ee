import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as Portal from "./PortalWorld.ts"

const wrong = "not the password at all"

layer(Portal.layer)("logging in to the portal", (it) => {
  it.effect("gives tokens, and says who it is", () =>
    Effect.gen(function* () {
      const { email, userId } = yield* Portal.enrol("user", "bank")
      const answer = yield* Portal.attempt(email.toUpperCase())
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepInclude(answer.body, { tokenType: "Bearer", expiresIn: 1_800 })
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
      const { accessToken, user } = yield* Portal.login(email)
      assert.deepInclude(user, { userId, email, role: "user", clientId: "bank", isActive: true })
      const profile = yield* Portal.get("/profile", accessToken)
      assert.deepInclude(profile.body, { userId, email })
      assert.isString(profile.body.lastLoginAt)
      assert.notInclude(profile.text, "argon2")
    })
  )

  it.effect("is answered alike for an unknown address, a wrong password and an account that may not log in", () =>
    Effect.gen(function* () {
      const known = yield* Portal.enrol("user", "bank")
      const idle = yield* Portal.enrol("user", "bank")
      const boss = yield* Portal.loggedIn("admin")
      const off = yield* Portal.change(boss.accessToken, idle.userId, { isActive: false })
      assert.strictEqual(off.status, 200, off.text)
      const unset = yield* Portal.makeUser("user", "bank")
      const answers = [
        yield* Portal.attempt(Portal.newEmail()),
        yield* Portal.attempt(known.email, wrong),
        yield* Portal.attempt(known.email, "x".repeat(1_000)),
        yield* Portal.attempt(idle.email),
        yield* Portal.attempt(unset.email)
      ]
      for (const { body, headers, status } of answers) {
        const { instance: _, ...told } = body
        const { instance: __, ...first } = answers[0]?.body ?? told
        assert.deepStrictEqual(told, first)
        assert.deepStrictEqual([status, headers.get("www-authenticate")], [401, 'Bearer realm="tandem-portal"'])
      }
    })
  )

  for (const exists of [true, false]) {
    it.effect(
      `is locked for a while after five wrong passwords, ${exists ? "" : "even "}for an address that ${exists ? "is" : "nobody has"}`,
      () =>
        Effect.gen(function* () {
          const email = exists ? (yield* Portal.enrol("user", "bank")).email : Portal.newEmail()
          for (let n = 0; n < 5; n++) {
            assert.deepStrictEqual(Portal.problemOf(yield* Portal.attempt(email, wrong)), [401, "portal-login-refused"])
          }
          const locked = yield* Portal.attempt(email)
          assert.deepStrictEqual(Portal.problemOf(locked), [429, "portal-login-locked"])
          assert.strictEqual(locked.headers.get("retry-after"), "900")
          yield* TestClock.adjust("14 minutes")
          assert.strictEqual((yield* Portal.attempt(email)).status, 429)
          yield* TestClock.adjust("1 minute")
          assert.strictEqual((yield* Portal.attempt(email)).status, exists ? 200 : 401)
        })
    )
  }

  it.effect("looks at five passwords at most, however many come at the same time", () =>
    Effect.gen(function* () {
      const { email } = yield* Portal.enrol("user", "bank")
      const attempts = Array.from({ length: 12 }, () => Portal.attempt(email, wrong))
      const answers = yield* Portal.together(attempts)
      const looked = answers.filter(({ status }) => status === 401)
      assert.strictEqual(looked.length, 5)
    })
  )

  it.effect("forgets wrong passwords when the right one comes, and those that are old", () =>
    Effect.gen(function* () {
      const { email } = yield* Portal.enrol("user", "bank")
      for (let round = 0; round < 3; round++) {
        for (let n = 0; n < 4; n++) assert.strictEqual((yield* Portal.attempt(email, wrong)).status, 401)
        assert.strictEqual((yield* Portal.attempt(email)).status, 200)
      }
      for (let n = 0; n < 4; n++) assert.strictEqual((yield* Portal.attempt(email, wrong)).status, 401)
      yield* TestClock.adjust("15 minutes")
      for (let n = 0; n < 4; n++) assert.strictEqual((yield* Portal.attempt(email, wrong)).status, 401)
    })
  )

  it.effect("is noted in the journal, and so is a lock; nothing there says a password, a token or an address", () =>
    Effect.gen(function* () {
      const { email, refreshToken, accessToken, userId } = yield* Portal.loggedIn("user", "bank")
      for (let n = 0; n < 7; n++) yield* Portal.attempt(email, wrong)
      for (let n = 0; n < 7; n++) yield* Portal.attempt("nobody-at-all@example.com", wrong)
      yield* Portal.eventsOf(userId, "PortalLoginLocked")
      const events = yield* Portal.eventsOf(userId)
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["PortalUserCreated", "PortalPasswordResetMade", "PortalPasswordReset", "PortalLoggedIn", "PortalLoginLocked"]
      )
      assert.deepInclude(events[3]?.payload, { by: userId, source: "127.0.0.1" })
      const sql = yield* SqlClient.SqlClient
      const kept = JSON.stringify(yield* sql`SELECT e::text FROM journal_events e`)
      for (const secret of [
        Portal.password,
        wrong,
        refreshToken,
        refreshToken.slice(-43),
        accessToken,
        email,
        "nobody-at-all"
      ]) {
        assert.notInclude(kept, secret)
      }
      const tables = JSON.stringify([
        yield* sql`SELECT t::text FROM portal_users t`,
        yield* sql`SELECT t::text FROM portal_sessions t`,
        yield* sql`SELECT t::text FROM portal_password_resets t`,
        yield* sql`SELECT t::text FROM portal_login_attempts t`
      ])
      for (const secret of [Portal.password, wrong, refreshToken.slice(-43), accessToken, "nobody-at-all"]) {
        assert.notInclude(tables, secret)
      }
    })
  )
})
