import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { toE164 } from "../../../src/domain/fraud/DialledNumber.ts"

const number = "+2348031234567"

const forms: ReadonlyArray<readonly [text: string, e164: string | undefined]> = [
  [number, number],
  ["2348031234567", number],
  ["08031234567", number],
  ["8031234567", number],
  ["002348031234567", number],
  ["00447911123456", "+447911123456"],
  ["tel:+2348031234567", number],
  ["TEL:08031234567;phone-context=+234", number],
  ["tel:+234-803-123-4567;ext=12", number],
  ["sip:+2348031234567@203.0.113.7;user=phone", number],
  ["sip:08031234567;isub=1@ims.example.net:5060;transport=tcp", number],
  ["sips:%2B2348031234567@example.net", number],
  ["sip:+2348031234567", number],
  ["<sip:+2348031234567@example.net>;tag=88", number],
  ['"Ada <mobile>" <sip:08031234567@example.net>', number],
  ["<tel:+2348031234567>, <sip:+2348031234567@example.net>", number],
  ["<+2348031234567>", number],
  ["%2B2348031234567", number],
  ["%2b2348031234567", number],
  ["+234 (803) 123-4567", number],
  ["0803.123.4567", number],
  [" +2348031234567 ", number],
  ["112", "+234112"],
  ["sip:199@example.net", "+234199"],
  ["+112", "+112"],
  ["300", "+234300"],
  ["anonymous", ""],
  ["Anonymous", ""],
  ["restricted", ""],
  ["unavailable", ""],
  ["", ""],
  ["sip:anonymous@anonymous.invalid", ""],
  ["sip:anonymous.invalid", ""],
  ["<sip:restricted@example.net>", ""],
  ["ada", undefined],
  ["sip:ada@example.net", undefined],
  ["sip:203.0.113.7", undefined],
  ["0803CALLNOW", undefined],
  ["urn:service:sos", undefined],
  ["+", undefined],
  ["++2348031234567", undefined],
  ["00", undefined],
  ["0000", undefined],
  ["+0123456789", undefined],
  ["+1234567890123456", undefined],
  ["08031234567890123", undefined],
  ["٠٨٠٣١٢٣٤٥٦٧", undefined],
  ["1".repeat(300), undefined]
]

describe("a dialled number", () => {
  it.for(forms)("%s is %s", ([text, e164]) => {
    assert.strictEqual(toE164(text, false), e164)
  })

  it("from an international gateway, digits alone are a whole international number", () => {
    const cases = [
      ["447911123456", "+447911123456"],
      ["2348031234567", number],
      ["002348031234567", number],
      ["08031234567", number],
      ["112", "+234112"],
      ["12345", "+23412345"]
    ] as const
    for (const [text, e164] of cases) assert.strictEqual(toE164(text, true), e164, text)
    assert.strictEqual(toE164("447911123", false), "+234447911123")
  })

  it("is E.164, withheld or no number, whatever it is made of; and what is E.164 stays as it is", () => {
    const pieces = fc.constantFrom(
      "+",
      "00",
      "0",
      "234",
      "tel:",
      "sip:",
      "<",
      ">",
      "@",
      ";",
      "%2B",
      " ",
      "-",
      "8",
      "9",
      "a"
    )
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.array(pieces, { maxLength: 14 }).map((all) => all.join(""))
    )
    fc.assert(
      fc.property(text, fc.boolean(), (written, international) => {
        const e164 = toE164(written, international)
        if (e164 === undefined || e164 === "") return
        assert.match(e164, /^\+\d{2,15}$/)
        assert.strictEqual(toE164(e164, international), e164)
        assert.strictEqual(toE164(`<sip:${e164}@example.net>`, international), e164)
      }),
      { numRuns: 2000 }
    )
  })
})
