import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { hash } from "node:crypto"
import type { BacktestOptions } from "../../../../src/domain/fraud/backtest/Backtest.ts"
import { Backtest } from "../../../../src/domain/fraud/backtest/Backtest.ts"
import { ResolvedAlerts } from "../../../../src/domain/fraud/backtest/ResolvedAlerts.ts"
import { verdictChanges } from "../../../../src/domain/fraud/backtest/VerdictChanges.ts"
import type { CallRecord } from "../../../../src/domain/fraud/calls/CallRecord.ts"
import type { RuleSet } from "../../../../src/domain/fraud/rules/RuleSet.ts"
import { defaultRules } from "../../../../src/domain/fraud/rules/RuleSet.ts"
import { defaultTraffic, generateTraffic } from "../../../../src/simulators/traffic/Traffic.ts"

const startAtMillis = defaultTraffic.startAtMillis
const capacity = { callers: 20_000, callees: 20_000, sources: 1_000 }

const trafficOf = (seed: number, calls = 4_000): ReadonlyArray<CallRecord> =>
  Array.from(
    generateTraffic({ ...defaultTraffic, seed, calls, subscribers: 1_500, prevalence: 0.2, callsPerSecond: 5 }),
    ({ call: { answeredAtMillis, durationMillis, endedAtMillis, ringMillis, sipCode, unchecked, ...call } }) => ({
      call,
      judged: null,
      ended: {
        answeredAtMillis,
        durationMillis,
        endedAtMillis,
        ringMillis,
        sipCode,
        unchecked,
        reportedAtMillis: endedAtMillis
      }
    })
  )

const replay = (records: Iterable<CallRecord>, after: RuleSet, options: Partial<BacktestOptions> = {}) => {
  const backtest = new Backtest({
    before: defaultRules,
    after,
    rulesVersion: 0,
    countFromMillis: startAtMillis,
    alerts: new ResolvedAlerts([]),
    capacity,
    ...options
  })
  for (const record of records) backtest.add(record)
  return backtest.report()
}

const masking = (threshold: number): RuleSet => ({
  ...defaultRules,
  call_masking: {
    ...defaultRules.call_masking,
    parameters: { ...defaultRules.call_masking.parameters, threshold }
  }
})

describe("a backtest", () => {
  it("finds no difference between rules and themselves, whatever the traffic, and in any bounds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 500 }), (seed, up) => {
        const report = replay(trafficOf(seed, 1_000), defaultRules, { maxCallsUp: up })
        assert.deepStrictEqual(
          verdictChanges.map((name) => report.changes[name].calls),
          [0, 0, 0, 0]
        )
        for (const { after, before } of [...Object.values(report.rules), ...Object.values(report.verdicts)]) {
          assert.strictEqual(after, before)
        }
        assert.strictEqual(report.calls, 1_000)
      }),
      { numRuns: 8 }
    )
  })

  it("shows that a stricter threshold blocks more calls, and lets none pass that were blocked", () => {
    const records = trafficOf(7)
    const stricter = replay(records, masking(3))
    assert.isAbove(stricter.changes.newlyBlocked.calls, 0)
    assert.deepStrictEqual([stricter.changes.noLongerBlocked.calls, stricter.changes.noLongerFlagged.calls], [0, 0])
    assert.isAbove(stricter.rules.call_masking.after, stricter.rules.call_masking.before)
    const { after, before } = stricter.verdicts.block
    assert.strictEqual(after - before, stricter.changes.newlyBlocked.calls)
    const [top] = stricter.changes.newlyBlocked.subjects
    const called = new Map(records.map(({ call }) => [call.callId, call.bNumber]))
    assert.strictEqual(called.get(top?.callIds[0] ?? ""), top?.subject)
    const laxer = replay(records, masking(50))
    assert.deepStrictEqual([laxer.changes.newlyBlocked.calls, laxer.changes.newlyFlagged.calls], [0, 0])
  })

  it("fills its windows with calls that it does not count, and keeps what they taught", () => {
    const records = trafficOf(11)
    const middle = records[2_000]?.call.atMillis ?? 0
    const whole = replay(records, masking(3))
    const half = replay(records, masking(3), { countFromMillis: middle })
    assert.strictEqual(half.calls + half.warmUpCalls, whole.calls)
    const late = new Set(records.filter(({ call }) => call.atMillis >= middle).map(({ call }) => call.callId))
    for (const id of half.changes.newlyBlocked.callIds) assert.isTrue(late.has(id))
    assert.isAtMost(half.changes.newlyBlocked.calls, whole.changes.newlyBlocked.calls)
  })

  it("tells callers apart by their hashes, and judges no hash as if it were a number", () => {
    const hashed = trafficOf(7).map((record) => ({
      ...record,
      call: {
        ...record.call,
        assertedNumber: "",
        aNumber: record.call.aNumber === "" ? "" : hashOf(record.call.aNumber)
      }
    }))
    const report = replay(hashed, masking(3))
    assert.isAbove(report.hashedCalls, 3_000)
    assert.strictEqual(report.rules.cli_impossible.after, 0)
    assert.isAbove(report.changes.newlyBlocked.calls, 0)
  })

  it("knows what people said of the calls that are affected", () => {
    const records = trafficOf(7)
    const before = replay(records, masking(3))
    const [top] = before.changes.newlyBlocked.subjects
    assert(top)
    const alert = { type: "CALL_MASKING", subject: top.subject, firstSeenAtMillis: 0, lastSeenAtMillis: 9e15 } as const
    const alerts = new ResolvedAlerts([
      { ...alert, resolution: "false_positive" },
      { ...alert, lastSeenAtMillis: 1, resolution: "confirmed_fraud" }
    ])
    const { calls, resolutions } = replay(records, masking(3), { alerts }).changes.newlyBlocked
    assert.isAtLeast(resolutions.false_positive, 1)
    assert.deepStrictEqual([resolutions.confirmed_fraud, resolutions.false_positive + resolutions.unknown], [0, calls])
  })

  it("leaves decisions of lists and of gateways' limits as they were", () => {
    const listed = { list: "block", kind: "number", value: "+2348031234567", reason: "case 7" } as const
    const verdict = { action: "block", score: 1, findings: [], degraded: false } as const
    const records = trafficOf(3, 200).map((record, i): CallRecord => {
      const judged = { verdict: { ...verdict, listed: i < 50 ? listed : null }, rulesVersion: 0, latencyMicros: 1 }
      return i < 80 ? { ...record, judged } : record
    })
    const report = replay(records, masking(3))
    assert.deepStrictEqual([report.overloadCalls, report.calls], [30, 170])
    assert.isAtLeast(report.verdicts.block.after, 49)
    assert.strictEqual(report.fidelity.verdicts, 50)
  })
})

const hashOf = (number: string) => `hmac:${hash("sha256", number)}`
