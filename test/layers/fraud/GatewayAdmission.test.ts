import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { makeAdmission, maxCallMillis } from "../../../src/layers/fraud/GatewayAdmission.ts"

const limits = { maxCallsPerSecond: 2, maxConcurrentCalls: 3 }
const admission = () => makeAdmission((gatewayId) => (gatewayId === "gone" ? undefined : limits))

describe("the admission of a gateway's calls", () => {
  it("takes no more in a second than the limit, and as many again a second later", () => {
    const { attempt, ended } = admission()
    const outcomes = ["a", "b", "c"].map((call) => attempt("g", call, 0))
    assert.deepStrictEqual(outcomes, ["admitted", "admitted", "tooManyPerSecond"])
    ended("a")
    ended("b")
    assert.strictEqual(attempt("g", "c", 499), "tooManyPerSecond")
    assert.strictEqual(attempt("g", "c", 500), "admitted")
  })

  it("takes no more at once than the limit, whoever ends first", () => {
    const { attempt, concurrentOf, ended } = admission()
    for (const [n, call] of ["a", "b", "c"].entries()) assert.strictEqual(attempt("g", call, n * 1_000), "admitted")
    assert.strictEqual(attempt("g", "d", 9_000), "tooManyAtOnce")
    assert.strictEqual(attempt("other", "e", 9_000), "admitted")
    assert.isTrue(ended("b"))
    assert.isFalse(ended("b"))
    assert.strictEqual(attempt("g", "d", 9_000), "admitted")
    assert.strictEqual(concurrentOf("g"), 3)
  })

  it("counts a retransmitted call once", () => {
    const { attempt, concurrentOf } = admission()
    for (let n = 0; n < 10; n++) assert.strictEqual(attempt("g", "a", 0), "admitted")
    assert.strictEqual(concurrentOf("g"), 1)
  })

  it("gives up a call that nobody ended after 12 h", () => {
    const { attempt, concurrentOf } = admission()
    attempt("g", "a", 0)
    attempt("other", "b", maxCallMillis - 1)
    assert.strictEqual(concurrentOf("g"), 1)
    attempt("other", "c", maxCallMillis)
    assert.strictEqual(concurrentOf("g"), 0)
  })

  it("counts nothing for a gateway that is not there", () => {
    const { attempt, concurrentOf } = admission()
    assert.strictEqual(attempt("gone", "a", 0), "unknown")
    assert.strictEqual(concurrentOf("gone"), 0)
  })

  it("never counts below nothing or above the limit, and counts what was admitted and not ended", () => {
    const step = fc.record({
      ends: fc.boolean(),
      gateway: fc.constantFrom("g", "other", "gone"),
      call: fc.integer({ min: 0, max: 12 }).map(String),
      passes: fc.integer({ min: -500, max: 2_000 })
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { attempt, concurrentOf, ended } = admission()
        const open = new Map<string, string>()
        let now = 0
        for (const { call, ends, gateway, passes } of steps) {
          now += passes
          if (ends) assert.strictEqual(ended(call), open.delete(call))
          else if (attempt(gateway, call, now) === "admitted" && !open.has(call)) open.set(call, gateway)
          for (const each of ["g", "other"]) {
            assert.strictEqual(concurrentOf(each), [...open.values()].filter((owner) => owner === each).length)
            assert.isAtMost(concurrentOf(each), limits.maxConcurrentCalls)
          }
        }
      })
    )
  })
})
