import { assert, describe, it } from "@effect/vitest"
import { maxQuantityPerLine } from "../../../src/domain/numbers/RequestedLine.ts"
import {
  analysisInstructions,
  analysisOfModelAnswer,
  modelAnswerJsonSchema,
  settleAnalysis
} from "../../../src/domain/tickets/ModelAnswer.ts"
import type { ModelAnswer } from "../../../src/domain/tickets/ModelAnswer.ts"
import { shownAnalysis } from "./fixtures/LabelledTicket.ts"

type Numbers = ModelAnswer["numbers"][number]

const numbers = (given: Partial<Numbers>): Numbers => ({
  type: "long code",
  quantity: 1,
  area_code: null,
  number_with_area_code: null,
  number_without_area_code: null,
  city: null,
  region: null,
  country: null,
  ...given
})

const answer = (...all: ReadonlyArray<Partial<Numbers>>): ModelAnswer => ({
  is_number_request: "Yes",
  numbers: all.map(numbers),
  questions: []
})

const read = (value: unknown): string => {
  const analysis = analysisOfModelAnswer(value)
  return analysis === undefined ? "nonsense" : shownAnalysis(analysis)
}

describe("a model's answer", () => {
  it("becomes lines", () => {
    assert.strictEqual(read(answer({ quantity: 25, area_code: "212", country: "US" })), "25 212")
    assert.strictEqual(read(answer({ quantity: 3, area_code: "416", country: "CA" })), "3 416 [CA]")
    assert.strictEqual(read(answer({ quantity: 2, number_with_area_code: "415555" })), "2 415-555")
    assert.strictEqual(
      read(answer({ quantity: 2, area_code: "415", number_with_area_code: "+1 415-555-XXXX" })),
      "2 415-555"
    )
    assert.strictEqual(read(answer({ quantity: 2, area_code: "415", number_without_area_code: "555" })), "2 415-555")
    assert.strictEqual(read(answer({ quantity: 9, city: "Austin", region: "TX" })), "9 Austin, TX")
    assert.strictEqual(read(answer({ quantity: 9, region: "texas" })), "9 TX")
    assert.strictEqual(read(answer({ quantity: 9, area_code: "512", city: "Austin", region: "TX" })), "9 512")
    assert.strictEqual(read(answer({ type: "toll-free", quantity: 4 })), "4 toll-free")
    assert.strictEqual(read(answer({ type: "toll-free", quantity: 4, area_code: "833" })), "4 toll-free 833")
  })

  it("has one line for each place", () => {
    assert.strictEqual(
      read(answer({ quantity: 5, area_code: "212" }, { quantity: 2, area_code: "212" }, { area_code: "646" })),
      "1 646; 7 212"
    )
  })

  it("is a question when the model asks one, and no request when it says so", () => {
    assert.strictEqual(read({ ...answer({ area_code: "212" }), questions: [" How many? ", ""] }), "ask: How many?")
    assert.strictEqual(read({ is_number_request: "No", numbers: [], questions: [] }), "none (certain)")
    assert.strictEqual(read({ is_number_request: "No", numbers: [], questions: ["Is it one?"] }), "none (uncertain)")
    assert.strictEqual(read(answer({ type: "other", quantity: 5 })), "none (uncertain)")
    assert.strictEqual(read(answer({ type: "other", quantity: 5 }, { quantity: 2, area_code: "212" })), "2 212")
  })

  const nonsense: ReadonlyArray<readonly [string, unknown]> = [
    ["no document", "I cannot help with that."],
    ["null", null],
    ["a missing field", { is_number_request: "Yes", numbers: [] }],
    ["another word for yes", { ...answer({ area_code: "212" }), is_number_request: "yes" }],
    ["a request for nothing", answer()],
    ["no request, and numbers", { ...answer({ area_code: "212" }), is_number_request: "No" }],
    ["an area code that is not in service", answer({ area_code: "999" })],
    ["an area code elsewhere", answer({ area_code: "787" })],
    ["an area code of two digits", answer({ area_code: "21" })],
    ["words for an area code", answer({ area_code: "Chicago" })],
    ["no place", answer({ quantity: 5 })],
    ["a city without a region", answer({ city: "Springfield" })],
    ["a region that is none", answer({ region: "Bavaria" })],
    ["a region that is not the area code's", answer({ area_code: "212", region: "TX" })],
    ["a country that is not the area code's", answer({ area_code: "212", country: "CA" })],
    ["fields that contradict each other", answer({ area_code: "212", number_with_area_code: "415555" })],
    ["an exchange that is none", answer({ number_with_area_code: "415055" })],
    ["toll-free as a long code", answer({ area_code: "800" })],
    ["a long code as toll-free", answer({ type: "toll-free", area_code: "212" })],
    ["no quantity", answer({ quantity: 0, area_code: "212" })],
    ["a negative quantity", answer({ quantity: -5, area_code: "212" })],
    ["a broken quantity", answer({ quantity: 1.5, area_code: "212" })],
    ["too many", answer({ quantity: maxQuantityPerLine + 1, area_code: "212" })],
    [
      "too many in one place",
      answer({ quantity: maxQuantityPerLine, area_code: "212" }, { quantity: 1, area_code: "212" })
    ],
    ["a question without end", { ...answer({ area_code: "212" }), questions: ["?".repeat(501)] }],
    ["questions without end", { ...answer({ area_code: "212" }), questions: Array.from({ length: 21 }, () => "?") }]
  ]

  for (const [name, value] of nonsense)
    it(`is left to the parser: ${name}`, () => assert.strictEqual(read(value), "nonsense"))

  it("wins over the parser's analysis when it is sound", () => {
    const parsed = { _tag: "NoNumbersRequested", certain: false } as const
    const model = analysisOfModelAnswer(answer({ area_code: "212" }))
    assert.strictEqual(shownAnalysis(settleAnalysis(model, parsed)), "1 212")
    assert.strictEqual(settleAnalysis(undefined, parsed), parsed)
  })
})

describe("what the model is told", () => {
  it("is a schema fit for strict mode", () => {
    const strict = (schema: unknown): void => {
      if (typeof schema !== "object" || schema === null) return
      if ("properties" in schema && typeof schema.properties === "object" && schema.properties !== null) {
        assert.propertyVal(schema, "additionalProperties", false)
        assert.deepStrictEqual("required" in schema ? schema.required : [], Object.keys(schema.properties))
      }
      Object.values(schema).forEach(strict)
    }
    strict(modelAnswerJsonSchema)
    assert.deepStrictEqual(
      Object.keys(modelAnswerJsonSchema.properties.numbers.items.properties),
      Object.keys(numbers({}))
    )
  })

  it("names the rules that its answer is held to", () => {
    for (const rule of ["long code", "toll-free", "other", "questions", `${maxQuantityPerLine}`])
      assert.include(analysisInstructions, rule)
  })
})
