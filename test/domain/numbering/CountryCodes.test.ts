import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import examples from "libphonenumber-js/examples.mobile.json" with { type: "json" }
import metadata from "libphonenumber-js/metadata.max.json" with { type: "json" }
import {
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  parsePhoneNumberFromString
} from "libphonenumber-js/max"
import { countryOf, coversCountry } from "../../../src/domain/numbering/CountryCodes.ts"

/** Territories whose ranges lie scattered among those of the country that they share a code with. */
const scattered: Record<string, string> = { BL: "GP", MF: "GP", EH: "MA", CC: "AU", CX: "AU" }

const sharedCodes = new Set(["1", "7", "39", "44", "47", "61", "212", "262", "290", "358", "590", "599"])

const codes = Object.keys(metadata.country_calling_codes)

describe("the country of a number", () => {
  it("is libphonenumber's for the example number of each country", () => {
    for (const country of getCountries()) {
      const example = getExampleNumber(country, examples)?.number ?? ""
      // Guernsey's and Svalbard's examples lie in ranges that libphonenumber itself gives to the larger neighbour.
      const theirs = parsePhoneNumberFromString(example)?.country ?? country
      const wanted = [theirs, scattered[country] ?? country, scattered[theirs] ?? theirs]
      assert.include(wanted, countryOf(example), `${country} ${example}`)
    }
  })

  it("is that of the code for each code that one country has alone, whatever follows", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codes.filter((code) => !sharedCodes.has(code))),
        fc.stringMatching(/^\d{6,9}$/),
        (code, rest) => {
          const country = countryOf(`+${code}${rest}`)
          assert.strictEqual(country === "" ? "" : getCountryCallingCode(country as "NG"), code)
          assert.strictEqual(countryOf(`${code}${rest}`), country)
        }
      )
    )
  })

  it("is libphonenumber's for valid numbers of the North American plan", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[2-9]\d{2}[2-9]\d{6}$/), (national) => {
        const parsed = parsePhoneNumberFromString(`+1${national}`)
        const type = parsed?.getType()
        if (parsed?.isValid() !== true || !(type ?? "").startsWith("FIXED")) return
        assert.strictEqual(countryOf(`+1${national}`), parsed.country)
      }),
      { numRuns: 500 }
    )
  })

  it("tells territories from their larger neighbours", () => {
    assert.strictEqual(countryOf("+441534123456"), "JE")
    assert.strictEqual(countryOf("+442079460000"), "GB")
    assert.strictEqual(countryOf("+77012345678"), "KZ")
    assert.strictEqual(countryOf("+79161234567"), "RU")
    assert.strictEqual(countryOf("+18761234567"), "JM")
    assert.strictEqual(countryOf("+12125550123"), "US")
    assert.strictEqual(countryOf("+14165550123"), "CA")
  })

  it("is none for global services, free numbers, codes that nobody has, and what is no number", () => {
    for (const none of [
      "+80012345678",
      "+882131234567",
      "+979123456789",
      "+18005550123",
      "+2101234567",
      "+999123",
      "",
      "+",
      "x"
    ]) {
      assert.strictEqual(countryOf(none), "", none)
    }
  })
})

describe("a prefix", () => {
  it("covers a country when it is a country's code or the beginning of one", () => {
    for (const prefix of ["1", "2", "23", "234", "44", "7", "88", "886", "77"])
      assert.isTrue(coversCountry(prefix), prefix)
    for (const prefix of ["1900", "882", "234803", "447", "979", "4487"]) assert.isFalse(coversCountry(prefix), prefix)
  })
})
