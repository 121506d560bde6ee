import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import { defaultRules } from "../../src/domain/fraud/rules/RuleSet.ts"
import * as Api from "../http/api/ApiFixture.ts"
import { directory, runTandem } from "./RunTandem.ts"

const tandem = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const env = { TANDEM_URL: yield* Api.baseUrl, TANDEM_API_KEY: yield* Api.keyOf("admin") }
  return yield* Effect.promise(() => runTandem(["fraud", ...args], { env }))
})

const json = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { code, stderr, stdout } = yield* tandem(...args, "-o", "json")
  assert.strictEqual(code, exitCodes.ok, stderr)
  return JSON.parse(stdout)
})

const fileOf = (name: string, text: string) => {
  const path = join(directory(), name)
  writeFileSync(path, text)
  return path
}

layer(Api.layer, { excludeTestServices: true, timeout: "60 seconds" })("tandem fraud", (it) => {
  it.effect(
    "puts values on lists, from files too, shows them, checks a call and takes them off",
    () =>
      Effect.gen(function* () {
        const added = yield* json("lists", "add", "block", "number", "08031234567", "--reason", "wangiri")
        assert.deepStrictEqual([added.value, added.status], ["+2348031234567", "active"])
        const country = yield* tandem("lists", "add", "block", "prefix", "+234", "--reason", "x")
        assert.strictEqual(country.code, exitCodes.failed)
        assert.match(country.stderr, /whole country/)

        const file = fileOf("numbers.csv", "kind,value\nnumber,+2348039999999\nprefix,nonsense\n")
        const imported = yield* tandem("lists", "import", "block", file, "--reason", "directive 7")
        assert.deepStrictEqual([imported.code, imported.stdout.includes("nonsense")], [exitCodes.failed, true])
        assert.match(imported.stderr, /1 of 2 lines are on the block list/)
        const shown = yield* json("lists", "list", "block", "--active", "true")
        assert.deepStrictEqual(
          shown.map(({ reason, value }: Record<string, string>) => [value, reason]),
          [
            ["+2348031234567", "wangiri"],
            ["+2348039999999", "directive 7"]
          ]
        )
        assert.strictEqual((yield* json("lists", "check", "112")).emergency, true)
        const threat = yield* json("threat", "08055500001")
        assert.deepStrictEqual([threat.bNumber, threat.threatLevel, threat.threshold], ["+2348055500001", "none", 5])
        assert.strictEqual((yield* tandem("threat", "nobody")).code, exitCodes.usage)
        const removed = yield* json("lists", "remove", "block", "number", "+2348031234567", "--reason", "mistake")
        assert.strictEqual(removed.status, "removed")
        const unknown = yield* tandem("lists", "remove", "allow", "carrier", "x", "--reason", "mistake")
        assert.strictEqual(unknown.code, exitCodes.notFound)
      }),
    240_000
  )

  it.effect(
    "makes a source's entries those of its register, again and again, and leaves others alone",
    () =>
      Effect.gen(function* () {
        const register = (...lines: ReadonlyArray<string>) =>
          fileOf("register.csv", ["kind,value", ...lines].join("\n"))
        const sync = (file: string, ...flags: ReadonlyArray<string>) =>
          tandem("lists", "sync", "allow", file, "--source", "ncc", "--reason", "register 1", ...flags)
        const key = yield* Api.keyOf("operator")
        const values = Effect.map(Api.send("/api/v1/fraud/lists/allow?active=true", { key }), ({ body }) =>
          body.items.map(({ source, value }) => [value, source])
        )
        const ours = { kind: "number", value: "+2348035550001", reason: "ours" }
        yield* Api.send("/api/v1/fraud/lists/allow", { key, method: "POST", body: ours })
        const both = register("number,+2348035550001", "number,08035550002", "prefix,+44800")
        const dry = yield* sync(both, "--dry-run")
        assert.match(dry.stderr, /2 to add, 0 to change, 0 to remove, 0 as they were, 1 listed by others/)
        assert.deepStrictEqual(yield* values, [["+2348035550001", "manual"]])
        const first = yield* sync(both)
        assert.strictEqual(first.code, exitCodes.ok, first.stderr)
        const all = [
          ["+2348035550001", "manual"],
          ["+2348035550002", "ncc"],
          ["+44800", "ncc"]
        ]
        assert.deepStrictEqual(yield* values, all)
        assert.match((yield* sync(both)).stderr, /0 added, 0 changed, 0 removed, 2 as they were/)
        const shorter = register("number,08035550002")
        const broken = yield* sync(shorter)
        assert.strictEqual(broken.code, exitCodes.failed)
        assert.match(broken.stderr, /more than 10 %/)
        const unreadable = yield* sync(register("number,08035550002", "number,?"), "--remove-at-most", "100")
        assert.strictEqual(unreadable.code, exitCodes.failed)
        assert.match(unreadable.stderr, /nothing was taken off/)
        assert.deepStrictEqual(yield* values, all)
        const removed = yield* sync(shorter, "--remove-at-most", "50")
        assert.strictEqual(removed.code, exitCodes.ok, removed.stderr)
        assert.deepStrictEqual(yield* values, all.slice(0, 2))
      }),
    240_000
  )

  it.effect(
    "changes rules, says what is wrong with a value, and goes back",
    () =>
      Effect.gen(function* () {
        const set = yield* json("rules", "set", "wangiri", "calls=7", "weight=0.5", "--reason", "false alarms")
        assert.deepStrictEqual([set.version, set.weight, set.parameters.calls], [1, 0.5, 7])
        assert.strictEqual((yield* json("rules", "mode", "wangiri", "shadow", "--reason", "trial")).mode, "shadow")
        const wrong = yield* tandem("rules", "set", "wangiri", "calls=1", "--reason", "x")
        assert.strictEqual(wrong.code, exitCodes.failed)
        assert.match(wrong.stderr, /wangiri\.parameters\.calls: .*3.*100/)
        const file = fileOf("rules.json", JSON.stringify({ rules: defaultRules }))
        assert.strictEqual((yield* json("rules", "replace", "--file", file, "--reason", "review")).version, 3)
        assert.strictEqual((yield* json("rules", "revert", "1", "--reason", "worse")).version, 4)
        assert.deepStrictEqual((yield* json("rules", "get", "wangiri")).parameters.calls, 7)
        const history = yield* tandem("rules", "history")
        assert.match(history.stdout, /wangiri\.mode: "on" → "shadow"/)
        assert.strictEqual((yield* tandem("rules", "get", "colour")).code, exitCodes.notFound)
      }),
    240_000
  )
})
