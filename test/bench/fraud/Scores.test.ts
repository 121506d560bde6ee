import { assert, describe, it } from "@effect/vitest"
import type { Opinion } from "../../../bench/fraud/Scores.ts"
import { Scores } from "../../../bench/fraud/Scores.ts"
import { scoresText } from "../../../bench/fraud/ScoreTable.ts"
import type { GeneratedCall } from "../../../src/simulators/traffic/Traffic.ts"
import { attempt, endOf, noon } from "../../domain/fraud/CallSamples.ts"

const silent: Opinion = { flagged: false, blocked: false, kinds: [] }
const named = (kind: string): Opinion => ({ flagged: true, blocked: false, kinds: [kind] })

/** The nth call, a minute after the one before it and ten minutes long. */
const generated = (n: number, more: Partial<GeneratedCall>): GeneratedCall => ({
  call: endOf(attempt({ atMillis: noon + n * 60_000 }), { seconds: 600, ringMillis: 0 }),
  label: null,
  also: null,
  group: null,
  actor: "one",
  difficulty: 0,
  ...more
})

const pumping = { label: "traffic_pumping", actor: "pumping-1" } as const

const kindOf = (scores: Scores, kind: string) => scores.kinds().find((score) => score.kind === kind)

describe("what a detector says", () => {
  it("at a call's end finds its campaign then, and is no verdict at its set-up", () => {
    const scores = new Scores("x", "set-up", true)
    const calls = [0, 1, 2].map((n) => generated(n, pumping))
    for (const call of calls) scores.add(1, call, silent)
    for (const call of calls.slice(1)) scores.addEnd(1, call, silent, named("traffic_pumping"))
    const score = kindOf(scores, "traffic_pumping")
    assert.deepStrictEqual([score?.found, score?.medianSeconds, score?.medianCalls], [1, 660, 3])
    assert.approximately(score?.recallByCall ?? 0, 2 / 3, 1e-9)
    assert.deepStrictEqual([score?.recallAtSetUp, score?.precision], [0, 1])
  })

  it("twice of one call counts once", () => {
    const scores = new Scores("x", "set-up", true)
    const call = generated(0, pumping)
    scores.add(1, call, named("traffic_pumping"))
    scores.addEnd(1, call, named("traffic_pumping"), named("traffic_pumping"))
    assert.deepStrictEqual([kindOf(scores, "traffic_pumping")?.recallByCall, scores.overall().recall], [1, 1])
  })

  it("of an honest call at its end is a false positive, and spoils the precision", () => {
    const scores = new Scores("x", "set-up", true)
    scores.add(1, generated(0, pumping), named("traffic_pumping"))
    const family = generated(1, { group: "roaming_family" })
    scores.add(1, family, silent)
    scores.addEnd(1, family, silent, named("traffic_pumping"))
    assert.strictEqual(scores.groups().find(({ group }) => group === "roaming_family")?.flagged, 1)
    assert.deepStrictEqual(kindOf(scores, "traffic_pumping")?.mistaken, [["roaming_family", 1]])
    assert.strictEqual(kindOf(scores, "traffic_pumping")?.precision, 0.5)
  })

  it("is right about a call that is another fraud too, and is told apart from mistakes", () => {
    const scores = new Scores("x", "set-up", true)
    const masking = { label: "call_masking", actor: "masking-1" } as const
    scores.add(1, generated(0, { ...masking, also: "cli_mask" }), named("cli_mask"))
    scores.add(1, generated(1, masking), named("cli_mask"))
    const score = kindOf(scores, "cli_mask")
    assert.deepStrictEqual(
      [score?.precision, score?.besides, score?.mistaken],
      [0.5, [["call_masking", 1]], [["call_masking", 1]]]
    )
    assert.strictEqual(kindOf(scores, "call_masking")?.found, 0)
    assert.include(scoresText(scores), "Named cli_mask, rightly besides: call_masking 1.")
  })
})
