import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { modelGates, passesGates, treeScorer } from "../../../../src/domain/fraud/model/Model.ts"
import { modelFeatureNames } from "../../../../src/domain/fraud/model/ModelFeatures.ts"
import { shippedModel } from "../../../../src/domain/fraud/model/ShippedModel.ts"
import { modelRefusal } from "../../../../src/domain/fraud/rules/ModelGate.ts"
import { decideChange, initialRules } from "../../../../src/domain/fraud/rules/RuleChanges.ts"
import { defaultRules } from "../../../../src/domain/fraud/rules/RuleSet.ts"

const features = fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), {
  minLength: modelFeatureNames.length,
  maxLength: modelFeatureNames.length
})

describe("the shipped model", () => {
  it("passes the gates on calls that it was not trained on, and is on trial until somebody puts it in force", () => {
    assert.isTrue(passesGates(shippedModel))
    assert.isAbove(shippedModel.metrics.calls, 100_000)
    assert.strictEqual(defaultRules.model.mode, "shadow")
  })

  it("was trained on the features that it is given", () => {
    assert.deepStrictEqual([...shippedModel.features], [...modelFeatureNames])
  })

  it("scores from 0 to 1, the same for the same features", () => {
    const scorer = treeScorer(shippedModel)
    fc.assert(
      fc.property(features, (values) => {
        const score = scorer.score(values)
        assert.isTrue(score >= 0 && score <= 1)
        assert.strictEqual(treeScorer(shippedModel).score([...values]), score)
      })
    )
  })

  it("gives reasons that add up to the score", () => {
    const scorer = treeScorer(shippedModel)
    const rest = (values: ReadonlyArray<number>) => {
      const score = scorer.score(values)
      return Math.log(score / (1 - score)) - scorer.reasons(values).reduce((sum, reason) => sum + reason, 0)
    }
    const zero = rest(modelFeatureNames.map(() => 0))
    fc.assert(fc.property(features, (values) => assert.approximately(rest(values), zero, 1e-6)))
  })
})

describe("a model in force", () => {
  const on = { ...defaultRules, model: { ...defaultRules.model, mode: "on" as const } }

  it("is refused while it does not pass a gate, and may be on trial", () => {
    for (const gate of ["auc", "precision", "recall"] as const) {
      const poor = { metrics: { auc: 0.9, precision: 0.9, recall: 0.9, calls: 1, [gate]: modelGates[gate] - 0.001 } }
      assert.deepStrictEqual(modelRefusal(on, poor)?.path, ["model", "mode"])
      assert.isUndefined(modelRefusal(defaultRules, poor))
    }
    assert.isUndefined(modelRefusal(on, { metrics: { ...modelGates, calls: 1 } }))
  })

  it("is what a change of the rules may ask for when it passes", () => {
    const change = { reason: "it passed", by: "somebody" }
    assert.isTrue(Result.isSuccess(decideChange(initialRules, "model", { mode: "on" }, change)))
  })
})
