import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { MembersColumn } from "../../../../src/domain/fraud/windows/MembersColumn.ts"
import { RecentMembers } from "../../../../src/domain/fraud/windows/RecentMembers.ts"
import { WindowRows } from "../../../../src/domain/fraud/windows/WindowRows.ts"

const windowMillis = 5_000
const start = 1_700_000_000_000

const sighting = fc.record({ member: fc.integer({ min: -5, max: 12 }), later: fc.nat(12_000) })

const notesOf = (recent: RecentMembers) => Array.from({ length: recent.size }, (_, place) => recent.note(place))

describe("recent members", () => {
  it("are those of a plain model: the distinct ones younger than the window, whatever order they came in", () => {
    fc.assert(
      fc.property(fc.array(sighting, { minLength: 1, maxLength: 60 }), (sightings) => {
        const recent = new RecentMembers()
        for (const { later, member } of sightings) recent.add(member, start + later, member, windowMillis, 100)
        const newest = Math.max(...sightings.map(({ later }) => later))
        const living = sightings.filter(({ later }) => later > newest - windowMillis)
        const members = new Set(living.map(({ member }) => member))
        assert.strictEqual(recent.size, members.size)
        assert.deepStrictEqual(new Set(notesOf(recent)), members)
        for (const after of [newest - windowMillis, newest - 1_000, newest]) {
          const since = sightings.filter(({ later }) => later > after)
          assert.strictEqual(recent.seenAfter(start + after), new Set(since.map(({ member }) => member)).size)
        }
        assert.strictEqual(recent.size, members.size)
      })
    )
  })

  it("are never more than they may be, also when that becomes less", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.integer({ min: 1, max: 20 })), { maxLength: 200 }),
        (sightings) => {
          const recent = new RecentMembers()
          for (const [member, later, most] of sightings) {
            const known = recent.size
            recent.add(member, start + later, 0, windowMillis, most)
            assert.isAtMost(recent.size, Math.max(most, known))
          }
          recent.add(5_000, start + 1_000, 0, windowMillis, 1)
          assert.strictEqual(recent.size, 1)
        }
      )
    )
  })

  it("go when they are as old as the window, and not one millisecond sooner", () => {
    for (const [age, size] of [
      [windowMillis - 1, 2],
      [windowMillis, 1]
    ] as const) {
      const recent = new RecentMembers()
      recent.add(1, start, 0, windowMillis, 100)
      recent.add(2, start + age, 0, windowMillis, 100)
      assert.strictEqual(recent.size, size, `at an age of ${age} ms`)
    }
  })

  it("do not come back by a late sighting that is out of the window already", () => {
    const recent = new RecentMembers()
    recent.add(1, start + windowMillis, 0, windowMillis, 100)
    recent.add(2, start, 0, windowMillis, 100)
    assert.strictEqual(recent.size, 1)
    recent.add(2, start + 1, 0, windowMillis, 100)
    assert.strictEqual(recent.size, 2)
  })

  it("keep the note of their newest sighting", () => {
    const recent = new RecentMembers()
    recent.add(1, start + 10, 7, windowMillis, 100)
    recent.add(1, start, 8, windowMillis, 100)
    assert.strictEqual(recent.note(0), 7)
  })
})

describe("a column of members", () => {
  it("has in each row what recent members by themselves have", () => {
    const seen = fc.record({ row: fc.nat(1), member: fc.integer({ min: 1, max: 4 }), later: fc.nat(20_000) })
    fc.assert(
      fc.property(
        fc.array(seen, { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        (sightings, most) => {
          const rows = new WindowRows()
          const column = new MembersColumn(rows)
          rows.resize(2)
          const models = [new RecentMembers(), new RecentMembers()]
          for (const { later, member, row } of sightings) {
            const model = models[row] ?? assert.fail()
            column.add(row, member, start + later, member, windowMillis, most)
            model.add(member, start + later, member, windowMillis, most)
            const several = column.severalOf(row)
            const notes = several === undefined ? [column.note(row)] : notesOf(several)
            assert.deepStrictEqual(new Set(notes), new Set(notesOf(model)))
            for (const age of [0, windowMillis, 20_000]) {
              assert.strictEqual(column.seenAfter(row, start + age), model.seenAfter(start + age))
            }
          }
        }
      )
    )
  })

  it("keeps nothing of a row that has another key", () => {
    const rows = new WindowRows()
    const column = new MembersColumn(rows)
    rows.resize(1)
    for (const member of [1, 2]) column.add(0, member, start, member, windowMillis, 100)
    assert.strictEqual(column.seenAfter(0, 0), 2)
    rows.clear(0)
    column.forget(0)
    assert.strictEqual(column.seenAfter(0, 0), 0)
    column.add(0, 3, start, 3, windowMillis, 100)
    assert.deepStrictEqual([column.severalOf(0), column.note(0)], [undefined, 3])
  })
})
