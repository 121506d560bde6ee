import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { BinaryHeap } from "../../../../src/domain/fraud/backtest/BinaryHeap.ts"
import { FrequentSubjects } from "../../../../src/domain/fraud/backtest/FrequentSubjects.ts"

describe("a heap", () => {
  it("gives what it was given in order, also when it is given more in between", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer())), (rounds) => {
        const heap = new BinaryHeap<number>()
        const model: Array<number> = []
        for (const round of rounds) {
          for (const key of round) heap.push(key, key)
          model.push(...round)
          model.sort((one, other) => one - other)
          assert.strictEqual(heap.firstKey, model[0] ?? Infinity)
          assert.strictEqual(heap.pop(), model.shift())
        }
        while (model.length > 0) assert.strictEqual(heap.pop(), model.shift())
        assert.strictEqual(heap.size, 0)
      })
    )
  })
})

describe("frequent subjects", () => {
  it("are found among very many others", () => {
    const subjects = new FrequentSubjects()
    for (let i = 0; i < 100_000; i++) {
      subjects.add(`other-${i}`, `a-${i}`)
      if (i % 100 === 0) subjects.add("often", `b-${i}`)
    }
    const [top] = subjects.top(1)
    assert.strictEqual(top?.subject, "often")
    assert.isAtMost(top?.calls ?? 0, 1_000)
  })
})
