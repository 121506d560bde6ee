import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { BlacklistRule, defaultRules, matchesOf } from "../../../src/domain/gateways/BlacklistRule.ts"
import { emptyTally } from "../../../src/domain/gateways/CallTally.ts"
import { summaryOf } from "../../../src/domain/gateways/GatewayFigures.ts"
import { sampleConfig } from "./SampleGateway.ts"

const rule = (differences: Partial<BlacklistRule>): BlacklistRule => ({
  rule: "fraud",
  conditions: [{ figure: "fraudRate", comparison: "atLeast", value: 0.5 }],
  windowSeconds: 300,
  minimumCalls: 10,
  action: "blacklist",
  autoApply: true,
  priority: 1,
  lastsSeconds: 60,
  cooldownSeconds: 100,
  ...differences
})

const summary = summaryOf({
  ...emptyTally,
  attempts: 20,
  answered: 10,
  fraudCalls: 10,
  shortCalls: 10,
  durationMillis: 40_000
})

const gateway = { config: sampleConfig(), matchedAtMillis: {} }

const names = (rules: ReadonlyArray<BlacklistRule>, matchedAtMillis: Record<string, number> = {}, now = 1_000_000) =>
  matchesOf(rules, { ...gateway, matchedAtMillis }, () => summary, now).map(
    ({ applied, rule: name }) => `${name} ${applied}`
  )

describe("rules over a gateway's figures", () => {
  it("match at their limit, when all conditions hold and there were calls enough", () => {
    assert.deepStrictEqual(names([rule({})]), ["fraud true"])
    assert.deepStrictEqual(names([rule({ minimumCalls: 21 })]), [])
    const short = { figure: "acdSeconds", comparison: "atMost", value: 3.9 } as const
    assert.deepStrictEqual(names([rule({ conditions: [...rule({}).conditions, short] })]), [])
    assert.deepStrictEqual(names([rule({ conditions: [{ ...short, value: 4 }] })]), ["fraud true"])
    assert.deepStrictEqual(
      names([rule({ conditions: [{ figure: "callsPerMinute", comparison: "atLeast", value: 4 }] })]),
      ["fraud true"]
    )
  })

  it("say what they saw", () => {
    assert.deepStrictEqual(
      matchesOf([rule({})], gateway, () => summary, 0).map(({ evidence }) => evidence),
      ["fraudRate 0.5, at least 0.5 over 20 calls in 300 s"]
    )
  })

  it("go by the gateway's own thresholds where they are told to", () => {
    const own = rule({ conditions: [{ figure: "acdSeconds", comparison: "atMost", value: "threshold" }] })
    const matches = (acdThresholdSeconds: number) =>
      matchesOf([own], { ...gateway, config: sampleConfig({ acdThresholdSeconds }) }, () => summary, 0).length
    assert.deepStrictEqual([matches(4), matches(3), matches(0)], [1, 0, 0])
  })

  it("are silent within their cooldown", () => {
    assert.deepStrictEqual(names([rule({})], { fraud: 1_000_000 - 99_999 }), [])
    assert.deepStrictEqual(names([rule({})], { fraud: 1_000_000 - 100_000 }), ["fraud true"])
  })

  it("are asked by priority, until one acts; one that only tells stops nobody", () => {
    const tells = rule({ rule: "tells", action: "alert_only", priority: 9 })
    const waits = rule({ rule: "waits", autoApply: false, priority: 8 })
    const acts = rule({ rule: "acts", priority: 5 })
    const later = rule({ rule: "later", priority: 1 })
    assert.deepStrictEqual(names([later, acts, waits, tells]), ["tells false", "waits false", "acts true"])
  })

  it("of a new installation are valid, and none acts by itself", () => {
    assert.isTrue(Schema.is(Schema.Array(BlacklistRule))(defaultRules))
    assert.deepStrictEqual(
      defaultRules.filter(({ autoApply }) => autoApply),
      []
    )
  })
})
