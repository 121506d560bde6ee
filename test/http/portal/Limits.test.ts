import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Portal from "./PortalWorld.ts"

const Settled = Portal.layer.pipe(
  Layer.provide(
    ConfigProvider.layer(
      ConfigProvider.fromUnknown({
        PORTAL_REQUESTS_PER_HOUR: "3",
        PORTAL_SOURCE_LOGINS: "6",
        PORTAL_PROXIES: "127.0.0.0/8, 10.0.0.0/8"
      })
    )
  )
)

layer(Settled)("limits of the portal", (it) => {
  it.effect("are each user's own, for an hour", () =>
    Effect.gen(function* () {
      const one = yield* Portal.loggedIn("user", "bank")
      const other = yield* Portal.loggedIn("user", "bank")
      const statuses: Array<number> = []
      for (let n = 0; n < 4; n++) statuses.push((yield* Portal.get("/profile", one.accessToken)).status)
      assert.deepStrictEqual(statuses, [200, 200, 200, 429])
      const refused = yield* Portal.get("/profile", one.accessToken)
      assert.deepInclude(refused.body, { limit: 3, windowSeconds: 3_600, retryAfterSeconds: 3_600 })
      assert.strictEqual(refused.headers.get("retry-after"), "3600")
      assert.strictEqual((yield* Portal.get("/profile", other.accessToken)).status, 200)
      yield* TestClock.adjust("1 hour")
      const again = yield* Portal.refreshed(one.refreshToken)
      assert.strictEqual((yield* Portal.get("/profile", again.accessToken)).status, 200)
    })
  )

  it.effect("are each source's own, which a trusted proxy tells and nobody else", () =>
    Effect.gen(function* () {
      const from = (forwarded: string) => Portal.attempt(Portal.newEmail(), "wrong", { "x-forwarded-for": forwarded })
      const statuses: Array<number> = []
      // What is written before the address that the proxy saw is the caller's own invention.
      for (let n = 0; n < 7; n++) statuses.push((yield* from(`192.0.2.${n}, 203.0.113.7, 10.1.1.1`)).status)
      assert.deepStrictEqual(statuses, [401, 401, 401, 401, 401, 401, 429])
      assert.strictEqual((yield* from("203.0.113.8")).status, 401)
      // A subscriber's whole network is one source.
      for (let n = 0; n < 6; n++) yield* from(`2001:db8:1:2::${n + 1}`)
      assert.strictEqual((yield* from("2001:db8:1:2:ffff::9")).status, 429)
      assert.strictEqual((yield* from("2001:db8:1:3::1")).status, 401)
    })
  )
})
