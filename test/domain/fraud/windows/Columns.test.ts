import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { BucketColumn } from "../../../../src/domain/fraud/windows/BucketColumn.ts"
import { SketchColumn } from "../../../../src/domain/fraud/windows/SketchColumn.ts"
import { WindowRows } from "../../../../src/domain/fraud/windows/WindowRows.ts"

const windowMillis = 60_000
const bucketMillis = windowMillis / 4
const start = 1_700_000_000_000 - (1_700_000_000_000 % windowMillis)

interface Event {
  readonly row: number
  readonly atMillis: number
  readonly amount: number
}

const event = fc.record({
  row: fc.nat(2),
  atMillis: fc.nat(200_000).map((later) => start + later),
  amount: fc.nat(500)
})

const shuffled = fc
  .array(event, { maxLength: 60 })
  .chain((events) =>
    fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }))
  )

const bucketsIn = (rows: WindowRows, events: ReadonlyArray<Event>) => {
  const column = new BucketColumn(rows, windowMillis)
  rows.resize(3)
  for (const { amount, atMillis, row } of events) column.add(row, atMillis, amount)
  return column
}

const bucketsOf = (events: ReadonlyArray<Event>) => bucketsIn(new WindowRows(), events)

/** What the column may hold: the sums of the row's newest four quarters, of which those count that the window reaches. */
const modelSum = (events: ReadonlyArray<Event>, row: number, atMillis: number): number => {
  const bucket = ({ atMillis }: Event) => Math.floor(atMillis / bucketMillis)
  const own = events.filter((each) => each.row === row)
  const last = Math.max(0, ...own.map(bucket))
  const since = Math.floor(atMillis / bucketMillis) - 4
  const counted = own.filter((each) => bucket(each) > last - 4 && bucket(each) > since)
  return counted.reduce((sum, { amount }) => sum + amount, 0)
}

describe("a column of sums", () => {
  it("gives the same sums in whatever order calls come, those of a plain model, and none below zero", () => {
    fc.assert(
      fc.property(shuffled, fc.nat(300_000), ([events, inAnyOrder], later) => {
        const [one, other] = [bucketsOf(events), bucketsOf(inAnyOrder)]
        for (const row of [0, 1, 2]) {
          const sum = one.sum(row, start + later)
          assert.strictEqual(sum, other.sum(row, start + later))
          assert.strictEqual(sum, modelSum(events, row, start + later))
          assert.isAtLeast(sum, 0)
        }
      })
    )
  })

  it("counts nothing that is as old as its window", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(200_000), (at, later) => {
        const column = bucketsOf([{ row: 0, atMillis: start + at, amount: 1 }])
        const sum = column.sum(0, start + at + later)
        if (later >= windowMillis) assert.strictEqual(sum, 0)
        if (later <= windowMillis - bucketMillis) assert.strictEqual(sum, 1)
      })
    )
  })

  it("ends at its largest number instead of beginning at zero again", () => {
    for (const [size, most] of [
      ["narrow", 65_535],
      ["wide", 4_294_967_295]
    ] as const) {
      const rows = new WindowRows()
      const column = new BucketColumn(rows, windowMillis, size)
      rows.resize(1)
      for (const amount of [most - 1, 5, most]) column.add(0, start, amount)
      assert.strictEqual(column.sum(0, start), most)
    }
  })

  it("forgets when its window gets another length, and keeps its sums when it does not", () => {
    const rows = new WindowRows()
    const column = bucketsIn(rows, [{ row: 1, atMillis: start, amount: 3 }])
    column.retime(windowMillis)
    assert.strictEqual(column.sum(1, start), 3)
    column.retime(windowMillis * 2)
    assert.strictEqual(column.sum(1, start), 0)
    column.add(1, start, 2)
    rows.resize(6)
    assert.deepStrictEqual([column.sum(1, start), column.sum(5, start)], [2, 0])
    rows.clear(1)
    assert.strictEqual(column.sum(1, start), 0)
  })
})

