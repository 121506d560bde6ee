import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { BlacklistRule } from "../../../src/domain/gateways/BlacklistRule.ts"
import { defaultRules, maxRules } from "../../../src/domain/gateways/BlacklistRule.ts"
import type { GatewayRulesState } from "../../../src/domain/gateways/GatewayRuleChanges.ts"
import { gatewayRuleVersions, repairedGatewayRules } from "../../../src/domain/gateways/GatewayRuleChanges.ts"

const versions = gatewayRuleVersions()
const why = { reason: "a test", by: "ada" }

const rule = (differences: Partial<BlacklistRule> = {}): BlacklistRule => ({
  rule: "flood",
  conditions: [{ figure: "callsPerMinute", comparison: "atLeast", value: 500 }],
  windowSeconds: 60,
  minimumCalls: 10,
  action: "suspend",
  autoApply: true,
  priority: 200,
  lastsSeconds: 600,
  cooldownSeconds: 60,
  ...differences
})

const replaced = (state: GatewayRulesState, rules: unknown, expectedVersion = state.version) =>
  Result.getOrThrow(versions.replace(state, rules, { ...why, expectedVersion }))

const refusedAt = (rules: unknown) =>
  Result.match(versions.replace(versions.initial, rules, why), {
    onSuccess: () => [],
    onFailure: (refusal) =>
      refusal._tag === "RulesRefused" ? refusal.issues.map(({ path }) => path.join(".")) : [refusal._tag]
  })

const withCondition = (figure: string, value: unknown) => [
  { ...rule(), conditions: [{ figure, comparison: "atLeast", value }] }
]

const [fraud, cpm, acd] = defaultRules
assert(fraud && cpm && acd)

describe("changes of the rules about gateways", () => {
  it("are told rule by rule, whatever order the rules were written in", () => {
    const events = replaced(versions.initial, [acd, { ...fraud, autoApply: true }, cpm])
    assert.deepStrictEqual(events[0]?.changes, ["fraud_rate.autoApply: false → true"])
    assert.deepStrictEqual(replaced(versions.initial, [acd, cpm, fraud]), [])
    const state = events.reduce(versions.evolve, versions.initial)
    const [next] = replaced(state, [...state.rules.slice(1), rule()])
    assert.deepStrictEqual(next?.changes, ["fraud_rate: gone", "flood: new"])
  })

  it("are refused when somebody else was sooner, unless nothing is left to change", () => {
    const state = replaced(versions.initial, [rule()]).reduce(versions.evolve, versions.initial)
    assert.deepStrictEqual(replaced(state, [rule()], 0), [])
    const decision = versions.replace(state, [cpm], { ...why, expectedVersion: 0 })
    assert(Result.isFailure(decision) && decision.failure._tag === "RulesVersionConflict")
    assert.deepStrictEqual([decision.failure.version, decision.failure.expectedVersion], [1, 0])
  })

  it("are refused when a value cannot be, with its place", () => {
    assert.deepStrictEqual(refusedAt([]), [])
    assert.deepStrictEqual(refusedAt("all"), [""])
    assert.deepStrictEqual(refusedAt([{ ...rule(), windowSeconds: 61, lastsSeconds: 0, colour: 1 }]).toSorted(), [
      "0.colour",
      "0.lastsSeconds",
      "0.windowSeconds"
    ])
    assert.deepStrictEqual(refusedAt([rule(), rule({ priority: 1 })]), ["1.rule"])
    assert.deepStrictEqual(refusedAt([rule({ conditions: [] })]), ["0.conditions"])
    const many = Array.from({ length: maxRules + 1 }, (_, n) => rule({ rule: `rule-${n}` }))
    assert.deepStrictEqual(refusedAt(many), [""])
    assert.deepStrictEqual(refusedAt(many.slice(1)), [])
    for (const figure of ["fraudRate", "asr", "ner", "shortCallRatio"]) {
      assert.deepStrictEqual(refusedAt(withCondition(figure, 1)), [])
      assert.deepStrictEqual(refusedAt(withCondition(figure, 75)), ["0.conditions.0.value"], figure)
    }
    assert.deepStrictEqual(refusedAt(withCondition("fraudRate", "threshold")), [])
    assert.deepStrictEqual(refusedAt(withCondition("ner", "threshold")), ["0.conditions.0.value"])
    assert.deepStrictEqual(refusedAt(withCondition("acdSeconds", 100_000)), ["0.conditions.0.value"])
  })

  it("leave out rules of another release that this one does not know", () => {
    assert.deepStrictEqual(repairedGatewayRules([{ ...rule(), action: "shut_down" }, cpm, rule()]), [rule(), cpm])
    assert.deepStrictEqual(repairedGatewayRules({ wrong: true }), defaultRules)
  })
})
