import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { portal } from "../../../src/cli/PlanePortal.ts"
import { PortalPasswordDesk } from "../../../src/entities/PortalPasswordDesk.ts"
import { PortalSignIn } from "../../../src/entities/PortalSignIn.ts"
import { makePortalSweep } from "../../../src/entities/PortalSweep.ts"
import { PortalUserDesk } from "../../../src/entities/PortalUserDesk.ts"
import { PasswordResetDelivery } from "../../../src/layers/access/PasswordResetDelivery.ts"
import { formatPasswordHash, parsePasswordHash } from "../../../src/layers/access/PasswordHash.ts"
import { defaultCost, Passwords } from "../../../src/layers/access/Passwords.ts"
import { KeyRing } from "../../../src/layers/messaging/KeyRing.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import { PortalPasswords } from "../../../src/layers/storage/PortalPasswords.ts"
import { WebhookSender } from "../../../src/layers/webhooks/WebhookSender.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

const password = Redacted.make("nine wet otters in a canoe")
const source = "192.0.2.1"
const manager = { actor: { userId: null, role: "admin", clientId: null }, by: "test", source } as const

/** The portal without an edge; its tokens are signed with a secret of the test. */
const World = portal.pipe(
  Layer.provideMerge(Journal.layer),
  Layer.provide([Layer.mock(KeyRing)({}), Layer.mock(WebhookSender)({ refusal: () => undefined })]),
  Layer.provideMerge(TestDatabase.layer),
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ PORTAL_JWT_SECRET: "s".repeat(32) })))
)

let made = 0

const enrol = Effect.gen(function* () {
  const users = yield* PortalUserDesk
  const passwords = yield* PortalPasswordDesk
  const email = `person${(made += 1)}@example.com`
  const { reset, user } = yield* users.create(manager, { email, role: "user", clientId: "bank" })
  yield* passwords.reset({ token: reset.token ?? Redacted.make(""), newPassword: password, source })
  return user
})

layer(World)("somebody who is logged in to the portal", (it) => {
  it.effect("has to log in again after 30 days, however often the tokens were refreshed; what is over is cleared", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const signIn = yield* PortalSignIn
      const { email } = yield* enrol
      let { refreshToken } = yield* signIn.login({ email, password, source })
      yield* Effect.flip(signIn.login({ email: "nobody@example.com", password, source }))
      for (let n = 0; n < 2; n++) {
        yield* TestClock.adjust("14 days")
        refreshToken = (yield* signIn.refresh(refreshToken, source)).refreshToken
      }
      const sweep = yield* makePortalSweep
      yield* sweep
      assert.strictEqual((yield* sql`SELECT 1 FROM portal_sessions`).length, 1)
      yield* TestClock.adjust("2 days")
      assert.strictEqual((yield* Effect.flip(signIn.refresh(refreshToken, source)))._tag, "SessionRefused")
      yield* TestClock.adjust("2 days")
      yield* sweep
      for (const table of ["portal_sessions", "portal_password_resets", "portal_login_attempts"]) {
        assert.deepStrictEqual(yield* sql`SELECT 1 FROM ${sql(table)}`, [], table)
      }
    })
  )

  it.effect("has the password kept under a hash of today's cost from then on", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const signIn = yield* PortalSignIn
      const { email, userId } = yield* enrol
      const weak = { memoryKib: 1_024, passes: 1, parallelism: 1 }
      const cheap = yield* Effect.flatMap(Passwords, (passwords) => passwords.hash(password)).pipe(
        Effect.provide(Passwords.layerWith(weak))
      )
      yield* sql`UPDATE portal_users SET password_hash = ${cheap} WHERE user_id = ${userId}`
      yield* signIn.login({ email, password, source })
      const [row] = yield* sql<{ readonly hash: string }>`SELECT password_hash AS hash FROM portal_users
        WHERE user_id = ${userId}`
      assert.match(row?.hash ?? "", /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
      yield* signIn.login({ email, password, source })
    })
  )

  it.effect("was not, when the hash in the table is no hash, or one that would take all memory", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const signIn = yield* PortalSignIn
      const { email, userId } = yield* enrol
      const huge = formatPasswordHash({
        cost: { ...defaultCost, memoryKib: 4_000_000 },
        salt: new Uint8Array(16),
        tag: new Uint8Array(32)
      })
      assert.isTrue(parsePasswordHash(huge)._tag === "None")
      for (const hash of ["", "nine wet otters in a canoe", huge]) {
        yield* sql`UPDATE portal_users SET password_hash = ${hash} WHERE user_id = ${userId}`
        assert.strictEqual((yield* Effect.flip(signIn.login({ email, password, source })))._tag, "LoginRefused")
      }
    })
  )
})

layer(World)("whoever asks for new passwords", (it) => {
  it.effect("has three tokens an hour made for one address, on all nodes together", () =>
    Effect.gen(function* () {
      const passwords = yield* PortalPasswords
      const user = yield* enrol
      const found = { userId: user.userId, version: user.version + 1 }
      const make = (n: number) =>
        passwords.makeReset(found, {
          tokenHash: Uint8Array.of(n, made),
          expiresAtMillis: 3_600_000,
          isLimited: true
        })
      // One was made for the first password.
      assert.deepStrictEqual(yield* Effect.all([make(1), make(2), make(3)]), [true, true, false])
      yield* TestClock.adjust("1 hour")
      assert.isTrue(yield* make(4))
    })
  )

  it.effect("gets none to hand over when something is there that sends them", () =>
    Effect.gen(function* () {
      const sent: Array<string> = []
      const Delivery = Layer.succeed(PasswordResetDelivery, {
        isConfigured: true,
        deliver: ({ email, token }) => {
          sent.push(`${email} ${Redacted.value(token).slice(0, 4)}`)
          return Effect.succeed(true)
        }
      })
      const Desk = Layer.fresh(
        PortalUserDesk.layer.pipe(Layer.provide(PortalPasswordDesk.layer), Layer.provide(Delivery))
      )
      yield* Effect.gen(function* () {
        const users = yield* PortalUserDesk
        const { reset } = yield* users.create(manager, { email: "sent@example.com", role: "admin", clientId: "x" })
        assert.deepStrictEqual([reset.isDelivered, reset.token], [true, null])
        yield* Effect.yieldNow
        assert.deepStrictEqual(sent, ["sent@example.com tdp_"])
      }).pipe(Effect.provide(Desk))
    })
  )
})
