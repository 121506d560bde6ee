import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import type { RulesState } from "../../../../src/domain/fraud/rules/RuleChanges.ts"
import {
  decideChange,
  decideReplace,
  decideRevert,
  evolveRules,
  initialRules
} from "../../../../src/domain/fraud/rules/RuleChanges.ts"
import { defaultRules, RuleSet } from "../../../../src/domain/fraud/rules/RuleSet.ts"
import type { RulesEvent } from "../../../../src/domain/rules/VersionedRules.ts"
import { repairedRules } from "../../../../src/domain/fraud/rules/RuleSetRepair.ts"

const why = { reason: "a test", by: "ada" }

const pathsOf = (decision: Result.Result<unknown, unknown>) =>
  Result.match(decision, {
    onSuccess: () => [],
    onFailure: (refusal) =>
      typeof refusal === "object" && refusal !== null && "issues" in refusal && Array.isArray(refusal.issues)
        ? refusal.issues.map(({ path }: { readonly path: ReadonlyArray<unknown> }) => path.join("."))
        : [String(refusal)]
  })

const change = fc.oneof(
  fc.record({ rule: fc.constant("wangiri"), patch: fc.record({ mode: fc.constantFrom("on", "shadow", "off") }) }),
  fc.record({
    rule: fc.constant("call_masking"),
    patch: fc.record({ parameters: fc.record({ threshold: fc.integer({ min: 0, max: 25 }) }) })
  }),
  fc.record({
    rule: fc.constant("composite"),
    patch: fc.record({ flagScore: fc.double({ min: 0, max: 1, noNaN: true }) })
  }),
  fc.record({ rule: fc.constant("nonsense"), patch: fc.constant({}) })
)

describe("the rules", () => {
  it("are valid after any changes, count their versions, and name what differs", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        let state: RulesState = initialRules
        const events: Array<RulesEvent> = []
        for (const { patch, rule } of changes) {
          const decision = decideChange(state, rule, patch, why)
          if (Result.isFailure(decision)) continue
          for (const event of decision.success) {
            assert.isNotEmpty(event.changes)
            events.push(event)
          }
          state = decision.success.reduce(evolveRules, state)
          assert.deepStrictEqual(decideChange(state, rule, patch, why), Result.succeed([]))
        }
        assert.isTrue(Schema.is(RuleSet)(state.rules))
        assert.isAtMost(state.rules.composite.flagScore, state.rules.composite.blockScore)
        assert.deepStrictEqual(
          events.map(({ version }) => version),
          events.map((_, index) => index + 1)
        )
        const back = decideRevert(state, 0, undefined, why)
        assert.isTrue(Result.isSuccess(back))
        if (Result.isSuccess(back)) assert.deepStrictEqual(back.success.reduce(evolveRules, state).rules, defaultRules)
      })
    )
  })

  it("refuse each wrong value at once, by its place", () => {
    const wrong = decideChange(
      initialRules,
      "call_masking",
      { mode: "loud", weight: -1, parameters: { threshold: 21, colour: 1 } },
      why
    )
    assert.sameMembers(pathsOf(wrong), [
      "call_masking.mode",
      "call_masking.weight",
      "call_masking.parameters.threshold",
      "call_masking.parameters.colour"
    ])
    assert.deepStrictEqual(pathsOf(decideReplace(initialRules, { ...defaultRules, more: 1 }, why)), ["more"])
    assert.deepStrictEqual(pathsOf(decideReplace(initialRules, null, why)), [""])
    assert.isTrue(Result.isFailure(decideRevert(initialRules, 7, undefined, why)))
  })

  it("of another release are made whole: what is missing or no longer allowed has its default", () => {
    const { model: _, ...older } = defaultRules
    const stored = {
      ...older,
      wangiri: { ...defaultRules.wangiri, weight: 0.4, parameters: { calls: 9 } },
      cpm_threshold: { ...defaultRules.cpm_threshold, parameters: { callsPerMinute: -1 } },
      from_the_future: { mode: "on" }
    }
    assert.deepStrictEqual(repairedRules(stored), {
      ...defaultRules,
      wangiri: {
        ...defaultRules.wangiri,
        weight: 0.4,
        parameters: { ...defaultRules.wangiri.parameters, calls: 9 }
      }
    })
    for (const nonsense of [null, 7, "x", []]) assert.deepStrictEqual(repairedRules(nonsense), defaultRules)
  })
})
