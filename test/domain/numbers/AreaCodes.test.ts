import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import metadata from "libphonenumber-js/metadata.max.json" with { type: "json" }
import { isValidPhoneNumber } from "libphonenumber-js/max"
import {
  countryOfAreaCode,
  geographicAreaCodes,
  isAssigned,
  isTollFree,
  placeElsewhereOfAreaCode,
  regionOfAreaCode,
  regionsOfAreaCode,
  tollFreeAreaCodes
} from "../../../src/domain/numbers/AreaCodes.ts"
import { cities, cityWithoutRegion, regionOfCode, regions } from "../../../src/domain/numbers/Regions.ts"
import { AreaCode } from "../../../src/domain/numbers/RequestedLine.ts"

const allCodes = Array.from({ length: 800 }, (_, index) => String(index + 200))

/** In service since 2025 (overlays of 713 in Houston and 313 in Detroit), and without numbers in libphonenumber yet. */
const newerThanLibphonenumber = new Set(["621", "679"])

/** libphonenumber knows an area code when some number in it is valid. */
const knownTo = (country: "US" | "CA", npa: string): boolean =>
  ["2345678", "5552345", "2002345", "9992345"].some((rest) => isValidPhoneNumber(`+1${npa}${rest}`, country)) &&
  !tollFreeAreaCodes.has(npa)

const fixedLinePattern = (country: "US" | "CA"): RegExp => {
  const types: unknown = metadata.countries[country]?.[11]
  const pattern: unknown = Array.isArray(types) && Array.isArray(types[0]) ? types[0][0] : undefined
  return new RegExp(`^(?:${String(pattern)})$`)
}

describe("area codes", () => {
  it("agree with libphonenumber for each geographic code of the US and Canada", () => {
    for (const country of ["US", "CA"] as const) {
      const pattern = fixedLinePattern(country)
      const theirs = allCodes.filter((npa) => pattern.test(`${npa}2345678`))
      const ours = geographicAreaCodes.filter((npa) => countryOfAreaCode(npa) === country)
      assert.deepStrictEqual(
        ours.filter((npa) => !newerThanLibphonenumber.has(npa)),
        theirs
      )
      for (const npa of ours.slice(0, 40)) assert.isTrue(newerThanLibphonenumber.has(npa) || knownTo(country, npa), npa)
    }
  })

  it("lie in a state or province of their own country, each once", () => {
    assert.strictEqual(new Set(geographicAreaCodes).size, geographicAreaCodes.length)
    for (const npa of geographicAreaCodes) {
      assert.isTrue(Schema.is(AreaCode)(npa), npa)
      assert.isTrue(isAssigned(npa))
      assert.isFalse(isTollFree(npa))
      assert.isUndefined(placeElsewhereOfAreaCode(npa))
      for (const code of regionsOfAreaCode(npa)) assert.strictEqual(regionOfCode(code)?.country, countryOfAreaCode(npa))
    }
  })

  it("serve every state and province", () => {
    const served = new Set(geographicAreaCodes.flatMap(regionsOfAreaCode))
    assert.deepStrictEqual(
      regions.map((region) => region.code).filter((code) => !served.has(code)),
      []
    )
    assert.strictEqual(regions.length, 51 + 13)
  })

  it("say where they are", () => {
    assert.deepStrictEqual(
      ["212", "310", "202", "416", "604", "902", "800", "999", "211", "787"].map(regionOfAreaCode),
      ["NY", "CA", "DC", "ON", "BC", "NS", undefined, undefined, undefined, undefined]
    )
    assert.deepStrictEqual(regionsOfAreaCode("867"), ["NT", "NU", "YT"])
    assert.strictEqual(placeElsewhereOfAreaCode("787"), "Puerto Rico")
    assert.strictEqual(placeElsewhereOfAreaCode("876"), "Jamaica")
    assert.isTrue(["800", "833", "844", "855", "866", "877", "888"].every(isTollFree))
  })
})

describe("cities", () => {
  it("are each in a region that exists, once", () => {
    const keys = cities.map((city) => `${city.name}, ${city.region}`)
    assert.strictEqual(new Set(keys).size, keys.length)
    for (const city of cities) assert.isDefined(regionOfCode(city.region), city.name)
    assert.isAtLeast(cities.length, 150)
  })

  it("are meant without their state only where one is by far the largest", () => {
    assert.strictEqual(cityWithoutRegion("chicago")?.region, "IL")
    assert.strictEqual(cityWithoutRegion("portland")?.region, "OR")
    assert.strictEqual(cityWithoutRegion("vancouver")?.region, "BC")
    for (const name of ["springfield", "kansas city", "aurora", "washington", "london", "mobile", "nowhere"])
      assert.isUndefined(cityWithoutRegion(name), name)
  })
})
