import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import type { ListEntryDetails, ListEntryEvent } from "../../../../src/domain/fraud/lists/ListEntry.ts"
import {
  decideAdd,
  decideExpire,
  decideRemove,
  evolveListEntry,
  listEntryId,
  listEntryKey,
  ListEntryState,
  unknownListEntry
} from "../../../../src/domain/fraud/lists/ListEntry.ts"
import type { ListKind } from "../../../../src/domain/fraud/lists/ListValue.ts"
import { normaliseListValue } from "../../../../src/domain/fraud/lists/ListValue.ts"

const nowMillis = Date.parse("2026-05-01T00:00:00.000Z")
const details: ListEntryDetails = { reason: "wangiri", expiresAt: null, source: "manual", reference: null }
const asked = { details, by: "ada", force: false }

const normalised = (kind: ListKind, text: string) =>
  Result.match(normaliseListValue(kind, text), { onSuccess: (value) => value, onFailure: ({ reason }) => reason })

describe("a value", () => {
  it("has one form, however it was written", () => {
    const cases: ReadonlyArray<readonly [ListKind, string, string]> = [
      ["number", "0803 123 4567", "+2348031234567"],
      ["number", "2348031234567", "+2348031234567"],
      ["number", "8031234567", "+2348031234567"],
      ["number", "00447700900123", "+447700900123"],
      ["number", "+1 (212) 555-0123", "+12125550123"],
      ["prefix", "+1900*", "+1900"],
      ["prefix", "882", "+882"],
      ["ip", "2001:DB8::0001", "2001:db8::1"],
      ["ip", "192.0.2.9/24", "192.0.2.0/24"],
      ["carrier", " MTN-NG ", "MTN-NG"]
    ]
    for (const [kind, text, wanted] of cases) {
      assert.strictEqual(normalised(kind, text), wanted)
      assert.strictEqual(normalised(kind, wanted), wanted)
    }
  })

  it("is refused when it is none, too wide, or an emergency number", () => {
    const cases: ReadonlyArray<readonly [ListKind, string, string]> = [
      ["number", "12125550", "invalid"],
      ["number", "+0123456789", "invalid"],
      ["number", "+1234567890123456", "invalid"],
      ["number", "hello", "invalid"],
      ["prefix", "+1", "tooWide"],
      ["prefix", "+", "tooWide"],
      ["prefix", "+12a", "invalid"],
      ["ip", "0.0.0.0/0", "tooWide"],
      ["ip", "2000::/3", "tooWide"],
      ["ip", "192.0.2.300", "invalid"],
      ["carrier", "two words", "invalid"],
      ["carrier", "x".repeat(101), "invalid"],
      ...["112", "199", "767", "911", "999", "+234112"].flatMap(
        (text): ReadonlyArray<readonly [ListKind, string, string]> => [
          ["number", text, "emergency"],
          ["prefix", text, "emergency"]
        ]
      )
    ]
    for (const [kind, text, wanted] of cases) assert.strictEqual(normalised(kind, text), wanted, `${kind} ${text}`)
  })
})

describe("an entry", () => {
  it("is named by its list, kind and value, colons included", () => {
    for (const value of ["+2348031234567", "2001:db8::1", "a:b:c"]) {
      const key = { list: "allow", kind: "ip", value } as const
      assert.deepStrictEqual(listEntryKey(listEntryId(key)), key)
    }
    assert.isUndefined(listEntryKey("grey:ip:192.0.2.1"))
  })

  it("blocks a whole country only when somebody insists, and allows it freely", () => {
    const refusedBy = (id: string, force: boolean) =>
      Result.match(decideAdd(unknownListEntry(id), { ...asked, force }, nowMillis), {
        onSuccess: () => "taken",
        onFailure: (refusal) => (refusal._tag === "ListEntryRefused" ? refusal.reason : refusal._tag)
      })
    assert.strictEqual(refusedBy("block:prefix:+234", false), "wholeCountry")
    assert.strictEqual(refusedBy("block:prefix:+23", false), "wholeCountry")
    assert.strictEqual(refusedBy("block:prefix:+234", true), "taken")
    assert.strictEqual(refusedBy("allow:prefix:+234", false), "taken")
    assert.strictEqual(refusedBy("block:prefix:+882", false), "taken")
    assert.strictEqual(refusedBy("block:prefix:+1900", false), "taken")
  })

  it("refuses an end that has passed, and a value that is not in its one form", () => {
    const past = { ...asked, details: { ...details, expiresAt: "2026-04-30T00:00:00.000Z" } }
    assert.isTrue(Result.isFailure(decideAdd(unknownListEntry("block:carrier:x"), past, nowMillis)))
    assert.isTrue(Result.isFailure(decideAdd(unknownListEntry("block:ip:192.0.2.1/24"), asked, nowMillis)))
  })

  const action = fc.oneof(
    fc.record({
      do: fc.constant("add" as const),
      reason: fc.constantFrom("a", "b"),
      expiresInMillis: fc.option(fc.integer({ min: 1, max: 50 }))
    }),
    fc.record({ do: fc.constant("remove" as const) }),
    fc.record({ do: fc.constant("wait" as const), millis: fc.integer({ min: 0, max: 60 }) })
  )

  it("is active from when it is added until it is removed or its time is over; the same again changes nothing", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        let state = unknownListEntry("block:carrier:x")
        let atMillis = nowMillis
        let until: number | undefined
        const apply = (decision: Result.Result<ReadonlyArray<ListEntryEvent>, unknown>) => {
          if (Result.isSuccess(decision)) state = decision.success.reduce(evolveListEntry, state)
        }
        for (const each of actions) {
          if (each.do === "add") {
            const expiresAt =
              each.expiresInMillis === null ? null : new Date(atMillis + each.expiresInMillis).toISOString()
            const add = { by: "ada", force: false, details: { ...details, reason: each.reason, expiresAt } }
            apply(decideAdd(state, add, atMillis))
            assert.deepStrictEqual(decideAdd(state, add, atMillis), Result.succeed([]))
            until = expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)
          } else if (each.do === "remove") {
            const decision = decideRemove(state, "over", "ada")
            assert.strictEqual(Result.isFailure(decision), state.status === "unknown")
            apply(decision)
            until = undefined
          } else {
            atMillis += each.millis
            apply(decideExpire(state, atMillis))
            if (until !== undefined && until <= atMillis) until = undefined
          }
          assert.strictEqual(state.status === "active", until !== undefined)
          assert.isTrue(Schema.is(ListEntryState)(state))
        }
      })
    )
  })
})