const sketchIn = (rows: WindowRows, events: ReadonlyArray<Event>) => {
  const column = new SketchColumn(rows, [windowMillis])
  rows.resize(3)
  for (const { amount, atMillis, row } of events) column.add(row, atMillis, amount)
  return column
}

const sketchOf = (events: ReadonlyArray<Event>) => sketchIn(new WindowRows(), events)

/** How far off the estimate is of so many random subscribers of one network, as a share. */
const errorsFor = (members: number, tries: number): ReadonlyArray<number> => {
  let random = members
  const next = () => (random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0)
  return Array.from({ length: tries }, () => {
    const rows = new WindowRows()
    const column = new SketchColumn(rows, [windowMillis])
    rows.resize(1)
    const distinct = new Set<number>()
    while (distinct.size < members) distinct.add(2_348_030_000_000 + (next() % 10_000_000))
    for (const member of distinct) {
      column.add(0, start, member)
      column.add(0, start + bucketMillis, member)
    }
    return Math.abs(column.estimate(0, start + bucketMillis) - members) / members
  })
}

describe("a column of sketches", () => {
  it("gives the same estimates in whatever order calls come", () => {
    fc.assert(
      fc.property(shuffled, fc.nat(300_000), ([events, inAnyOrder], later) => {
        const [one, other] = [sketchOf(events), sketchOf(inAnyOrder)]
        for (const row of [0, 1, 2]) {
          assert.strictEqual(one.estimate(row, start + later), other.estimate(row, start + later))
          assert.isAtLeast(one.estimate(row, start + later), 0)
        }
      })
    )
  })

  it("is within 10 % nine times out of ten for 20 to 200 members, and within 5 % on average", () => {
    for (const members of [20, 35, 50, 75, 100, 150, 200]) {
      const errors = errorsFor(members, 300)
      const near = errors.filter((error) => error <= 0.1).length / errors.length
      const average = errors.reduce((sum, error) => sum + error, 0) / errors.length
      assert.isAtLeast(near, 0.9, `${members} members: ${near} of the estimates are within 10 %`)
      assert.isAtMost(average, 0.05, `${members} members: ${average} off on average`)
    }
  })

  it("does not mistake few for many: a handful is counted all but exactly", () => {
    for (let members = 0; members <= 5; members++) {
      assert.isAtMost(Math.max(0, ...errorsFor(members || 1, 50)) * members, 2)
    }
  })

  it("counts nothing that is as old as its window", () => {
    const column = sketchOf([{ row: 0, atMillis: start, amount: 42 }])
    assert.strictEqual(column.estimate(0, start + windowMillis - bucketMillis), 1)
    assert.strictEqual(column.estimate(0, start + windowMillis), 0)
  })

  it("forgets when its window gets another length or its row another key", () => {
    const rows = new WindowRows()
    const column = sketchIn(rows, [{ row: 1, atMillis: start, amount: 42 }])
    rows.resize(10)
    assert.strictEqual(column.estimate(1, start), 1)
    rows.clear(1)
    assert.strictEqual(column.estimate(1, start), 0)
    column.add(1, start, 42)
    column.retime([windowMillis * 2])
    assert.strictEqual(column.estimate(1, start), 0)
  })

  it("of several windows is as many of one each", () => {
    const windows = [windowMillis, windowMillis / 3, windowMillis * 5]
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.nat(2), fc.nat(300_000), (events, retimed, later) => {
        const rows = new WindowRows()
        const together = new SketchColumn(rows, windows)
        const alone = windows.map((millis) => new SketchColumn(rows, [millis]))
        rows.resize(3)
        for (const [i, { amount, atMillis, row }] of events.entries()) {
          for (const column of [together, ...alone]) column.add(row, atMillis, amount)
          if (i !== 30) continue
          together.retime(windows.map((millis, window) => (window === retimed ? 2 * millis : millis)))
          alone[retimed]?.retime([2 * (windows[retimed] ?? 0)])
        }
        for (const row of [0, 1, 2]) {
          const estimates = windows.map((_, window) => together.estimate(row, start + later, window))
          assert.deepStrictEqual(
            estimates,
            alone.map((column) => column.estimate(row, start + later))
          )
        }
      })
    )
  })
})
