import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
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

  it.effect(
    "shows the rules, sets them from a file unless they were changed meanwhile, and goes back",
    () =>
      Effect.gen(function* () {
        const rules = (...args: ReadonlyArray<string>) => tandem("rules", ...args)
        assert.match((yield* rules("show")).stdout, /fraud_rate +fraudRate ≥ threshold/)
        const file = join(directory(), "rules.json")
        const shown = yield* json("rules", "show")
        writeFileSync(file, JSON.stringify({ ...shown, rules: shown.rules.slice(1) }))
        const set = yield* json("rules", "set", "--file", file, "--reason", "fewer")
        assert.deepStrictEqual([set.version, set.reason, set.by], [1, "fewer", "a admin"])
        writeFileSync(file, JSON.stringify({ ...shown, rules: [] }))
        const late = yield* rules("set", "--file", file, "--reason", "none")
        assert.strictEqual(late.code, exitCodes.failed)
        assert.match(late.stderr, /version 1 by now, not 0/)
        const forced = yield* json("rules", "set", "--file", file, "--reason", "none", "--expected-version", "1")
        assert.strictEqual(forced.version, 2)
        writeFileSync(file, JSON.stringify([{ ...shown.rules[0], priority: -1 }]))
        assert.match((yield* rules("set", "--file", file, "--reason", "x")).stderr, /say --expected-version/)
        const wrong = yield* rules("set", "--file", file, "--reason", "x", "--expected-version", "2")
        assert.strictEqual(wrong.code, exitCodes.failed)
        assert.match(wrong.stderr, /0\.priority: .*between 0 and 1000/)
        assert.strictEqual((yield* json("rules", "revert", "1", "--reason", "some")).version, 3)
        assert.deepStrictEqual((yield* json("rules", "show")).rules, shown.rules.slice(1))
        const history = yield* rules("history")
        assert.match(history.stdout, /Version 1 by a admin: fraud_rate: gone \(fewer\)/)
      }),
    240_000
  )
})
