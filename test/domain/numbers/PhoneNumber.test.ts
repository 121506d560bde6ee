import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import type {
  NumberHold,
  NumberRefusal,
  PhoneNumberEvent,
  PhoneNumberState
} from "../../../src/domain/numbers/PhoneNumber.ts"
import {
  decideActivated,
  decideActivationFailed,
  decideBlock,
  decideBlockFailed,
  decideOrdered,
  decideOrdering,
  decideRelease,
  decideReserve,
  decideUnblock,
  evolveNumber,
  unknownNumber
} from "../../../src/domain/numbers/PhoneNumber.ts"

type Decide = (state: PhoneNumberState) => Result.Result<ReadonlyArray<PhoneNumberEvent>, NumberRefusal>

const e164 = "+12125550123"
const hold = (orderId: string): NumberHold => ({
  orderId,
  line: 1,
  vendor: "plivo",
  country: "US",
  backorderId: null
})

const commands = {
  reserve: (state: PhoneNumberState) => decideReserve(state, hold("1")),
  reserveForAnother: (state: PhoneNumberState) => decideReserve(state, hold("2")),
  ordering: (state: PhoneNumberState) => decideOrdering(state, "1"),
  ordered: (state: PhoneNumberState) => decideOrdered(state, null),
  activated: (state: PhoneNumberState) => decideActivated(state, "log-1"),
  activationFailed: (state: PhoneNumberState) => decideActivationFailed(state, "no carrier"),
  block: (state: PhoneNumberState) => decideBlock(state),
  blockFailed: (state: PhoneNumberState) => decideBlockFailed(state, "busy"),
  unblock: (state: PhoneNumberState) => decideUnblock(state),
  release: (state: PhoneNumberState) => decideRelease(state, "over")
} satisfies Record<string, Decide>

type Name = keyof typeof commands

const apply = (state: PhoneNumberState, name: Name) => {
  const decision = commands[name](state)
  return Result.isSuccess(decision)
    ? { state: decision.success.reduce(evolveNumber, state), events: decision.success, refusal: undefined }
    : { state, events: [], refusal: decision.failure }
}

const after = (...names: ReadonlyArray<Name>) =>
  names.reduce((state, name) => {
    const step = apply(state, name)
    assert.strictEqual(step.refusal, undefined, name)
    return step.state
  }, unknownNumber(e164))

describe("PhoneNumber", () => {
  it("goes from reserved to ordered, active, blocked, unblocked and released", () => {
    assert.strictEqual(after("reserve").status, "reserved")
    assert.strictEqual(after("reserve", "ordering").status, "ordering")
    assert.strictEqual(after("reserve", "ordering", "ordered").status, "ordered")
    const active = after("reserve", "ordering", "ordered", "activated")
    assert.strictEqual(active.status, "active")
    assert.strictEqual(apply(active, "block").state.status, "blocked")
    assert.strictEqual(after("reserve", "ordered", "activated", "block", "unblock").status, "active")
    const released = after("reserve", "ordered", "activated", "block", "release")
    assert.deepStrictEqual([released.status, released.orderId], ["released", null])
  })

  it("is held by one ticket at a time, and free again once released", () => {
    const refused = apply(after("reserve"), "reserveForAnother").refusal
    assert(refused?._tag === "NumberNotAvailable")
    assert.strictEqual(refused.heldBy, "1")
    assert.strictEqual(apply(after("reserve", "release"), "reserveForAnother").state.orderId, "2")
  })

  const refusals: ReadonlyArray<readonly [ReadonlyArray<Name>, Name, string]> = [
    [[], "block", "NumberUnknown"],
    [[], "release", "NumberUnknown"],
    [["reserve"], "block", "NumberStatusRefused"],
    [["reserve"], "activated", "NumberStatusRefused"],
    [["reserve", "ordering"], "release", "NumberStatusRefused"],
    [["reserve", "ordered"], "unblock", "NumberStatusRefused"],
    [["reserve", "release"], "ordered", "NumberStatusRefused"],
    [["reserve", "ordered", "activated"], "activationFailed", "NumberStatusRefused"]
  ]
  for (const [history, command, tag] of refusals) {
    it(`refuses ${command} after ${history.join(", ") || "nothing"} with ${tag}`, () => {
      assert.strictEqual(apply(after(...history), command).refusal?._tag, tag)
    })
  }

  const anyCommands = fc.array(fc.constantFrom(...(Object.keys(commands) as ReadonlyArray<Name>)), { maxLength: 30 })

  it("the same command twice in a row changes something at most once", () => {
    fc.assert(
      fc.property(anyCommands, fc.constantFrom(...(Object.keys(commands) as ReadonlyArray<Name>)), (names, last) => {
        const state = names.reduce((before, name) => apply(before, name).state, unknownNumber(e164))
        const once = apply(state, last)
        const twice = apply(once.state, last)
        const notes = ["activationFailed", "blockFailed"]
        assert(once.refusal !== undefined || notes.includes(last) || twice.events.length === 0 || twice.refusal)
        assert.deepStrictEqual(twice.state, once.state)
      })
    )
  })

  it("never changes hands without a release, and is blocked only when it was added before", () => {
    fc.assert(
      fc.property(anyCommands, (names) => {
        let state = unknownNumber(e164)
        for (const name of names) {
          const step = apply(state, name)
          if (state.orderId !== null && step.state.orderId !== state.orderId) {
            assert.deepStrictEqual(
              step.events.map((event) => event._tag),
              ["NumberReleased"]
            )
          }
          if (step.state.status === "blocked" && state.status !== "blocked") assert.strictEqual(state.status, "active")
          state = step.state
        }
      })
    )
  })
})
