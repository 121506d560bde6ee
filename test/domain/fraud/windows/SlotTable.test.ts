import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { SlotTable } from "../../../../src/domain/fraud/windows/SlotTable.ts"
import { WindowRows } from "../../../../src/domain/fraud/windows/WindowRows.ts"

/** A table with one column, in which each row has the key that it was taken for. */
const makeTable = (maxRows: number, neighbours = false) => {
  const rows = new WindowRows()
  const column = rows.claimDouble()
  let cleared = 0
  const fresh = (row: number) => {
    if (rows.double(row, column) !== 0) assert.fail("a row that was not cleared")
    cleared++
  }
  const table = new SlotTable(maxRows, rows, { fresh, neighbours })
  const take = (key: number, nowSeconds: number) => {
    const before = cleared
    const row = table.take(key, nowSeconds)
    if (row >= table.rows) assert.fail("a row that no column has")
    if (cleared > before) rows.setDouble(row, column, key)
    return row
  }
  return { table, take, keyIn: (row: number) => rows.double(row, column), cleared: () => cleared }
}

const key = fc.oneof(
  fc.integer({ min: 1, max: 500 }),
  fc.integer({ min: 1, max: 999_999_999_999_999 }),
  fc.integer({ min: -4_294_967_296, max: -1 })
)

describe("a slot table", () => {
  it("gives every key its own row as a map would, while there is room", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 400 }), fc.boolean(), (steps, neighbours) => {
        const { keyIn, table, take } = makeTable(1000, neighbours)
        const model = new Map<number, number>()
        for (const [wanted, isTaken] of steps) {
          const before = model.get(wanted)
          if (!isTaken) {
            assert.strictEqual(table.find(wanted), before ?? -1)
            continue
          }
          const row = take(wanted, 1)
          if (before !== undefined) assert.strictEqual(row, before)
          model.set(wanted, row)
          assert.strictEqual(keyIn(row), wanted)
        }
        assert.strictEqual(table.size, model.size)
        assert.strictEqual(new Set(model.values()).size, model.size)
      })
    )
  })

  it("never has more rows than it may under millions of random keys, and finds just those that have a row", () => {
    for (const [neighbours, apart] of [
      [false, 33_331],
      [true, 1]
    ] as const) {
      const maxRows = 5_000
      const { cleared, keyIn, table, take } = makeTable(maxRows, neighbours)
      const owner = new Map<number, number>()
      let random = 1
      const next = () => (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0)
      for (let i = 0; i < 1_200_000; i++) {
        const wanted = (next() % 30_000) * apart + 2_348_000_000_000
        const before = cleared()
        const row = take(wanted, Math.floor(i / 1000))
        if (cleared() > before) owner.set(row, wanted)
        else if (owner.get(row) !== wanted) assert.fail(`row ${row} belongs to ${owner.get(row)}, not to ${wanted}`)
      }
      assert.strictEqual(table.size, maxRows)
      assert.isAtMost(table.rows, maxRows)
      assert.strictEqual(owner.size, maxRows)
      for (const [row, kept] of owner)
        if (table.find(kept) !== row || keyIn(row) !== kept) assert.fail(`${kept} is lost`)
      const all = new Set(owner.values())
      for (let i = 0; i < 30_000; i++) {
        const asked = i * apart + 2_348_000_000_000
        if (table.find(asked) >= 0 !== all.has(asked)) assert.fail(`${asked} is found wrongly`)
      }
    }
  })

  it("keeps those that are seen again and again, and lets go of those that are not", () => {
    const { table, take } = makeTable(1_000)
    const regulars = Array.from({ length: 100 }, (_, i) => 1_000_000 + i)
    for (let second = 0; second < 200; second++) {
      for (const regular of regulars) take(regular, second)
      for (let i = 0; i < 50; i++) take(5_000_000 + second * 50 + i, second)
    }
    assert.isAbove(regulars.filter((regular) => table.find(regular) >= 0).length, 99)
    assert.strictEqual(table.find(5_000_000), -1)
  })

  it("has no row for 0, which is no key", () => {
    const { table, take } = makeTable(100)
    assert.strictEqual(table.find(0), -1)
    take(7, 1)
    assert.notStrictEqual(take(0, 1), take(0, 1))
    assert.strictEqual(table.find(0), -1)
  })

  it("still knows old from new after January 2038", () => {
    const { table, take } = makeTable(64)
    const afterwards = 2_147_483_648
    for (let i = 1; i <= 64; i++) take(i, i === 5 ? 2_000_000_000 : afterwards + i)
    take(1_000, afterwards + 100)
    assert.strictEqual(table.find(5), -1)
  })
})
