import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { admit, noAttempts } from "../../../src/domain/access/LoginAttempts.ts"

const limits = fc.record({
  failures: fc.integer({ min: 1, max: 8 }),
  windowMillis: fc.integer({ min: 1, max: 1_000 }),
  lockMillis: fc.integer({ min: 1, max: 1_000 })
})

const pauses = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 })

/** Plays attempts that all fail: when each was made, and whether its password was looked at. */
const play = (gaps: ReadonlyArray<number>, given: Parameters<typeof admit>[2]) => {
  let history = noAttempts
  let nowMillis = 1_000
  return gaps.map((gap) => {
    nowMillis += gap
    const admission = admit(history, nowMillis, given)
    history = admission.history
    return { atMillis: nowMillis, ...admission }
  })
}

describe("attempts to log in", () => {
  it("are looked at no more often than the limit between two locks, and never during one", () => {
    fc.assert(
      fc.property(pauses, limits, (gaps, given) => {
        let lockedUntilMillis = 0
        let looked: ReadonlyArray<number> = []
        for (const { atMillis, isLast, lockedForMillis } of play(gaps, given)) {
          assert.strictEqual(lockedForMillis > 0, atMillis < lockedUntilMillis)
          if (lockedForMillis > 0) continue
          looked = [...looked.filter((at) => at > atMillis - given.windowMillis), atMillis]
          assert.isAtMost(looked.length, given.failures)
          assert.strictEqual(isLast, looked.length === given.failures)
          if (!isLast) continue
          lockedUntilMillis = atMillis + given.lockMillis
          looked = []
        }
      })
    )
  })

  it("are remembered no longer and no more than matters", () => {
    fc.assert(
      fc.property(pauses, limits, (gaps, given) => {
        for (const { history } of play(gaps, given)) assert.isAtMost(history.attemptsAtMillis.length, given.failures)
      })
    )
  })

  it("do not lock anybody when there is always enough time between them", () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 40 }), (given, many) => {
        const gap = Math.ceil(given.windowMillis / Math.max(1, given.failures - 1)) + 1
        const isLocked = play(Array(many).fill(gap), given).some(({ lockedForMillis }) => lockedForMillis > 0)
        assert.isFalse(isLocked && given.failures > 1)
      })
    )
  })

  it("from a node whose clock is behind count, too", () => {
    const given = { failures: 2, windowMillis: 1_000, lockMillis: 1_000 }
    const first = admit(noAttempts, 10_000, given)
    assert.isTrue(admit(first.history, 9_500, given).isLast)
  })
})
