import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { Webhook } from "standardwebhooks"
import { webhookReceiver } from "../../simulators/WebhookReceiver.ts"
import * as Portal from "./PortalWorld.ts"

const next = "seven dry camels on a boat"

const reset = (token: string, newPassword = next) => Portal.post("/auth/reset-password", { token, newPassword })
const forgot = (email: string) => Portal.post("/auth/forgot-password", { email })

const Short = Portal.layer.pipe(
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ PORTAL_RESET_MINUTES: "5" })))
)

layer(Short)("a new password", (it) => {
  it.effect("is set with a token, once, and ends everything that was before", () =>
    Effect.gen(function* () {
      const boss = yield* Portal.loggedIn("admin")
      const { accessToken, email, refreshToken, userId } = yield* Portal.loggedIn("user", "bank")
      for (let n = 0; n < 5; n++) yield* Portal.attempt(email, "not the password")
      assert.strictEqual((yield* Portal.attempt(email)).status, 429)
      const made = yield* Portal.post(`/users/${userId}/reset`, {}, boss.accessToken)
      const token = String(made.body.token)
      assert.match(token, /^tdp_/)
      assert.strictEqual((yield* reset(token)).status, 204)
      assert.deepStrictEqual(Portal.problemOf(yield* reset(token)), [400, "password-reset-refused"])
      assert.strictEqual((yield* Portal.get("/profile", accessToken)).status, 401)
      assert.strictEqual((yield* Portal.refresh(refreshToken)).status, 401)
      assert.strictEqual((yield* Portal.attempt(email)).status, 401)
      assert.strictEqual((yield* Portal.attempt(email, next)).status, 200)
    })
  )

  it.effect("is set by one of many who come with the same token at the same time", () =>
    Effect.gen(function* () {
      const { email, token } = yield* Portal.makeUser("user", "bank")
      const words = Array.from({ length: 5 }, (_, n) => `${next} number ${n}`)
      const answers = yield* Portal.together(words.map((word) => reset(token, word)))
      assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [204, 400, 400, 400, 400])
      const winner = answers.findIndex(({ status }) => status === 204)
      assert.strictEqual((yield* Portal.attempt(email, words[winner])).status, 200)
    })
  )

  it.effect("is not set with a token that is too old, or was made when the user had another role or might log in", () =>
    Effect.gen(function* () {
      const boss = yield* Portal.loggedIn("admin")
      const raised = yield* Portal.makeUser("user", "bank")
      yield* Portal.change(boss.accessToken, raised.userId, { role: "admin" })
      assert.strictEqual((yield* reset(raised.token)).status, 400)
      const idle = yield* Portal.makeUser("user", "bank")
      yield* Portal.change(boss.accessToken, idle.userId, { isActive: false })
      assert.strictEqual((yield* reset(idle.token)).status, 400)
      const none = yield* Portal.post(`/users/${idle.userId}/reset`, {}, boss.accessToken)
      assert.deepStrictEqual([none.status, none.body.reason], [409, "inactive"])
      const late = yield* Portal.makeUser("user", "bank")
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual((yield* reset(late.token)).status, 400)
      assert.strictEqual((yield* reset(`tdp_${"a".repeat(43)}`)).status, 400)
    })
  )

  it.effect("is one that is not guessed at once; what it is made of does not matter", () =>
    Effect.gen(function* () {
      const { email, token } = yield* Portal.makeUser("user", "bank")
      const reasons: Array<unknown> = []
      for (const word of ["elevenchars", "é".repeat(129), email, "password1234", "aaaaaaaaaaaaaaaa"]) {
        const { body, status } = yield* reset(token, word)
        assert.strictEqual(status, 400)
        reasons.push(body.reason)
      }
      assert.deepStrictEqual(reasons, ["too-short", "too-long", "is-the-email", "too-common", "too-common"])
      assert.strictEqual((yield* reset(token, "tolongforsome")).status, 204)
    })
  )

  it.effect("is set by the user who knows the old one, which ends all sessions", () =>
    Effect.gen(function* () {
      const { accessToken, email, userId } = yield* Portal.loggedIn("user", "bank")
      const change = (currentPassword: string) =>
        Portal.post("/profile/password", { currentPassword, newPassword: next }, accessToken)
      assert.strictEqual((yield* change("not the current one")).body.reason, "not-the-current-one")
      assert.strictEqual((yield* change(Portal.password)).status, 204)
      assert.strictEqual((yield* Portal.get("/profile", accessToken)).status, 401)
      assert.strictEqual((yield* Portal.attempt(email, next)).status, 200)
      assert.include(
        (yield* Portal.eventsOf(userId)).map(({ type }) => type),
        "PortalPasswordChanged"
      )
    })
  )

  it.effect("is no way to try passwords with a stolen access token", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* Portal.loggedIn("user", "bank")
      const statuses: Array<number> = []
      for (let n = 0; n < 7; n++) {
        const body = { currentPassword: `a wrong one ${n}`, newPassword: next }
        statuses.push((yield* Portal.post("/profile/password", body, accessToken)).status)
      }
      assert.deepStrictEqual(statuses, [400, 400, 400, 400, 400, 429, 429])
    })
  )
})

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`
const lines: Array<string> = []

/** A portal whose tokens go to a receiver, and whose log is kept, all of it. */
const withReceiver = (url: string) =>
  Portal.layer.pipe(
    Layer.provide(
      ConfigProvider.layer(
        ConfigProvider.fromUnknown({
          WEBHOOKS_OUT_ALLOW_PRIVATE: "true",
          PORTAL_RESET_WEBHOOK_URL: url,
          PORTAL_RESET_WEBHOOK_SECRET: secret
        })
      )
    ),
    Layer.provide([
      Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))]),
      Layer.succeed(References.MinimumLogLevel, "All")
    ])
  )

layer(Layer.empty, { excludeTestServices: true })("a forgotten password", (it) => {
  it.effect("is answered alike for every address; the token leaves by a signed webhook, and not by a log", () =>
    Effect.gen(function* () {
      const receiver = yield* webhookReceiver([500])
      const test = Effect.gen(function* () {
        // The first token of a new account goes the same way.
        const { email, token: told, userId } = yield* Portal.makeUser("user", "bank")
        assert.strictEqual(told, "null")
        const [refused, taken] = yield* receiver.count(2)
        assert.strictEqual(refused?.headers["webhook-id"], taken?.headers["webhook-id"])
        yield* reset(taken?.json.data.token, Portal.password)
        const { accessToken } = yield* Portal.login(email)

        const answers = [yield* forgot(email), yield* forgot(email.toUpperCase()), yield* forgot("nobody@example.com")]
        assert.deepStrictEqual(
          answers.map(({ status, text }) => [status, text]),
          [202, 202, 202].map((status) => [status, ""])
        )
        const [, , , last] = yield* receiver.count(4)
        const headers = Object.fromEntries(
          Object.entries(last?.headers ?? {}).map(([name, value]) => [name, String(value)])
        )
        const payload = new Webhook(secret).verify(last?.body ?? "", headers)
        assert.deepNestedInclude(payload, {
          type: "portal.password_reset",
          "data.user_id": userId,
          "data.email": email
        })
        const { token } = last?.json.data ?? {}

        // One more may be sent in this hour, since two went to this user without a manager; then there are none.
        for (let n = 0; n < 4; n++) yield* forgot(email)
        assert.strictEqual((yield* reset(token)).status, 204)
        assert.strictEqual((yield* Portal.get("/profile", accessToken)).status, 401)
        assert.isAtMost(receiver.received.length, 5)
        const log = lines.join("\n")
        assert.include(log, "answered")
        for (const kept of [token, Portal.password, next, accessToken, email]) assert.notInclude(log, String(kept))
      })
      yield* test.pipe(Effect.provide(withReceiver(receiver.url)))
    })
  )
})
