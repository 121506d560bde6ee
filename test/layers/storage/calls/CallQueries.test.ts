import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Stream } from "effect"
import fc from "fast-check"
import type { CallEnd } from "../../../../src/domain/fraud/CallAttempt.ts"
import { dayMillis } from "../../../../src/domain/fraud/calls/CallTimes.ts"
import { CallRecords } from "../../../../src/layers/storage/CallRecords.ts"
import { daysOf } from "../../../../src/layers/storage/calls/CallQueries.ts"
import { maxEndsPerRequest } from "../../../../src/layers/storage/calls/EndWriter.ts"
import * as TestDatabase from "../../../fixtures/TestDatabase.ts"
import { allowed, attempt, blocked, end, everything, noon, untilScored } from "./SampleCalls.ts"

const TestLayer = CallRecords.layer.pipe(Layer.provideMerge(TestDatabase.layer))

/** In time order, and by id among those of one instant. */
const ordered = (calls: ReadonlyArray<CallEnd>) =>
  calls
    .toSorted((one, other) => one.atMillis - other.atMillis || (one.callId < other.callId ? -1 : 1))
    .map(({ callId }) => callId)

describe("calls are read", () => {
  it.live("as a stream: each once, in time order, whatever order they came in, pages and days notwithstanding", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      // Many calls share an instant, so that pages end within one.
      const start = noon - 2 * dayMillis - dayMillis / 2
      const [offsets = []] = fc.sample(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 4_500, maxLength: 4_500 }),
        1
      )
      const calls = offsets.map((offset, n) => end(`c${n}`, { atMillis: start + (offset * dayMillis) / 10 }))
      for (let n = 0; n < calls.length; n += maxEndsPerRequest) {
        yield* records.recordEnds(calls.slice(n, n + maxEndsPerRequest))
      }
      const read = (period: typeof everything) =>
        Effect.map(Stream.runCollect(records.stream(period)), (all) => all.map(({ call }) => call.callId))
      assert.deepStrictEqual(yield* read(everything), ordered(calls))
      const within = { fromMillis: start + dayMillis / 10, toMillis: start + dayMillis + 1 }
      const some = calls.filter(({ atMillis }) => atMillis >= within.fromMillis && atMillis < within.toMillis)
      assert.deepStrictEqual(yield* read(within), ordered(some))
      assert.deepStrictEqual(yield* read({ fromMillis: noon, toMillis: noon }), [])

      const listed: Array<string> = []
      let after: { readonly atMillis: number; readonly callId: string } | null = null
      while (true) {
        const page: ReadonlyArray<{ readonly call: { readonly atMillis: number; readonly callId: string } }> =
          yield* records.list({ filter: {}, period: within, after, limit: 200 })
        listed.push(...page.map(({ call }) => call.callId))
        const last = page.at(-1)?.call
        if (last === undefined) break
        after = last
      }
      assert.deepStrictEqual(listed, ordered(some).toReversed())
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("as figures, divided by verdict and by gateway", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      records.recordAttempt(attempt("a", { gatewayId: "one" }), blocked)
      records.recordAttempt(attempt("b", { gatewayId: "two", atMillis: noon - dayMillis }), allowed)
      yield* untilScored(2)
      yield* records.recordEnds([
        end("b", { atMillis: noon - dayMillis, durationMillis: 10_000 }),
        end("c", { gatewayId: "two", durationMillis: 20_000 })
      ])
      const { byAction, byGateway, totals } = yield* records.summary(everything)
      assert.deepInclude(totals, { calls: 3, ended: 2, answered: 2, answeredMillis: 30_000, scored: 2, masked: 1 })
      assert.deepStrictEqual(
        byGateway.map(({ gatewayId, totals }) => [gatewayId, totals.calls, totals.answered]),
        [
          ["two", 2, 2],
          ["one", 1, 0]
        ]
      )
      assert.deepStrictEqual(byAction.map(({ action }) => action).toSorted(), ["allow", "block", "none"])
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("when there are none", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      assert.isTrue(Option.isNone(yield* records.get("a")))
      assert.deepStrictEqual(yield* records.list({ filter: {}, period: everything, after: null, limit: 9 }), [])
      assert.strictEqual((yield* records.summary(everything)).totals.calls, 0)
      assert.strictEqual(yield* Stream.runCount(records.stream(everything)), 0)
    }).pipe(Effect.provide(TestLayer))
  )
})

describe("daysOf", () => {
  it("divides a period at midnights, leaving nothing out", () => {
    const instant = fc.integer({ min: 0, max: 40 * dayMillis })
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        const period = { fromMillis: Math.min(one, other), toMillis: Math.max(one, other) }
        const days = daysOf(period)
        const total = days.reduce((sum, { fromMillis, toMillis }) => sum + toMillis - fromMillis, 0)
        assert.strictEqual(total, period.toMillis - period.fromMillis)
        for (const { fromMillis, toMillis } of days) {
          assert.strictEqual(Math.floor(fromMillis / dayMillis), Math.floor((toMillis - 1) / dayMillis))
        }
      })
    )
  })
})
