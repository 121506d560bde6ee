import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { maxSessionsPerUser } from "../../../src/layers/storage/PortalSessions.ts"
import * as Portal from "./PortalWorld.ts"

const isOpen = (accessToken: string) => Effect.map(Portal.get("/profile", accessToken), ({ status }) => status === 200)

layer(Portal.layer)("a session of the portal", (it) => {
  it.effect("goes on with each refresh token, once", () =>
    Effect.gen(function* () {
      const first = yield* Portal.loggedIn("user", "bank")
      yield* TestClock.adjust("31 minutes")
      assert.deepStrictEqual(Portal.problemOf(yield* Portal.get("/profile", first.accessToken)), [
        401,
        "portal-unauthorized"
      ])
      const second = yield* Portal.refreshed(first.refreshToken)
      assert.isTrue(yield* isOpen(second.accessToken))
      assert.notStrictEqual(second.refreshToken, first.refreshToken)
      assert.isTrue(yield* isOpen((yield* Portal.refreshed(second.refreshToken)).accessToken))
    })
  )

  it.effect("ends, with all its tokens, when a refresh token comes twice; others of the user do not", () =>
    Effect.gen(function* () {
      const stolen = yield* Portal.loggedIn("user", "bank")
      const other = yield* Portal.login(stolen.email)
      const thief = yield* Portal.refreshed(stolen.refreshToken)
      const victim = yield* Portal.refresh(stolen.refreshToken)
      assert.deepStrictEqual(Portal.problemOf(victim), [401, "portal-session-refused"])
      assert.strictEqual((yield* Portal.refresh(thief.refreshToken)).status, 401)
      assert.isFalse(yield* isOpen(thief.accessToken))
      assert.isTrue(yield* isOpen(other.accessToken))
      const types = (yield* Portal.eventsOf(stolen.userId)).map(({ type }) => type)
      assert.strictEqual(types.filter((type) => type === "PortalRefreshTokenReused").length, 1)
    })
  )

  it.effect("is refreshed by one of many who come with the same token at the same time, and then ended", () =>
    Effect.gen(function* () {
      const { refreshToken } = yield* Portal.loggedIn("user", "bank")
      const answers = yield* Portal.together(Array.from({ length: 6 }, () => Portal.refresh(refreshToken)))
      const won = answers.filter(({ status }) => status === 200)
      assert.strictEqual(won.length, 1)
      assert.isFalse(yield* isOpen(String(won[0]?.body.accessToken)))
      assert.strictEqual((yield* Portal.refresh(String(won[0]?.body.refreshToken))).status, 401)
    })
  )

  it.effect("ends with a logout at once, also for the access token", () =>
    Effect.gen(function* () {
      const { accessToken, refreshToken, userId } = yield* Portal.loggedIn("user", "bank")
      for (let n = 0; n < 2; n++) assert.strictEqual((yield* Portal.post("/auth/logout", { refreshToken })).status, 204)
      assert.isFalse(yield* isOpen(accessToken))
      assert.strictEqual((yield* Portal.refresh(refreshToken)).status, 401)
      const types = (yield* Portal.eventsOf(userId)).map(({ type }) => type)
      assert.strictEqual(types.filter((type) => type === "PortalLoggedOut").length, 1)
    })
  )

  it.effect("is one of twenty; with one more the oldest ends", () =>
    Effect.gen(function* () {
      const first = yield* Portal.loggedIn("user", "bank")
      for (let n = 0; n < maxSessionsPerUser - 1; n++) {
        yield* TestClock.adjust("1 second")
        yield* Portal.login(first.email)
      }
      assert.isTrue(yield* isOpen(first.accessToken))
      yield* Portal.login(first.email)
      assert.isFalse(yield* isOpen(first.accessToken))
    })
  )

  for (const token of [
    "",
    "tdr_x",
    `tdr_${"a".repeat(22)}_${"b".repeat(43)}`,
    "'; DROP TABLE portal_sessions; --",
    "\u0000"
  ]) {
    it.effect(`is nobody's with the token ${JSON.stringify(token).slice(0, 20)}`, () =>
      Effect.gen(function* () {
        assert.include([400, 401], (yield* Portal.refresh(token)).status)
      })
    )
  }
})
