import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import * as Api from "../http/api/ApiFixture.ts"
import { password, post } from "../http/portal/PortalWorld.ts"
import { runTandem } from "./RunTandem.ts"

const tandem = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const env = { TANDEM_URL: yield* Api.baseUrl, TANDEM_API_KEY: yield* Api.keyOf("admin") }
  return yield* Effect.promise(() => runTandem(["users", ...args], { env }))
})

const json = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { code, stderr, stdout } = yield* tandem(...args, "-o", "json")
  assert.strictEqual(code, exitCodes.ok, stderr)
  return JSON.parse(stdout)
})

layer(Api.layer, { excludeTestServices: true, timeout: "60 seconds" })("tandem users", (it) => {
  it.effect(
    "makes the first admin, and manages people from then on",
    () =>
      Effect.gen(function* () {
        const ada = yield* json("create", "--email", "Ada@Example.com", "--role", "admin")
        assert.deepStrictEqual([ada.email, ada.role, ada.isDelivered], ["ada@example.com", "admin", false])
        const set = yield* post("/auth/reset-password", { token: ada.token, newPassword: password })
        assert.strictEqual(set.status, 204)

        const bo = yield* json("create", "--email", "bo@bank.example", "--role", "user", "--client", "bank")
        assert.strictEqual(bo.clientId, "bank")
        assert.strictEqual((yield* json("role", bo.userId, "user_manager", "--client", "shop")).clientId, "shop")
        assert.isFalse((yield* json("deactivate", bo.userId)).isActive)
        assert.match((yield* tandem("reset", bo.userId)).stderr, /activate it first/)
        assert.isTrue((yield* json("activate", bo.userId)).isActive)
        assert.match((yield* json("reset", bo.userId)).token, /^tdp_/)
        assert.strictEqual((yield* json("list")).length, 2)

        const last = yield* tandem("remove", ada.userId)
        assert.deepStrictEqual([last.code, last.stdout], [exitCodes.failed, ""])
        assert.match(last.stderr, /no admin any more/)
        assert.strictEqual((yield* json("remove", bo.userId)).userId, bo.userId)
        assert.strictEqual((yield* tandem("remove", bo.userId)).code, exitCodes.notFound)
        assert.strictEqual((yield* tandem("create", "--email", "nobody", "--role", "admin")).code, exitCodes.usage)
      }),
    240_000
  )
})
