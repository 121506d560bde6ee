import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { parsePhoneNumberFromString } from "libphonenumber-js/max"
import {
  isEmergency,
  isPossibleNigerian,
  isShortCode,
  mobileOperators,
  operatorOf
} from "../../../src/domain/numbering/NigerianNumbering.ts"

describe("a mobile operator", () => {
  it("is known by the first three digits", () => {
    for (const operator of mobileOperators) {
      for (const prefix of operator.prefixes) {
        assert.strictEqual(operatorOf(`+234${prefix}1234567`), operator)
        assert.strictEqual(operatorOf(`234${prefix}1234567`), operator)
      }
    }
    assert.strictEqual(operatorOf("+2348031234567")?.routingNumber, "D013")
    assert.strictEqual(operatorOf("+2349091234567")?.name, "9mobile")
  })

  it("has each prefix alone, and each prefix is a possible number", () => {
    const all = mobileOperators.flatMap(({ prefixes }) => prefixes)
    assert.strictEqual(new Set(all).size, all.length)
    for (const prefix of all) assert.isTrue(isPossibleNigerian(`+234${prefix}1234567`), prefix)
  })

  it("is unknown for other licensees, fixed lines and other countries", () => {
    for (const number of ["+2348041234567", "+2342014630643", "+12348031234", "+448031234567", "", "+234"]) {
      assert.isUndefined(operatorOf(number), number)
    }
  })
})

describe("a possible number of Nigeria", () => {
  it("is what libphonenumber holds for valid, and nothing else", () => {
    const national = fc.oneof(
      fc.stringMatching(/^[789][012]\d{8}$/),
      fc.stringMatching(/^20\d{8}$/),
      fc.stringMatching(/^[78]00\d{5,12}$/),
      fc.stringMatching(/^\d{6,12}$/)
    )
    fc.assert(
      fc.property(national, (digits) => {
        const valid = parsePhoneNumberFromString(`+234${digits}`, { extract: false })
        const theirs = valid?.isValid() === true && valid.number === `+234${digits}`
        assert.strictEqual(isPossibleNigerian(`+234${digits}`), theirs, digits)
      }),
      { numRuns: 3000 }
    )
  })

  it("has digits only", () => {
    for (const wrong of ["+234803123456x", "+234 8031234567", "", "+", "08031234567"])
      assert.isFalse(isPossibleNigerian(wrong), wrong)
  })
})

describe("short numbers", () => {
  it("for emergencies are known however the switch writes them", () => {
    for (const number of ["112", "199", "767", "911", "999", "+112", "+234112", "234199", "0112", "+2340767"]) {
      assert.isTrue(isEmergency(number), number)
    }
    for (const number of ["", "113", "1120", "+2348031234112", "12", "11a", "234"])
      assert.isFalse(isEmergency(number), number)
  })

  it("have three to six digits", () => {
    for (const code of ["112", "321", "3131", "40404", "996996"]) assert.isTrue(isShortCode(code), code)
    for (const other of ["", "12", "0123", "+112", "1234567", "12a"]) assert.isFalse(isShortCode(other), other)
  })
})
