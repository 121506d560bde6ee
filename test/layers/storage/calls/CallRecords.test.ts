import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Option, Result, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { dayMillis } from "../../../../src/domain/fraud/calls/CallTimes.ts"
import { endParameters, endStatement } from "../../../../src/layers/storage/calls/CallColumns.ts"
import { CallRecords } from "../../../../src/layers/storage/CallRecords.ts"
import { maxEndsPerRequest, maxWaiting } from "../../../../src/layers/storage/calls/EndWriter.ts"
import * as TestDatabase from "../../../fixtures/TestDatabase.ts"
import { allCalls, allowed, attempt, blocked, end, noon, untilScored } from "./SampleCalls.ts"

const TestLayer = CallRecords.layer.pipe(Layer.provideMerge(TestDatabase.layer))

/** Another node's records in the same database. */
const secondNode = Effect.gen(function* () {
  const context = yield* Layer.build(Layer.fresh(CallRecords.layer))
  return yield* Effect.provide(CallRecords, context)
})

const only = <A>(values: ReadonlyArray<A>): A => {
  assert.strictEqual(values.length, 1)
  const [value] = values
  if (value === undefined) throw new Error("there is none")
  return value
}

const midnight = noon + dayMillis / 2

describe("CallRecords", () => {
  it.live("keep one row of a call whose verdict came before its CDR", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      assert.isTrue(records.recordAttempt(attempt("a"), blocked))
      yield* untilScored(1)
      assert.deepStrictEqual(yield* records.recordEnds([end("a", { atMillis: noon + 300 })]), ["counted"])
      const { call, ended, judged } = only(yield* allCalls)
      assert.deepStrictEqual(call, attempt("a"))
      assert.deepStrictEqual(judged, blocked)
      assert.deepInclude(ended, { answeredAtMillis: noon + 4_300, endedAtMillis: noon + 64_300, sipCode: 200 })
      assert.deepInclude(ended, { ringMillis: 4_000, durationMillis: 60_000, unchecked: false })
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("keep one row of a call whose CDR came before its verdict, and each side's own words", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const cdr = end("a", { displayName: "", userAgent: "", attestation: "unchecked", answeredAtMillis: null })
      assert.deepStrictEqual(yield* records.recordEnds([{ ...cdr, sipCode: 486 }]), ["counted"])
      const unscored = only(yield* allCalls)
      assert.strictEqual(unscored.judged, null)
      assert.deepInclude(unscored.ended, { answeredAtMillis: null, sipCode: 486 })
      records.recordAttempt(attempt("a", { atMillis: noon - 20 }), allowed)
      yield* untilScored(1)
      const { call, ended, judged } = only(yield* allCalls)
      assert.deepStrictEqual(call, attempt("a"))
      assert.deepStrictEqual(judged, allowed)
      assert.deepStrictEqual(ended, unscored.ended)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("let the first verdict of a call stand", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      records.recordAttempt(attempt("a"), blocked)
      records.recordAttempt(attempt("a"), allowed)
      yield* untilScored(1)
      records.recordAttempt(attempt("a", { atMillis: noon + 5 }), allowed)
      records.recordAttempt(attempt("b"), allowed)
      yield* untilScored(2)
      const calls = yield* allCalls
      assert.deepStrictEqual(
        calls.map(({ call, judged }) => [call.callId, judged?.verdict.action]),
        [
          ["a", "block"],
          ["b", "allow"]
        ]
      )
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("count a CDR once: twice in one batch, again in the next, again with another start", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      assert.deepStrictEqual(yield* records.recordEnds([end("a"), end("b"), end("a")]), [
        "counted",
        "counted",
        "duplicate"
      ])
      assert.deepStrictEqual(yield* records.recordEnds([end("c"), end("a")]), ["counted", "duplicate"])
      const moved = [-dayMillis, -1, 1, dayMillis].map((by) => end("a", { atMillis: noon + by, durationMillis: 1 }))
      for (const again of moved) assert.deepStrictEqual(yield* records.recordEnds([again]), ["duplicate"])
      const calls = yield* allCalls
      assert.deepStrictEqual(
        calls.map(({ call, ended }) => [call.callId, ended?.durationMillis]),
        [
          ["a", 60_000],
          ["b", 60_000],
          ["c", 60_000]
        ]
      )
      assert.deepStrictEqual(yield* records.recordEnds([]), [])
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("say the same again to who asks again under the same receipt, since the answer was lost", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const told = (receipt: string) =>
        Effect.map(
          sql.unsafe<{ readonly counted: ReadonlyArray<number> }>(
            endStatement,
            endParameters(receipt, [end("a"), end("b")])
          ),
          ([row]) => row?.counted
        )
      assert.deepStrictEqual(yield* told("7"), [1, 2])
      assert.deepStrictEqual(yield* told("7"), [1, 2])
      assert.deepStrictEqual(yield* told("8"), [])
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("take an id that comes again after days as another call", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const again = [
        end("a"),
        end("a", { atMillis: noon - 2 * dayMillis }),
        end("a", { atMillis: noon - dayMillis - 1 })
      ]
      assert.deepStrictEqual(yield* records.recordEnds(again), ["counted", "counted", "duplicate"])
      const newest = Option.getOrThrow(yield* records.get("a"))
      assert.strictEqual(newest.call.atMillis, noon)
      assert.strictEqual((yield* allCalls).length, 2)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("know a call across midnight, in one batch and in two", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const around = (callId: string) => [
        end(callId, { atMillis: midnight - 1 }),
        end(callId, { atMillis: midnight + 1 })
      ]
      assert.deepStrictEqual(yield* records.recordEnds([...around("a"), ...around("b").toReversed()]), [
        "counted",
        "duplicate",
        "duplicate",
        "counted"
      ])
      records.recordAttempt(attempt("c", { atMillis: midnight - 1 }), allowed)
      yield* untilScored(1)
      assert.deepStrictEqual(yield* records.recordEnds([end("c", { atMillis: midnight + 1 })]), ["counted"])
      records.recordAttempt(attempt("b", { atMillis: midnight + 1 }), blocked)
      yield* untilScored(2)
      const calls = yield* allCalls
      assert.deepStrictEqual(
        calls.map(({ call, ended, judged }) => [call.callId, judged?.verdict.action, ended !== null]),
        [
          ["a", undefined, true],
          ["b", "block", true],
          ["c", "allow", true]
        ]
      )
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("count each call once when two nodes are told all of it at the same time", () =>
    Effect.gen(function* () {
      const nodes = [yield* CallRecords, yield* secondNode]
      const ids = Array.from({ length: 400 }, (_, n) => `c${n}`)
      // Each node hears each CDR twice, in small lots, near midnight, while both screen the same calls.
      const lots = nodes.flatMap((records, node) =>
        [0, 1].flatMap((round) =>
          Array.from({ length: 40 }, (_, lot) => ({
            records,
            ends: ids
              .filter((_, n) => n % 40 === (lot * 7 + round) % 40)
              .map((id, n) => end(id, { atMillis: midnight + (n % 2 === node ? -5 : 5) }))
          }))
        )
      )
      for (const [n, id] of ids.entries()) {
        for (const records of nodes) records.recordAttempt(attempt(id, { atMillis: midnight - 10 + (n % 20) }), allowed)
      }
      const outcomes = yield* Effect.forEach(
        lots,
        ({ ends, records }) =>
          Effect.map(records.recordEnds(ends), (said) => said.map((outcome, n) => [ends[n]?.callId, outcome] as const)),
        { concurrency: "unbounded" }
      )
      const counted = outcomes.flat().flatMap(([id, outcome]) => (outcome === "counted" ? [id] : []))
      assert.deepStrictEqual(counted.toSorted(), ids.toSorted())
      yield* untilScored(ids.length)
      const calls = yield* allCalls
      assert.strictEqual(calls.length, ids.length)
      assert.isTrue(calls.every(({ ended, judged }) => ended !== null && judged !== null))
    }).pipe(Effect.scoped, Effect.provide(TestLayer))
  )

  it.live("take calls of a day that has no partition yet, and refuse those of a day that cannot be", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const late = end("late", { atMillis: noon - 400 * dayMillis })
      assert.deepStrictEqual(yield* records.recordEnds([late, end("a")]), ["counted", "counted"])
      assert.deepStrictEqual(yield* records.recordEnds([late]), ["duplicate"])
      assert.isTrue(Option.isSome(yield* records.get("late")))
      const outcomes = yield* Effect.forEach(
        [end("b"), end("never", { atMillis: noon + 400 * dayMillis }), end("c"), end("d", { atMillis: Number.NaN })],
        (each) => Effect.result(records.recordEnds([each])),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(outcomes.map(Result.isSuccess), [true, false, true, false])
      assert.isFalse(records.recordAttempt(attempt("e", { atMillis: Number.NaN }), allowed))
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("keep any text, but for the character 0", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const odd = `'"\\{},NULL\u0000é\u{1F600}\ud800`
      records.recordAttempt(attempt("a\u0000", { displayName: odd, region: "" }), {
        ...blocked,
        verdict: { ...blocked.verdict, listed: { list: "block", kind: "ip", value: odd, reason: odd } }
      })
      yield* untilScored(1)
      const { call, judged } = Option.getOrThrow(yield* records.get("a"))
      const kept = `'"\\{},NULLé\u{1F600}\ufffd`
      assert.strictEqual(call.displayName, kept)
      assert.strictEqual(judged?.verdict.listed?.reason, odd.replace("\u0000", ""))
      assert.isTrue(Option.isNone(yield* records.get("a\u0000")))
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("write what was screened before a node stops, and know it after a new start", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const first = yield* Layer.buildWithScope(Layer.fresh(CallRecords.layer), scope).pipe(
        Effect.flatMap((context) => Effect.provide(CallRecords, context))
      )
      for (let n = 0; n < 2_500; n++) first.recordAttempt(attempt(`c${n}`), allowed)
      assert.deepStrictEqual(yield* first.recordEnds([end("c1")]), ["counted"])
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(first.recordAttempt(attempt("too late"), allowed))
      const again = yield* CallRecords
      assert.deepStrictEqual(yield* again.recordEnds([end("c1"), end("c2")]), ["duplicate", "counted"])
      const { totals } = yield* again.summary({ fromMillis: noon, toMillis: noon + 1 })
      assert.deepInclude(totals, { calls: 2_500, scored: 2_500, ended: 2 })
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("refuse at once what is more than may wait, and go on afterwards", () =>
    Effect.gen(function* () {
      const records = yield* CallRecords
      const sql = yield* SqlClient.SqlClient
      const lot = (n: number) => Array.from({ length: maxEndsPerRequest }, (_, each) => end(`${n}-${each}`))
      const connection = yield* sql.reserve
      yield* connection.executeValues("BEGIN", [])
      // Nobody else can write as long as this one holds the table.
      yield* connection.executeValues("LOCK TABLE calls IN EXCLUSIVE MODE", [])
      const waiting = yield* Effect.forkScoped(
        Effect.forEach(
          Array.from({ length: maxWaiting / maxEndsPerRequest }, (_, n) => lot(n)),
          records.recordEnds,
          { concurrency: "unbounded" }
        )
      )
      yield* Effect.yieldNow
      const refused = yield* Effect.flip(records.recordEnds([end("more")]))
      assert.strictEqual(refused._tag, "CallRecordsUnavailable")
      yield* connection.executeValues("ROLLBACK", [])
      assert.isTrue((yield* Fiber.join(waiting)).flat().every((outcome) => outcome === "counted"))
      assert.deepStrictEqual(yield* records.recordEnds([end("more")]), ["counted"])
      assert.strictEqual((yield* Effect.flip(records.recordEnds([...lot(0), end("x")])))._tag, "CallRecordsUnavailable")
    }).pipe(Effect.scoped, Effect.provide(TestLayer))
  )
})
