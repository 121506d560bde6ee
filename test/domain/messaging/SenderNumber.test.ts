import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { isSenderNumber, maskSender } from "../../../src/domain/messaging/SenderNumber.ts"

const number = fc.stringMatching(/^\+[1-9]\d{1,14}$/)

describe("a sender's number", () => {
  it("is E.164", () => {
    for (const good of ["+12", "+2348031234567", "+123456789012345"]) assert.isTrue(isSenderNumber(good), good)
    for (const bad of ["", "+", "+1", "+0123", "2348031234567", "+1234567890123456", "+12 3", "+12\n", "+١٢٣"]) {
      assert.isFalse(isSenderNumber(bad), bad)
    }
  })

  it("is shown with its ends alone", () => {
    assert.strictEqual(maskSender("+2348031234567"), "+234******4567")
    assert.strictEqual(maskSender("+12345678"), "+123*5678")
    assert.strictEqual(maskSender("+1234567"), "+12***67")
    assert.strictEqual(maskSender("+12345"), "+12*45")
    assert.strictEqual(maskSender("+1234"), "+****")
    assert.strictEqual(maskSender("+12"), "+**")
  })

  it("always hides something, keeps its length, and shows at most its first and last four characters", () => {
    fc.assert(
      fc.property(number, (e164) => {
        const masked = maskSender(e164)
        assert.strictEqual(masked.length, e164.length)
        assert.match(masked, /^\+\d{0,3}\*+\d{0,4}$/)
        for (const [at, character] of [...masked].entries())
          if (character !== "*") assert.strictEqual(character, e164[at])
      })
    )
  })
})
