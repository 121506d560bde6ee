import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { defaultRules } from "../../../src/domain/fraud/rules/RuleSet.ts"
import * as Api from "./ApiFixture.ts"

const path = (rest: string) => `/api/v1/fraud/rules${rest}`

const send = Effect.fnUntraced(function* (method: string, rest: string, body?: unknown) {
  return yield* Api.send(path(rest), { key: yield* Api.keyOf("admin"), method, body })
})

const rules = Effect.map(send("GET", ""), ({ body }) => body)

layer(Api.layer, { excludeTestServices: true })("the detection rules", (it) => {
  it.effect("are the defaults until somebody changes them; each change is a version, and can be taken back", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual<unknown>(yield* rules, { version: 0, rules: defaultRules, reason: "", by: "" })
      const patch = { mode: "shadow", weight: 0.5, parameters: { calls: 7 }, reason: "too many false alarms" }
      const changed = yield* send("PATCH", "/wangiri", patch)
      assert.strictEqual(changed.status, 200, changed.text)
      const { wangiri } = defaultRules
      const now = { ...wangiri, mode: "shadow", weight: 0.5, parameters: { ...wangiri.parameters, calls: 7 } }
      assert.deepStrictEqual<unknown>(changed.body, {
        version: 1,
        rules: { ...defaultRules, wangiri: now },
        reason: "too many false alarms",
        by: "a admin"
      })
      assert.strictEqual((yield* send("PATCH", "/wangiri", patch)).body.version, 1)
      const verdict = yield* send("PATCH", "/composite", { parameters: { flagScore: 0.6 }, reason: "calmer" })
      assert.strictEqual(verdict.body.version, 2)
      const all = { ...defaultRules, composite: { ...defaultRules.composite, blockScore: 0.9 } }
      assert.deepStrictEqual((yield* send("PUT", "", { rules: all, reason: "audit" })).body.rules, all)
      const back = yield* send("POST", "/revert", { toVersion: 1, reason: "audit was wrong" })
      assert.deepStrictEqual([back.body.version, back.body.rules], [4, { ...defaultRules, wangiri: now }])
      assert.strictEqual((yield* send("POST", "/revert", { toVersion: 99, reason: "x" })).status, 404)
      assert.deepStrictEqual(yield* rules, back.body)

      const { body } = yield* send("GET", "/timeline?limit=2")
      assert.deepStrictEqual(
        body.items.map(({ summary }) => summary),
        [
          'Version 1 by a admin: wangiri.mode: "on" → "shadow"; wangiri.weight: 1 → 0.5; wangiri.parameters.calls: 5 → 7 (too many false alarms)',
          "Version 2 by a admin: composite.flagScore: 0.5 → 0.6 (calmer)"
        ]
      )
      const rest = yield* send("GET", `/timeline?cursor=${body.nextCursor}`)
      assert.deepStrictEqual([rest.body.items.length, rest.body.nextCursor], [2, null])
    })
  )

  it.effect("refuse values that they may not have, and name the field and its range", () =>
    Effect.gen(function* () {
      const before = yield* rules
      const wrong = yield* send("PATCH", "/call_masking", {
        weight: 2,
        parameters: { threshold: 2, windowSeconds: "x", colour: 1 },
        reason: "x"
      })
      assert.strictEqual(wrong.status, 400)
      const told = new Map(
        wrong.body.issues.map((issue) => [issue.path.join("."), "message" in issue ? String(issue.message) : ""])
      )
      assert.sameMembers(
        [...told.keys()],
        [
          "payload.call_masking.weight",
          "payload.call_masking.parameters.threshold",
          "payload.call_masking.parameters.windowSeconds",
          "payload.call_masking.parameters.colour"
        ]
      )
      assert.match(told.get("payload.call_masking.parameters.threshold") ?? "", /3.*20/)
      const crossed = yield* send("PATCH", "/composite", { parameters: { flagScore: 1 }, reason: "x" })
      assert.deepStrictEqual(
        [crossed.status, crossed.body.issues[0]?.path],
        [400, ["payload", "composite", "flagScore"]]
      )
      assert.strictEqual((yield* send("PATCH", "/colour", { mode: "off", reason: "x" })).status, 404)
      assert.strictEqual((yield* send("PATCH", "/wangiri", { mode: "loud", reason: "x" })).status, 400)
      const { wangiri: _, ...incomplete } = defaultRules
      assert.strictEqual((yield* send("PUT", "", { rules: incomplete, reason: "x" })).status, 400)
      assert.deepStrictEqual(yield* rules, before)
    })
  )

  it.effect("are for viewers to read and for admins to change", () =>
    Effect.gen(function* () {
      const viewer = yield* Api.keyOf("viewer")
      assert.strictEqual((yield* Api.send(path(""), { key: viewer })).status, 200)
      const key = yield* Api.keyOf("operator")
      const body = { mode: "off", reason: "x" }
      assert.strictEqual((yield* Api.send(path("/wangiri"), { key, method: "PATCH", body })).status, 403)
      assert.strictEqual((yield* Api.send(path("/revert"), { key, method: "POST", body })).status, 403)
    })
  )
})
