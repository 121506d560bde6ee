import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { CallEnd } from "../../../../src/domain/fraud/CallAttempt.ts"
import { kpisOf, noTotals } from "../../../../src/domain/fraud/calls/CallFigures.ts"
import {
  checkTimes,
  dayMillis,
  dayOf,
  maxAheadMillis,
  maxCallMillis
} from "../../../../src/domain/fraud/calls/CallTimes.ts"

const now = Date.UTC(2026, 5, 1, 12)

const call: CallEnd = {
  callId: "c",
  aNumber: "+1",
  bNumber: "+2",
  assertedNumber: "",
  displayName: "",
  userAgent: "",
  sourceIp: "",
  sourceGroup: 0,
  gatewayId: "",
  carrierId: "",
  region: "",
  attestation: "unchecked",
  atMillis: now - 60_000,
  answeredAtMillis: now - 50_000,
  endedAtMillis: now,
  ringMillis: 10_000,
  durationMillis: 50_000,
  sipCode: 200,
  unchecked: false
}

const reasonOf = (more: Partial<CallEnd>) => checkTimes({ ...call, ...more }, now, 730)?.reason

describe("checkTimes", () => {
  it("takes what can be", () => {
    assert.strictEqual(reasonOf({}), undefined)
    assert.strictEqual(reasonOf({ answeredAtMillis: null }), undefined)
    assert.strictEqual(reasonOf({ endedAtMillis: now + maxAheadMillis }), undefined)
    const oldest = now - 730 * dayMillis
    assert.strictEqual(reasonOf({ atMillis: oldest, answeredAtMillis: oldest, endedAtMillis: oldest }), undefined)
  })

  it("says what cannot be", () => {
    assert.strictEqual(reasonOf({ atMillis: Number.NaN }), "not_an_instant")
    assert.strictEqual(reasonOf({ durationMillis: 0.5 }), "not_an_instant")
    assert.strictEqual(reasonOf({ endedAtMillis: now + maxAheadMillis + 1 }), "in_the_future")
    assert.strictEqual(reasonOf({ atMillis: now - 730 * dayMillis - 1 }), "older_than_retention")
    assert.strictEqual(reasonOf({ answeredAtMillis: call.atMillis - 1 }), "out_of_order")
    assert.strictEqual(reasonOf({ endedAtMillis: now - 50_001 }), "out_of_order")
    assert.strictEqual(reasonOf({ ringMillis: -1 }), "out_of_order")
    assert.strictEqual(reasonOf({ atMillis: now - maxCallMillis - 1 }), "too_long")
  })

  it("never takes a call ahead of the tolerance or before the retention", () => {
    fc.assert(
      fc.property(fc.integer({ min: -800 * dayMillis, max: 10 * dayMillis }), (by) => {
        const { answeredAtMillis: _, endedAtMillis: __, ...attempt } = call
        const taken = checkTimes({ ...attempt, atMillis: now + by }, now, 730) === undefined
        assert.strictEqual(taken, by <= maxAheadMillis && by >= -730 * dayMillis)
      })
    )
  })

  it("names days by UTC", () => {
    assert.deepStrictEqual([dayOf(Date.UTC(2026, 0, 1) - 1), dayOf(Date.UTC(2026, 0, 1))], ["2025-12-31", "2026-01-01"])
  })
})

describe("kpisOf", () => {
  it("has no rate of nothing", () => {
    assert.deepStrictEqual(kpisOf(noTotals), {
      asrPercent: null,
      nerPercent: null,
      acdSeconds: null,
      maskingPercent: null
    })
  })

  it("divides each by what it is of", () => {
    const totals = { ...noTotals, calls: 9, ended: 8, answered: 2, offered: 4, effective: 3, answeredMillis: 5_000 }
    assert.deepStrictEqual(kpisOf({ ...totals, scored: 3, masked: 1 }), {
      asrPercent: 25,
      nerPercent: 75,
      acdSeconds: 2.5,
      maskingPercent: 33.33
    })
  })
})
