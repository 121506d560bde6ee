import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { defaultRules } from "../../../src/domain/gateways/BlacklistRule.ts"
import * as Api from "./ApiFixture.ts"

const path = (rest: string) => `/api/v1/gateways/rules${rest}`

const send = Effect.fnUntraced(function* (method: string, rest: string, body?: unknown) {
  return yield* Api.send(path(rest), { key: yield* Api.keyOf("admin"), method, body })
})

const rules = Effect.map(send("GET", ""), ({ body }) => body)

const [fraud, cpm, acd] = defaultRules
assert(fraud && cpm && acd)

layer(Api.layer, { excludeTestServices: true })("the rules about gateways", (it) => {
  it.effect("are the defaults until somebody changes them; each change is a version, and can be taken back", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual<unknown>(yield* rules, { version: 0, rules: defaultRules, reason: "", by: "" })
      const acting = { ...fraud, autoApply: true, lastsSeconds: 3_600 }
      const change = { expectedVersion: 0, rules: [acd, acting], reason: "fraud season" }
      const changed = yield* send("PUT", "", change)
      assert.strictEqual(changed.status, 200, changed.text)
      const first = { version: 1, rules: [acting, acd], reason: "fraud season", by: "a admin" }
      assert.deepStrictEqual<unknown>(changed.body, first)
      assert.deepStrictEqual<unknown>((yield* send("PUT", "", change)).body, first)

      const late = yield* send("PUT", "", { ...change, rules: [cpm] })
      assert.deepStrictEqual<unknown>(
        [late.status, late.body.type, late.body["rulesVersion"], late.body["expectedVersion"]],
        [409, "urn:tandem:problem:rules-version-conflict", 1, 0]
      )
      assert.deepStrictEqual<unknown>(yield* rules, first)

      assert.strictEqual((yield* send("PUT", "", { expectedVersion: 1, rules: [], reason: "none" })).body.version, 2)
      const back = yield* send("POST", "/revert", { toVersion: 1, reason: "some" })
      assert.deepStrictEqual<unknown>([back.body.version, back.body.rules], [3, [acting, acd]])
      assert.strictEqual((yield* send("POST", "/revert", { toVersion: 99, reason: "x" })).status, 404)

      const { body } = yield* send("GET", "/timeline?limit=1")
      assert.deepStrictEqual(
        body.items.map(({ summary }) => summary),
        [
          "Version 1 by a admin: fraud_rate.autoApply: false → true; fraud_rate.lastsSeconds: null → 3600; " +
            "cpm_threshold: gone (fraud season)"
        ]
      )
      const rest = yield* send("GET", `/timeline?cursor=${body.nextCursor}`)
      assert.deepStrictEqual([rest.body.items.length, rest.body.nextCursor], [2, null])
    })
  )

  it.effect("refuse values that they may not have, and name the field and its range", () =>
    Effect.gen(function* () {
      const before = yield* rules
      const put = (changed: unknown) =>
        send("PUT", "", { expectedVersion: before.version, rules: changed, reason: "a test" })
      const wrong = yield* put([{ ...cpm, conditions: [{ figure: "asr", comparison: "atMost", value: 40 }] }, cpm])
      assert.deepStrictEqual(
        [wrong.status, wrong.body.issues.map(({ path }) => path)],
        [
          400,
          [
            ["payload", 0, "conditions", 0, "value"],
            ["payload", 1, "rule"]
          ]
        ]
      )
      assert.match(wrong.body.detail, /between 0 and 1/)
      assert.strictEqual((yield* put([{ ...cpm, windowSeconds: 7 }])).status, 400)
      assert.strictEqual((yield* put({ cpm })).status, 400)
      assert.strictEqual((yield* send("PUT", "", { rules: [], reason: "no version" })).status, 400)
      assert.strictEqual((yield* send("PUT", "", { rules: [], expectedVersion: before.version })).status, 400)
      assert.deepStrictEqual(yield* rules, before)
    })
  )

  it.effect("are for viewers to read and for admins to change", () =>
    Effect.gen(function* () {
      const viewer = yield* Api.keyOf("viewer")
      assert.strictEqual((yield* Api.send(path(""), { key: viewer })).status, 200)
      const key = yield* Api.keyOf("operator")
      const body = { rules: [], expectedVersion: 0, reason: "x" }
      assert.strictEqual((yield* Api.send(path(""), { key, method: "PUT", body })).status, 403)
      const revert = { toVersion: 0, reason: "x" }
      assert.strictEqual((yield* Api.send(path("/revert"), { key, method: "POST", body: revert })).status, 403)
    })
  )
})
