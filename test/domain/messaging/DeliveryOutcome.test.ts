import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { AttemptResult } from "../../../src/domain/messaging/DeliveryOutcome.ts"
import { isReceiverDown, maxErrorLength, outcomeOf } from "../../../src/domain/messaging/DeliveryOutcome.ts"
import { maxRetryAfterMillis, minPauseMillis, pauseMillis } from "../../../src/domain/messaging/DeliveryRetries.ts"

const pace = { firstRetrySeconds: 30, maxRetrySeconds: 3_600, maxAttempts: 10_000 }

const answered = (status: number, retryAfterSeconds?: number): AttemptResult => ({
  kind: "answered",
  status,
  text: "",
  retryAfterSeconds
})

const outcome = (result: AttemptResult, attempts = 1, chance = 0.5) => outcomeOf(result, attempts, pace, 0, chance)

describe("a retry", () => {
  it("waits a random part of a time that doubles up to the longest", () => {
    const almostOne = 1 - Number.EPSILON
    const ceilings = [1, 2, 3, 7, 8, 100, 1e9].map((attempts) => Math.round(pauseMillis(attempts, almostOne, pace)))
    assert.deepStrictEqual(
      ceilings.map((millis) => Math.round(millis / 1_000)),
      [30, 60, 120, 1_920, 3_600, 3_600, 3_600]
    )
    assert.strictEqual(pauseMillis(3, 0, pace), minPauseMillis)
    assert.strictEqual(pauseMillis(1, 0.5, pace), 15_000)
  })

  it("waits never less than the least and never more than the longest", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 3_600 }),
        fc.integer({ min: 1, max: 86_400 }),
        (attempts, chance, firstRetrySeconds, maxRetrySeconds) => {
          const millis = pauseMillis(attempts, chance, { firstRetrySeconds, maxRetrySeconds })
          assert.isAtLeast(millis, minPauseMillis)
          assert.isAtMost(millis, maxRetrySeconds * 1_000)
        }
      )
    )
  })
})

describe("an attempt", () => {
  it("delivers, comes again, or ends for good, as the answer says", () => {
    const statusOf = (status: number) => outcome(answered(status)).status
    assert.deepStrictEqual([200, 202, 204, 299].map(statusOf), ["delivered", "delivered", "delivered", "delivered"])
    for (const status of [301, 408, 409, 425, 429, 500, 502, 503, 599]) assert.strictEqual(statusOf(status), "queued")
    for (const status of [400, 401, 403, 404, 410, 413, 422, 451]) assert.strictEqual(statusOf(status), "failed")
    assert.strictEqual(outcome({ kind: "unanswered", detail: "no" }).status, "queued")
    assert.strictEqual(outcome({ kind: "postponed", detail: "no" }).status, "queued")
    assert.strictEqual(outcome({ kind: "unsendable", detail: "tampered" }).status, "failed")
  })

  it("is the last one when there were as many as the domain allows", () => {
    assert.strictEqual(outcome(answered(503), 9_999).status, "queued")
    assert.deepInclude(outcome(answered(503), 10_000), { status: "dead", reason: "server_error" })
    assert.deepInclude(outcome(answered(422), 10_000), { status: "failed", reason: "refused" })
  })

  it("is followed by the pause that the receiver asks for, an hour at most", () => {
    const dueOf = (seconds: number) => {
      const result = outcome(answered(429, seconds), 1, 0)
      return result.status === "queued" ? result.dueAtMillis : 0
    }
    assert.deepStrictEqual([dueOf(0), dueOf(60), dueOf(9e8)], [minPauseMillis, 60_000, maxRetryAfterMillis])
  })

  it("leaves an error that is short and has no control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (text) => {
        const result = outcomeOf({ ...answered(500), text } as AttemptResult, 1, pace, 0, 0)
        const error = result.status === "delivered" ? "" : result.error
        assert.isAtMost(error.length, maxErrorLength)
        assert.notMatch(error, /\p{Cc}/u)
      })
    )
  })

  it("tells a receiver in trouble from one that does not want the message", () => {
    assert.deepStrictEqual(
      [200, 400, 404, 408, 429, 500, 503].map((status) => isReceiverDown(answered(status))),
      [false, false, false, false, true, true, true]
    )
  })
})
