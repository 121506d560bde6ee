import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { RulesState } from "../../../../src/domain/fraud/rules/RuleChanges.ts"
import { decideChange, initialRules } from "../../../../src/domain/fraud/rules/RuleChanges.ts"
import { proposeRules } from "../../../../src/domain/fraud/rules/RuleProposal.ts"
import { defaultRules } from "../../../../src/domain/fraud/rules/RuleSet.ts"

const state: RulesState = { ...initialRules, version: 3, rules: { ...defaultRules } }

const pathsOf = (proposal: unknown): ReadonlyArray<string> => {
  const refusal = Result.getOrThrow(Result.flip(proposeRules(state, proposal)))
  return refusal._tag === "RulesRefused" ? refusal.issues.map(({ path }) => path.join(".")) : [refusal._tag]
}

describe("proposed rules", () => {
  it("are those in force when nothing, or the whole of them, is proposed", () => {
    for (const proposal of [{}, defaultRules, { wangiri: {} }]) {
      assert.deepStrictEqual(Result.getOrThrow(proposeRules(state, proposal)), { rules: defaultRules, changes: [] })
    }
  })

  it("are what the same change would bring into force, of several rules at once", () => {
    const patch = { mode: "shadow", parameters: { calls: 7 } }
    const { changes, rules } = Result.getOrThrow(
      proposeRules(state, { wangiri: patch, composite: { blockScore: 0.9 }, robocall: { weight: 0.2 } })
    )
    const [event] = Result.getOrThrow(decideChange(state, "wangiri", patch, { reason: "", by: "" }))
    assert.deepInclude(event?.rules, { wangiri: rules.wangiri })
    assert.deepStrictEqual(
      [rules.composite.blockScore, rules.robocall.weight, rules.irsf],
      [0.9, 0.2, defaultRules.irsf]
    )
    assert.strictEqual(changes.length, 4)
  })

  it("name each field that is wrong", () => {
    assert.deepStrictEqual(pathsOf([]), [""])
    assert.deepStrictEqual(pathsOf({ colour: {} }), ["RuleUnknown"])
    assert.deepStrictEqual(pathsOf({ wangiri: 5, irsf: { parameters: "many" } }), ["wangiri", "irsf.parameters"])
    assert.deepStrictEqual(pathsOf({ wangiri: { weight: 2 }, irsf: { parameters: { calls: "x" } } }).toSorted(), [
      "irsf.parameters.calls",
      "wangiri.weight"
    ])
    assert.deepStrictEqual(pathsOf({ composite: { flagScore: 0.9, blockScore: 0.8 } }), ["composite.flagScore"])
  })
})
