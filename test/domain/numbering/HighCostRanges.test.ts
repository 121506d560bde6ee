import { assert, describe, it } from "@effect/vitest"
import { parsePhoneNumberFromString } from "libphonenumber-js/max"
import { highCostRange, highCostRanges } from "../../../src/domain/numbering/HighCostRanges.ts"

/** The prefix with tails of every length and beginning that a national plan may want. */
const numbersUnder = (prefix: string): ReadonlyArray<string> =>
  ["0123456789", "1112223334", "2000000000", "3456789012", "5556667778", "8001234567", "9012345678"].flatMap((tail) =>
    [3, 4, 5, 6, 7, 8, 9, 10].map((length) => `+${prefix}${tail.slice(0, length)}`)
  )

describe("a costly range", () => {
  it("of national premium rate is one for libphonenumber, too", () => {
    const premium = highCostRanges
      .filter(({ what }) => what === "premium rate")
      .flatMap(({ prefixes }) => prefixes.split(" "))
    for (const prefix of premium) {
      const types = numbersUnder(prefix).map((number) => parsePhoneNumberFromString(number)?.getType())
      assert.include(types, "PREMIUM_RATE", prefix)
    }
  })

  it("is found by the longest prefix, with and without +", () => {
    assert.strictEqual(highCostRange("+882161234567"), "satellite (Thuraya)")
    assert.strictEqual(highCostRange("882131234567"), "international network")
    assert.strictEqual(highCostRange("+88312345"), "international network")
    assert.strictEqual(highCostRange("+19005550123"), "premium rate, North America")
    assert.strictEqual(highCostRange("+979123456789"), "international premium rate")
    assert.strictEqual(highCostRange("+8816123456"), "satellite (Iridium, Globalstar)")
    assert.strictEqual(highCostRange("+9603001234"), "revenue-share destination")
  })

  it("is none for ordinary numbers", () => {
    for (const ordinary of ["+2348031234567", "+12125550123", "+442079460000", "+33123456789", "+221701234567", ""]) {
      assert.isUndefined(highCostRange(ordinary), ordinary)
    }
  })
})
