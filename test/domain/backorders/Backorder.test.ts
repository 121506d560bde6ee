import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import type {
  BackorderEnding,
  BackorderEvent,
  BackorderRefusal,
  BackorderState
} from "../../../src/domain/backorders/Backorder.ts"
import {
  evolveBackorder,
  inDoubtUntilMillis,
  isFinal,
  undelivered,
  unknownBackorder
} from "../../../src/domain/backorders/Backorder.ts"
import {
  decideCancelled,
  decideChecked,
  decideDelivered,
  decideDeliveryBegin,
  decideEnd,
  decideEnding,
  decideNoted,
  decidePlaced,
  decidePlacing,
  decideRequest,
  maxDeliveryBatch
} from "../../../src/domain/backorders/BackorderDecisions.ts"

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

const report = (count: number, closed = false, vendorOrderId: string | null = "9001") => ({
  vendorOrderId,
  numbers: numbers.slice(0, count),
  closed,
  desiredDueAt: null
})

const step = (state: BackorderState, decision: Decision) =>
  Result.isSuccess(decision) ? decision.success.reduce(evolveBackorder, state) : state

const requested = () => step(unknownBackorder("77-1"), decideRequest(unknownBackorder("77-1"), request, 500))

const placed = () => step(requested(), decidePlaced(requested(), "9001", 1_000))

const checked = (state: BackorderState, count: number, closed = false) =>
  step(state, decideChecked(state, report(count, closed), "timer", 2_000))

const delivered = (state: BackorderState) => {
  const begun = step(state, decideDeliveryBegin(state))
  return step(begun, decideDelivered(begun, begun.delivering))
}

const ended = (state: BackorderState) => step(state, decideEnd(state))

const cancelling = { outcome: "cancelled" as const, reason: "customer left" }
const expiring = { outcome: "expired" as const, reason: "too long" }
const asked = (state: BackorderState, ending: BackorderEnding) => step(state, decideEnding(state, ending))

const tagOf = (decision: Decision) => (Result.isFailure(decision) ? decision.failure._tag : undefined)

