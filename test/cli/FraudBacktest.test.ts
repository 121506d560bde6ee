import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import { defaultRules } from "../../src/domain/fraud/rules/RuleSet.ts"
import { CallRecords } from "../../src/layers/storage/CallRecords.ts"
import * as Api from "../http/api/ApiFixture.ts"
import { allowed, attempt, end, noon, untilScored } from "../layers/storage/calls/SampleCalls.ts"
import { directory, runTandem } from "./RunTandem.ts"

const tandem = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const env = { TANDEM_URL: yield* Api.baseUrl, TANDEM_API_KEY: yield* Api.keyOf("admin") }
  return yield* Effect.promise(() => runTandem(["fraud", "backtest", ...args], { env }))
})

const fileOf = (name: string, content: unknown) => {
  const path = join(directory(), name)
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content))
  return path
}

const at = (millis: number) => new Date(millis).toISOString()
const period = ["--from", at(noon), "--to", at(noon + 60_000)]

const stricter = { call_masking: { parameters: { threshold: 3 } } }

/** Three callers of one number within three seconds, of whom the first comes before the period. */
const seed = Effect.gen(function* () {
  const records = yield* CallRecords
  const calls = [-1, 1, 2].map((second, i) => ({
    id: `call-${i}`,
    of: {
      atMillis: noon + second * 1_000,
      aNumber: `+234803123${i}45${i}`,
      bNumber: "+2348055500001",
      assertedNumber: "",
      attestation: "missing" as const,
      sourceGroup: 0
    }
  }))
  for (const { id, of } of calls) records.recordAttempt(attempt(id, of), allowed)
  yield* untilScored(calls.length)
  yield* records.recordEnds(
    calls.map(({ id, of }) => end(id, { ...of, answeredAtMillis: null, durationMillis: 0, sipCode: 487 }))
  )
})

layer(Api.layer, { excludeTestServices: true, timeout: "60 seconds" })("tandem fraud backtest", (it) => {
  it.effect(
    "shows what other rules would have done, and names what is wrong with them",
    () =>
      Effect.gen(function* () {
        yield* seed
        const file = fileOf("stricter.json", stricter)
        const { code, stderr, stdout } = yield* tandem("--rules", file, ...period, "-o", "json")
        assert.strictEqual(code, exitCodes.ok, stderr)
        const told = JSON.parse(stdout)
        assert.deepStrictEqual([told.calls, told.warmUpCalls, told.rulesVersion], [2, 1, 0])
        assert.deepStrictEqual(told.changed, ["call_masking.parameters.threshold: 5 → 3"])
        const { callIds, calls, resolutions } = told.changes.newlyBlocked
        assert.deepStrictEqual([calls, callIds, resolutions.unknown], [1, ["call-2"], 1])
        assert.deepStrictEqual(told.rules.call_masking, { before: 0, after: 1 })

        const cold = yield* tandem("--rules", file, ...period, "--warm-up", "0m")
        assert.match(cold.stdout, /2 calls were replayed, after 0 that/)
        assert.match(cold.stdout, /newly blocked +0/)

        const same = yield* tandem("--rules", fileOf("same.json", { rules: defaultRules }), ...period)
        assert.match(same.stdout, /These are the rules in force/)

        const wrong = fileOf("wrong.json", { call_masking: { parameters: { threshold: 1 }, colour: 7 } })
        const refused = yield* tandem("--rules", wrong, ...period)
        assert.strictEqual(refused.code, exitCodes.usage)
        assert.match(refused.stderr, /call_masking\.parameters\.threshold: .*between/)
        assert.match(refused.stderr, /call_masking\.colour/)
        const unknown = yield* tandem("--rules", fileOf("unknown.json", { colour: {} }), ...period)
        assert.match(unknown.stderr, /there is no rule colour/)
        const long = yield* tandem("--rules", file, "--from", at(noon), "--to", at(noon + 31 * 86_400_000))
        assert.deepStrictEqual([unknown.code, long.code], [exitCodes.usage, exitCodes.usage])
      }),
    300_000
  )
})
