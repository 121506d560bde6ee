import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import * as Api from "../http/api/ApiFixture.ts"
import { directory, runTandem } from "./RunTandem.ts"

const tandem = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const env = { TANDEM_URL: yield* Api.baseUrl, TANDEM_API_KEY: yield* Api.keyOf("admin") }
  return yield* Effect.promise(() => runTandem(["gateways", ...args], { env }))
})

const json = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { code, stderr, stdout } = yield* tandem(...args, "-o", "json")
  assert.strictEqual(code, exitCodes.ok, stderr)
  return JSON.parse(stdout)
})

const sample = ["--code", "LOS-1", "--name", "Lagos 1", "--ip-address", "192.0.2.1", "--carrier-name", "Example"]

layer(Api.layer, { excludeTestServices: true, timeout: "60 seconds" })("tandem gateways", (it) => {
  it.effect(
    "adds, changes, runs and deletes a gateway, and writes its proxy's list only when it changes",
    () =>
      Effect.gen(function* () {
        const created = yield* json("create", ...sample, "--activate", "--fraud-threshold", "0.5")
        assert.deepStrictEqual([created.gatewayId, created.status, created.fraudThreshold], ["los-1", "active", 0.5])
        assert.strictEqual((yield* json("update", "los-1", "--cpm-limit", "7")).cpmLimit, 7)
        assert.strictEqual((yield* json("list", "--status", "active")).length, 1)
        assert.strictEqual((yield* json("stats", "los-1", "--period", "5m")).attempts, 0)

        const folder = directory()
        const out = join(folder, "dispatcher.list")
        const write = () => tandem("dispatcher", "--out", out)
        assert.match((yield* write()).stderr, /is new/)
        assert.include(readFileSync(out, "utf8"), "sip:192.0.2.1:5060")
        assert.match((yield* write()).stderr, /is as it was/)
        assert.strictEqual((yield* json("blacklist", "los-1", "--reason", "fraud")).status, "blacklisted")
        assert.match((yield* write()).stderr, /is new/)
        assert.notInclude(readFileSync(out, "utf8"), "sip:")
        assert.deepStrictEqual(readdirSync(folder), ["dispatcher.list"])

        assert.strictEqual((yield* json("unblacklist", "los-1", "--reason", "cleared")).status, "active")
        assert.strictEqual((yield* json("delete", "los-1", "--reason", "closed")).status, "deleted")
        assert.strictEqual((yield* json("timeline", "los-1")).length, 6)
        assert.strictEqual((yield* tandem("get", "los-1")).code, exitCodes.notFound)
      }),
    240_000
  )
})