describe("Backorder", () => {
  it("goes from requested to placed, checking, partially filled, filled and closed", () => {
    assert.strictEqual(placed().status, "placed")
    assert.strictEqual(checked(placed(), 0).status, "checking")
    const partly = checked(placed(), 1)
    assert.deepStrictEqual([partly.status, undelivered(partly)], ["partiallyFilled", numbers.slice(0, 1)])
    const filled = checked(partly, 3, true)
    assert.strictEqual(filled.status, "filled")
    assert.deepStrictEqual(Result.getOrThrow(decideEnd(filled)), [])
    assert.strictEqual(ended(delivered(filled)).status, "closed")
  })

  it("closes without numbers when the vendor closes the order without any", () => {
    assert.strictEqual(ended(checked(placed(), 0, true)).status, "closed")
  })

  it("is cancelled once the vendor has let go and what it assigned is delivered, not before", () => {
    assert.strictEqual(tagOf(decideEnding(unknownBackorder("x"), cancelling)), "BackorderUnknown")
    const begun = asked(placed(), cancelling)
    assert.deepStrictEqual(ended(begun), begun)
    const released = checked(begun, 2, true)
    assert.deepStrictEqual(ended(released), released)
    const cancelled = ended(delivered(released))
    assert.deepStrictEqual([cancelled.status, cancelled.delivered], ["cancelled", numbers.slice(0, 2)])
    assert.deepStrictEqual(Result.getOrThrow(decideEnding(cancelled, cancelling)), [])
    assert.deepStrictEqual(Result.getOrThrow(decideCancelled(cancelled)), [])
    assert.strictEqual(tagOf(decideEnding(cancelled, expiring)), "BackorderStatusRefused")
  })

  it("closes, and refuses the cancellation, when all numbers came meanwhile", () => {
    assert.strictEqual(tagOf(decideEnding(checked(placed(), 3), cancelling)), "BackorderStatusRefused")
    const closed = ended(delivered(checked(asked(placed(), cancelling), 3, true)))
    assert.strictEqual(closed.status, "closed")
    assert.strictEqual(tagOf(decideCancelled(closed)), "BackorderStatusRefused")
  })

  it("expires like it is cancelled, and the first wish for an end stands", () => {
    const begun = asked(asked(placed(), expiring), cancelling)
    assert.strictEqual(ended(checked(begun, 0, true)).status, "expired")
  })

  it("can be cancelled before it is known to be placed, and takes an order that turns up as its own", () => {
    const begun = asked(requested(), cancelling)
    const none = ended(step(begun, decideChecked(begun, report(0, true, null), "cancel", 2_000)))
    assert.deepStrictEqual([none.status, none.vendorOrderId], ["cancelled", null])
    const late = step(none, decideChecked(none, report(1, true), "timer", 3_000))
    assert.deepStrictEqual([late.status, late.vendorOrderId, undelivered(late)], ["cancelled", "9001", [numbers[0]]])
    assert.deepStrictEqual(undelivered(delivered(late)), [])
    const found = checked(begun, 1, true)
    assert.deepStrictEqual([found.status, found.vendorOrderId], ["partiallyFilled", "9001"])
  })

  it("takes over the order that stands when another one was cancelled", () => {
    const state = step(placed(), decideChecked(placed(), report(1, false, "9000"), "timer", 2_000))
    assert.deepStrictEqual([state.vendorOrderId, state.status], ["9000", "partiallyFilled"])
  })

  it("is in doubt for a while after a request whose answer never came", () => {
    const sent = step(requested(), decidePlacing(requested(), 600))
    assert.isNull(inDoubtUntilMillis(step(sent, decidePlaced(sent, "9001", 700))))
    const again = step(sent, decidePlacing(sent, 800))
    const until = inDoubtUntilMillis(step(again, decidePlaced(again, "9001", 900)))
    assert.strictEqual(until, inDoubtUntilMillis(sent))
    assert.strictEqual(tagOf(decidePlacing(placed(), 1_000)), "BackorderStatusRefused")
  })

  it("delivers exactly the batch that was begun, whatever arrives meanwhile", () => {
    const one = checked(placed(), 1)
    const begun = checked(step(one, decideDeliveryBegin(one)), 3)
    assert.deepStrictEqual(Result.getOrThrow(decideDeliveryBegin(begun)), [])
    assert.deepStrictEqual(begun.delivering, numbers.slice(0, 1))
    const after = step(begun, decideDelivered(begun, begun.delivering))
    assert.deepStrictEqual([after.delivering, undelivered(after)], [[], numbers.slice(1, 3)])
    const many = Array.from({ length: maxDeliveryBatch + 1 }, (_, n) => `+1212555${String(1_000 + n)}`)
    const full = evolveBackorder(placed(), { _tag: "BackorderNumbersReceived", numbers: many })
    assert.strictEqual(step(full, decideDeliveryBegin(full)).delivering.length, maxDeliveryBatch)
  })

  const anyStep = fc.oneof(
    fc.record({ kind: fc.constant("check" as const), count: fc.nat(4), closed: fc.boolean() }),
    fc.record({ kind: fc.constantFrom("begin", "deliver", "end", "cancel", "expire", "note", "request", "placed") })
  )
  type Step = { readonly kind: string; readonly count?: number; readonly closed?: boolean }

  const decide = (state: BackorderState, { closed, count, kind }: Step): Decision => {
    switch (kind) {
      case "check":
        return decideChecked(state, report(count ?? 0, closed), "timer", 2_000)
      case "begin":
        return decideDeliveryBegin(state)
      case "deliver":
        return decideDelivered(state, state.delivering)
      case "end":
        return decideEnd(state)
      case "cancel":
        return decideEnding(state, cancelling)
      case "expire":
        return decideEnding(state, expiring)
      case "note":
        return decideNoted(state, 3_000)
      case "request":
        return decideRequest(state, request, 500)
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
          assert(state.delivering.every((e164) => undelivered(state).includes(e164)))
          if (isFinal(before)) assert.strictEqual(state.status, before.status)
          if (isFinal(state) && !isFinal(before)) assert.deepStrictEqual(undelivered(state), [])
          if (state.status === "cancelled" || state.status === "expired") assert.isTrue(state.vendorClosed)
          assert.strictEqual(state.vendorOrderId, "9001")
        }
      })
    )
  })
})
