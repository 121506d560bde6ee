import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { parseImport } from "../../../../src/domain/fraud/lists/ImportLines.ts"

const read = (format: "csv" | "jsonl", text: string, linesMax?: number): ReadonlyArray<readonly [number, unknown]> =>
  parseImport(format, text, linesMax).map(({ entry, line }) => [
    line,
    Result.isSuccess(entry) ? entry.success : "refused"
  ])

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`

describe("the lines of an import", () => {
  it("have columns in any order under a header, and in a fixed one without", () => {
    const entry = { kind: "number", value: "+2348031234567", reason: "x" }
    assert.deepStrictEqual(read("csv", "reason,value,kind\nx,+2348031234567,number\n"), [[2, entry]])
    assert.deepStrictEqual(read("csv", "\uFEFFnumber,+2348031234567,x\r\n"), [[1, entry]])
    assert.deepStrictEqual(read("csv", "value,kind,expires_at\nc,carrier,2030-01-01T00:00:00Z"), [
      [2, { kind: "carrier", value: "c", expiresAt: "2030-01-01T00:00:00Z" }]
    ])
    assert.deepStrictEqual(read("csv", "colour,x\n\n,,\nprefix,+882"), [
      [1, "refused"],
      [4, { kind: "prefix", value: "+882" }]
    ])
    assert.deepStrictEqual(read("csv", ""), [])
  })

  it("of a CSV may hold whatever is quoted", () => {
    const reason = fc.stringMatching(/^[a-z",\n;]([a-z ",\n;]{0,20}[a-z",;])?$/).filter((text) => text.trim() === text)
    fc.assert(
      fc.property(fc.array(reason, { maxLength: 5 }), (reasons) => {
        const text = reasons.map((each) => `carrier,c,${quoted(each)}`).join("\n")
        assert.deepStrictEqual(
          read("csv", text).map(([, entry]) => entry),
          reasons.map((each) => ({ kind: "carrier", value: "c", reason: each }))
        )
      })
    )
  })

  it("of any text end, with their numbers in order, one more than allowed at most", () => {
    fc.assert(
      fc.property(fc.constantFrom("csv", "jsonl"), fc.string({ maxLength: 200 }), (format, text) => {
        const lines = parseImport(format, text, 3).map(({ line }) => line)
        assert.isAtMost(lines.length, 4)
        assert.deepStrictEqual(
          lines,
          lines.toSorted((one, other) => one - other)
        )
      })
    )
    assert.strictEqual(parseImport("csv", "carrier,x\n".repeat(10), 3).length, 4)
    assert.strictEqual(parseImport("jsonl", "{}\n".repeat(10), 3).length, 4)
  })
})
