import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import type { BackorderEvent, BackorderRefusal, BackorderState } from "../../../src/domain/backorders/Backorder.ts"
import {
  decideCancel,
  decideChecked,
  decideClose,
  decideDelivered,
  decideExpire,
  decideNoted,
  decidePlaced,
  decideRequest,
  evolveBackorder,
  isFinal,
  undelivered,
  unknownBackorder
} from "../../../src/domain/backorders/Backorder.ts"

type Decision = Result.Result<ReadonlyArray<BackorderEvent>, BackorderRefusal>

const numbers = ["+12125550100", "+12125550101", "+12125550102", "+12125550103"]

const request = {
  orderId: "77",
  line: 1,
  country: "US" as const,
  locality: { npa: "212" },
  quantity: 3,
  reference: "77"
}

const report = (count: number, closed = false) => ({ numbers: numbers.slice(0, count), closed, desiredDueAt: null })

const step = (state: BackorderState, decision: Decision) =>
  Result.isSuccess(decision) ? decision.success.reduce(evolveBackorder, state) : state

const placed = () => {
  const requested = step(unknownBackorder("77-1"), decideRequest(unknownBackorder("77-1"), request))
  return step(requested, decidePlaced(requested, "9001", 1_000))
}

const checked = (state: BackorderState, count: number, closed = false) =>
  step(state, decideChecked(state, report(count, closed), "timer", 2_000))

const tagOf = (decision: Decision) => (Result.isFailure(decision) ? decision.failure._tag : undefined)

describe("Backorder", () => {
  it("goes from requested to placed, checking, partially filled, filled and closed", () => {
    assert.strictEqual(placed().status, "placed")
    assert.strictEqual(checked(placed(), 0).status, "checking")
    const partly = checked(placed(), 1)
    assert.deepStrictEqual([partly.status, undelivered(partly)], ["partiallyFilled", numbers.slice(0, 1)])
    const filled = checked(partly, 3, true)
    assert.strictEqual(filled.status, "filled")
    assert.deepStrictEqual(Result.getOrThrow(decideClose(filled)), [])
    const delivered = step(filled, decideDelivered(filled, numbers.slice(0, 3)))
    assert.strictEqual(step(delivered, decideClose(delivered)).status, "closed")
  })

  it("closes without numbers when the vendor closes the order without any", () => {
    const state = checked(placed(), 0, true)
    assert.strictEqual(step(state, decideClose(state)).status, "closed")
  })

  it("cannot be cancelled while numbers wait for delivery, when filled, or when it is over", () => {
    assert.strictEqual(tagOf(decideCancel(unknownBackorder("x"), "r")), "BackorderUnknown")
    assert.strictEqual(tagOf(decideCancel(checked(placed(), 1), "r")), "BackorderStatusRefused")
    assert.strictEqual(tagOf(decideCancel(checked(placed(), 3), "r")), "BackorderStatusRefused")
    const state = placed()
    const cancelled = step(state, decideCancel(state, "customer left"))
    assert.strictEqual(cancelled.status, "cancelled")
    assert.deepStrictEqual(Result.getOrThrow(decideCancel(cancelled, "again")), [])
    assert.deepStrictEqual(Result.getOrThrow(decideExpire(cancelled)), [])
  })

  const anyStep = fc.oneof(
    fc.record({ kind: fc.constant("check" as const), count: fc.nat(4), closed: fc.boolean() }),
    fc.record({ kind: fc.constantFrom("deliver", "close", "cancel", "expire", "note", "request", "placed") })
  )
  type Step = { readonly kind: string; readonly count?: number; readonly closed?: boolean }

  const decide = (state: BackorderState, { closed, count, kind }: Step): Decision => {
    switch (kind) {
      case "check":
        return decideChecked(state, report(count ?? 0, closed), "timer", 2_000)
      case "deliver":
        return decideDelivered(state, state.received)
      case "close":
        return decideClose(state)
      case "cancel":
        return decideCancel(state, "any")
      case "expire":
        return decideExpire(state)
      case "note":
        return decideNoted(state, 3_000)
      case "request":
        return decideRequest(state, request)
      default:
        return decidePlaced(state, "9002", 1_000)
    }
  }

  it("whatever happens in whatever order: a number is received once, delivered once, and the end is the end", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
        let state = placed()
        for (const each of steps) {
          const before = state
          state = step(state, decide(state, each))
          assert.strictEqual(new Set(state.received).size, state.received.length)
          assert.strictEqual(new Set(state.delivered).size, state.delivered.length)
          assert(state.delivered.every((e164) => state.received.includes(e164)))
          if (isFinal(before)) assert.deepStrictEqual(state, before)
          if (isFinal(state)) assert.deepStrictEqual(undelivered(state), [])
          assert.strictEqual(state.vendorOrderId, "9001")
        }
      })
    )
  })
})
