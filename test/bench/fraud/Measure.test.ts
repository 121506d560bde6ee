import { assert, describe, it } from "@effect/vitest"
import { measure } from "../../../bench/fraud/Measure.ts"
import { heldOutSeeds, replay, trafficOf, tuningSeeds } from "../../../bench/fraud/Replay.ts"
import { scoresText, unmetText } from "../../../bench/fraud/ScoreTable.ts"
import { fraudLabels, honestGroups } from "../../../src/simulators/traffic/Labels.ts"

describe("the fraud table", () => {
  it("measures on seeds that nothing was fitted to", () => {
    assert.isAtLeast(heldOutSeeds.length, 5)
    assert.deepStrictEqual(
      heldOutSeeds.filter((seed) => tuningSeeds.includes(seed)),
      []
    )
  })

  it("tells of each call and each end once, in order of time", () => {
    let attempts = 0
    let underWay = 0
    let lastMillis = 0
    const later = (atMillis: number) => {
      assert.isAtLeast(atMillis, lastMillis)
      lastMillis = atMillis
    }
    const attempt = ({ call }: { call: { atMillis: number } }) => {
      later(call.atMillis)
      attempts += 1
      underWay += 1
    }
    const ended = ({ call }: { call: { endedAtMillis: number } }) => {
      later(call.endedAtMillis)
      underWay -= 1
    }
    replay(trafficOf(5, 3000, 0.02), [{ attempt, ended }])
    assert.deepStrictEqual([attempts, underWay], [3000, 0])
  })

  it("finds most fraud and leaves honest callers alone, where thresholds alone do not", () => {
    const { forest, fraudModule, tandem } = measure({
      seeds: heldOutSeeds.slice(0, 1),
      callsOfSeed: 30_000,
      prevalence: 0.1,
      unsigned: false
    })
    assert.deepStrictEqual(
      tandem.kinds().map(({ kind }) => kind),
      [...fraudLabels]
    )
    assert.deepStrictEqual(
      tandem.groups().map(({ group }) => group),
      ["ordinary", ...honestGroups]
    )
    const [ours, module, trees] = [tandem, fraudModule, forest].map((scores) => scores.overall())
    for (const scores of [ours, module, trees]) assert.strictEqual(scores?.calls, 30_000)
    assert.isAbove(ours?.recall ?? 0, 0.5)
    assert.isAbove(ours?.precision ?? 0, 0.9)
    assert.isBelow(ours?.falsePositiveRate ?? 1, module?.falsePositiveRate ?? 0)
    assert.isAbove(ours?.recall ?? 0, module?.recall ?? 1)
    for (const { found, campaigns } of tandem.kinds()) assert.isAtMost(found, campaigns)
    assert.include(scoresText(tandem), "sim_box")
    assert.include(unmetText(tandem), "oals")
  }, 120_000)
})
