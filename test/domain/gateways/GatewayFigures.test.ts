import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { CallEnd } from "../../../src/domain/fraud/CallAttempt.ts"
import type { CallTally } from "../../../src/domain/gateways/CallTally.ts"
import { addTallies, emptyTally, tallyOfCall } from "../../../src/domain/gateways/CallTally.ts"
import type { GatewayFigures } from "../../../src/domain/gateways/GatewayFigures.ts"
import { noFigures, record, restore, summaryOf, tallyOver } from "../../../src/domain/gateways/GatewayFigures.ts"

const end = (sipCode: number, durationMillis: number | null = null): CallEnd => ({
  callId: "1",
  atMillis: 0,
  aNumber: "+2348031234567",
  bNumber: "+2348051234567",
  assertedNumber: "",
  displayName: "",
  userAgent: "",
  sourceIp: "192.0.2.1",
  sourceGroup: 1,
  gatewayId: "los-1",
  carrierId: "",
  region: "",
  attestation: "unchecked",
  answeredAtMillis: durationMillis === null ? null : 2_000,
  endedAtMillis: 2_000 + (durationMillis ?? 0),
  ringMillis: 2_000,
  durationMillis: durationMillis ?? 0,
  sipCode,
  unchecked: false
})

const said = { fraud: false, blocked: false, pddMillis: null }
const attempts = (count: number): CallTally => ({ ...emptyTally, attempts: count })

const all = (calls: ReadonlyArray<CallTally>) => calls.reduce(addTallies, emptyTally)

describe("what ended calls add up to", () => {
  it("is told as carriers reckon it", () => {
    const calls = [
      tallyOfCall(end(200, 60_000), said),
      tallyOfCall(end(200, 4_000), { ...said, pddMillis: 900 }),
      tallyOfCall(end(486), said),
      tallyOfCall(end(480), said),
      tallyOfCall(end(603), said),
      tallyOfCall(end(503), { ...said, fraud: true, pddMillis: 100 }),
      tallyOfCall(end(404), said),
      tallyOfCall(end(408), said)
    ]
    const summary = summaryOf(all(calls))
    assert.deepStrictEqual(
      [summary.attempts, summary.answered, summary.asr, summary.ner, summary.acdSeconds],
      [8, 2, 0.25, 5 / 8, 32]
    )
    assert.deepStrictEqual([summary.pddMillis, summary.setupMillis, summary.shortCallRatio], [500, 2_000, 0.5])
    assert.strictEqual(summary.fraudRate, 1 / 8)
  })

  it("leaves calls that we refused ourselves out of what the network is measured by", () => {
    const blocked = tallyOfCall(end(603), { fraud: true, blocked: true, pddMillis: null })
    const summary = summaryOf(all([blocked, tallyOfCall(end(200, 60_000), said)]))
    assert.deepStrictEqual([summary.asr, summary.ner, summary.blocked, summary.fraudRate], [1, 1, 1, 0.5])
  })

  it("is nothing rather than a guess when there were no calls", () => {
    const { acdSeconds, asr, fraudRate, ner, uptimePercent } = summaryOf(emptyTally)
    assert.deepStrictEqual([acdSeconds, asr, fraudRate, ner, uptimePercent], [null, null, null, null, null])
  })

  it("never falls, whatever a switch says", () => {
    const number = fc.oneof(fc.double(), fc.integer())
    fc.assert(
      fc.property(fc.array(number, { minLength: 17, maxLength: 17 }), (values) => {
        const fields = Object.keys(emptyTally)
        const odd = Object.fromEntries(fields.map((field, index) => [field, values[index] ?? 0])) as CallTally
        for (const value of Object.values(addTallies(emptyTally, odd))) assert.isAtLeast(value, 0)
      })
    )
  })
})

describe("figures over sliding windows", () => {
  const now = Date.UTC(2026, 0, 1, 12)

  it("forget what is older than the window", () => {
    const figures = record(noFigures, attempts(3), now, now)
    for (const [period, seconds] of [
      ["1m", 60],
      ["5m", 300],
      ["1h", 3_600],
      ["24h", 86_400]
    ] as const) {
      assert.strictEqual(tallyOver(figures, period, now).attempts, 3)
      assert.strictEqual(tallyOver(figures, period, now + (seconds - 1) * 1_000).attempts, 3)
      assert.strictEqual(tallyOver(figures, period, now + seconds * 1_000).attempts, 0)
    }
  })

  it("tell the largest second and minute, also when calls come in pieces and late", () => {
    let figures: GatewayFigures = noFigures
    let latest = 0
    for (const [at, count] of [
      [0, 2],
      [0, 3],
      [30_000, 4],
      [59_000, 1],
      [61_000, 1],
      [30_500, 2]
    ] as const) {
      figures = record(figures, attempts(count), now + at, now + Math.max(at, latest))
      latest = Math.max(at, latest)
    }
    const { peakCpm, peakCps } = tallyOver(figures, "1h", now + 62_000)
    assert.deepStrictEqual([peakCps, peakCpm], [6, 10])
  })

  it("count what comes from the future as now", () => {
    const figures = record(noFigures, attempts(1), now + 999_999_999, now)
    assert.strictEqual(tallyOver(figures, "1m", now).attempts, 1)
  })

  it("go on from minutes that were kept", () => {
    const figures = restore(record(noFigures, attempts(1), now, now), attempts(5), now - 7_200_000, now)
    assert.deepStrictEqual([tallyOver(figures, "1h", now).attempts, tallyOver(figures, "24h", now).attempts], [1, 6])
  })

  it("leave out what was before a release", () => {
    const figures = record(record(noFigures, attempts(5), now - 30_000, now), attempts(1), now, now)
    assert.strictEqual(tallyOver(figures, "1m", now, now - 10_000).attempts, 1)
  })

  it("are the sum of what happened within the window, and have few buckets, in whatever order calls come", () => {
    const call = fc.record({ ago: fc.integer({ min: 0, max: 100_000_000 }), count: fc.integer({ min: 1, max: 5 }) })
    fc.assert(
      fc.property(fc.array(call, { maxLength: 100 }), (calls) => {
        const figures = calls.reduce((each, { ago, count }) => record(each, attempts(count), now - ago, now), noFigures)
        const buckets = Object.values(figures).reduce((sum, series) => sum + series.length, 0)
        assert.isAtMost(buckets, 320)
        for (const series of Object.values(figures)) {
          const starts = series.map(({ startMillis }) => startMillis)
          assert.deepStrictEqual(
            starts,
            [...new Set(starts)].toSorted((one, other) => one - other)
          )
        }
        // The oldest bucket of each window is begun: what is just as old may be in or out.
        for (const [period, millis, bucket] of [
          ["1m", 60_000, 1_000],
          ["1h", 3_600_000, 60_000]
        ] as const) {
          const within = (limit: number) => calls.reduce((sum, { ago, count }) => (ago < limit ? sum + count : sum), 0)
          const counted = tallyOver(figures, period, now).attempts
          assert.isAtLeast(counted, within(millis - bucket))
          assert.isAtMost(counted, within(millis + 1))
        }
      })
    )
  })
})
