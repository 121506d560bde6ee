import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { parseImport } from "../../../../src/domain/fraud/lists/ImportLines.ts"
import type { ListedEntry } from "../../../../src/domain/fraud/lists/ListSync.ts"
import { planSync, removalAllowed } from "../../../../src/domain/fraud/lists/ListSync.ts"

const nowMillis = Date.parse("2026-11-21T12:00:00Z")
const options = { list: "block", source: "ncc", reason: "register", force: false, nowMillis } as const

const listed = (value: string, entry: Partial<ListedEntry> = {}): ListedEntry => ({
  list: "block",
  kind: "number",
  value,
  reason: "register",
  expiresAt: null,
  source: "ncc",
  reference: null,
  ...entry
})

const plan = (csv: string, there: ReadonlyArray<ListedEntry>) => planSync(parseImport("csv", csv), there, options)

describe("a register and the list", () => {
  it("are compared by value, and only the source's own entries are touched", () => {
    const csv = [
      "kind,value,reason,source,expiresAt",
      "number,08031110001,,,",
      "number,08031110002,wangiri,manual,",
      "number,+2348031110003,,,",
      "number,+234 803 111 0003,twice,,",
      "number,+2348031110004,,,",
      "number,+2348031110005,,,2026-11-21T11:00:00Z",
      "prefix,+234,,,",
      "number,nonsense,,,"
    ].join("\n")
    const { add, change, others, refused, remove, same } = plan(csv, [
      listed("+2348031110001"),
      listed("+2348031110002"),
      listed("+2348031110004", { source: "manual" }),
      listed("+2348031110005"),
      listed("+2348031110006"),
      listed("+2348031110007", { source: "auto" })
    ])
    assert.strictEqual(same, 1)
    assert.deepStrictEqual(
      add.map(({ details, key }) => [key.value, details.reason, details.source]),
      [["+2348031110003", "register", "ncc"]]
    )
    assert.deepStrictEqual(
      change.map(({ details, key }) => [key.value, details.reason, details.source]),
      [["+2348031110002", "wangiri", "ncc"]]
    )
    assert.deepStrictEqual(
      others.map(({ value }) => value),
      ["+2348031110004"]
    )
    assert.deepStrictEqual(
      remove.map(({ value }) => value),
      ["+2348031110005", "+2348031110006"]
    )
    assert.deepStrictEqual(
      refused.map(({ line, value }) => [line, value]),
      [
        [8, "+234"],
        [9, "nonsense"]
      ]
    )
  })

  it("are the same once the plan is carried out", () => {
    const digits = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 30 })
    const value = (digit: number) => `+23480311100${String(digit).padStart(2, "0")}`
    fc.assert(
      fc.property(digits, digits, fc.integer({ min: 2, max: 5 }), (register, there, every) => {
        const csv = ["kind,value", ...register.map((digit) => `number,${value(digit)}`)].join("\n")
        const before = there.map((digit) => listed(value(digit), digit % every === 0 ? { source: "manual" } : {}))
        const { add, change, remove } = plan(csv, before)
        const gone = new Set(remove.map((each) => each.value))
        const after = [
          ...before.filter((each) => !gone.has(each.value)),
          ...[...add, ...change].map(({ details, key }) => ({ ...key, ...details }))
        ]
        const again = plan(csv, after)
        assert.deepStrictEqual([again.add, again.change, again.remove], [[], [], []])
        for (const each of before) if (each.source === "manual") assert.include(after, each)
        for (const digit of register) assert.isTrue(after.some((each) => each.value === value(digit)))
      })
    )
  })

  it("differ too much to be news when a large part would be taken off", () => {
    const there = Array.from({ length: 20 }, (_, index) => listed(`+23480311100${10 + index}`))
    const csv = (count: number) =>
      ["kind,value", ...there.slice(0, count).map((each) => `number,${each.value}`)].join("\n")
    assert.isTrue(removalAllowed(plan(csv(18), there), 10))
    assert.isFalse(removalAllowed(plan(csv(17), there), 10))
    assert.isFalse(removalAllowed(plan("", there), 99))
    assert.isTrue(removalAllowed(plan("", there), 100))
    assert.isTrue(removalAllowed(plan("", []), 0))
  })
})
