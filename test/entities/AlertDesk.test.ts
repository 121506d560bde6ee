import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { TestRunner } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { AlertDesk } from "../../src/entities/AlertDesk.ts"
import { longestPauseMillis, makeAlertPile, maxPatterns } from "../../src/entities/AlertPile.ts"
import { FraudAlert } from "../../src/entities/FraudAlert.ts"
import { FraudAlertLive } from "../../src/entities/FraudAlertLive.ts"
import { AlertPatterns } from "../../src/layers/storage/AlertPatterns.ts"
import { AlertRows } from "../../src/layers/storage/AlertRows.ts"
import { DeadLetters } from "../../src/layers/storage/DeadLetters.ts"
import { Journal } from "../../src/layers/storage/Journal.ts"
import { reportOf } from "../domain/fraud/alerts/AlertSamples.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

const alerts = FraudAlertLive.pipe(
  Layer.provideMerge(TestRunner.layer),
  Layer.provideMerge(Layer.mergeAll(Journal.layer, DeadLetters.layer, AlertPatterns.layer, AlertRows.layer)),
  Layer.provideMerge(TestDatabase.layer)
)

/** A desk of its own, as each node has one; it closes with the scope. */
const openDesk = Effect.map(Layer.build(Layer.fresh(AlertDesk.layer)), (context) => Context.get(context, AlertDesk))

const rowsOf = Effect.flatMap(AlertRows, (rows) => rows.list({ filter: {}, after: null, limit: 200 }))

const findingsOf = Effect.map(rowsOf, (rows) => rows.reduce((sum, { findings }) => sum + findings, 0))

const done = { commandKey: "k", by: "ada" }

describe("the alert desk", () => {
  it.live("makes one alert of what two desks find of one pattern at once, and counts it all", () =>
    Effect.gen(function* () {
      const desks = [yield* openDesk, yield* openDesk]
      for (let n = 0; n < 1_000; n++) for (const desk of desks) assert.isTrue(desk.raise(reportOf(n)))
      yield* eventually(findingsOf, (findings) => findings === 2_000)
      const [alert, ...more] = yield* rowsOf
      assert.deepStrictEqual(more, [])
      assert.match(alert?.alertId ?? "", /^ALT-\d{4}-0000001$/)
      assert.deepInclude(alert, { status: "pending", findings: 2_000, calls: 2_000, aNumberCount: 100 })
      assert.deepInclude(alert, { bNumber: "+2348010000001", actionTaken: "BLOCKED", nccType: "CLI_SPOOFING" })
      // Two thousand findings are a handful of events.
      assert.isAtMost(alert?.version ?? 99, 10)
    }).pipe(Effect.provide(alerts), Effect.scoped)
  )

  it.live("keeps patterns apart, and leaves findings on trial alone", () =>
    Effect.gen(function* () {
      const desk = yield* openDesk
      assert.isFalse(desk.raise(reportOf(0, { finding: { shadow: true, subject: "trial" } })))
      for (let n = 0; n < 150; n++) desk.raise(reportOf(n, { finding: { subject: `subject-${n}` } }))
      yield* eventually(findingsOf, (findings) => findings === 150)
      const subjects = (yield* rowsOf).map(({ subject }) => subject)
      assert.strictEqual(new Set(subjects).size, 150)
      assert.notInclude(subjects, "trial")
    }).pipe(Effect.provide(alerts), Effect.scoped)
  )

  it.live("opens another alert for what is seen after the first was resolved", () =>
    Effect.gen(function* () {
      const desk = yield* openDesk
      desk.raise(reportOf(0))
      yield* eventually(findingsOf, (findings) => findings === 1)
      const first = (yield* rowsOf)[0]?.alertId ?? ""
      const alertOf = yield* FraudAlert.client
      yield* alertOf(first).Resolve({ ...done, resolution: "false_positive", notes: "a call centre" })
      desk.raise(reportOf(1))
      yield* eventually(findingsOf, (findings) => findings === 2)
      const [second, old] = yield* rowsOf
      assert.deepStrictEqual([old?.alertId, old?.status, old?.resolution], [first, "resolved", "false_positive"])
      assert.deepStrictEqual([second?.status, second?.findings], ["pending", 1])
      const stats = yield* (yield* AlertRows).stats({})
      assert.deepInclude(stats, { total: 2, falsePositivePercent: 100 })
      assert.deepStrictEqual(stats.byStatus, { resolved: 1, pending: 1 })
      assert.deepStrictEqual(stats.bySeverity, { HIGH: 2 })
      assert.deepStrictEqual(stats.byType, { CALL_MASKING: 2 })
      assert.deepStrictEqual(stats.byResolution, { false_positive: 1 })
    }).pipe(Effect.provide(alerts), Effect.scoped)
  )

  it.live("an id that was allotted and never raised is raised by the next finding", () =>
    Effect.gen(function* () {
      const patterns = yield* AlertPatterns
      const allotted = yield* patterns.allot("CALL_MASKING:+2348010000001")
      const desk = yield* openDesk
      desk.raise(reportOf(0))
      yield* eventually(findingsOf, (findings) => findings === 1)
      assert.strictEqual((yield* rowsOf)[0]?.alertId, allotted)
    }).pipe(Effect.provide(alerts), Effect.scoped)
  )

  it.live("many that ask for a pattern's alert at once are told the same one", () =>
    Effect.gen(function* () {
      const patterns = yield* AlertPatterns
      const asked = Array.from({ length: 40 }, () => patterns.allot("WANGIRI:+2347000000000"))
      assert.strictEqual(new Set(yield* Effect.all(asked, { concurrency: "unbounded" })).size, 1)
    }).pipe(Effect.provide(alerts), Effect.scoped)
  )

  it.live("writes what it has when it closes, and takes nothing afterwards", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const desk = yield* Scope.provide(openDesk, scope)
      for (let n = 0; n < 20; n++) desk.raise(reportOf(n))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* findingsOf, 20)
      assert.isFalse(desk.raise(reportOf(21)))
    }).pipe(Effect.provide(alerts), Effect.scoped)
  )

  it.live("writes each finding once, also when it closes while the database is away", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const desk = yield* openDesk
      yield* sql`ALTER TABLE journal_events RENAME TO hidden`
      for (let n = 0; n < 20; n++) desk.raise(reportOf(n))
      const closing = yield* Effect.forkChild(desk.close)
      yield* Effect.sleep("700 millis")
      yield* sql`ALTER TABLE hidden RENAME TO journal_events`
      yield* Fiber.join(closing)
      assert.strictEqual(yield* findingsOf, 20)
    }).pipe(Effect.provide(alerts), Effect.scoped)
  )

  it.live("waits for a database that is away, and counts nothing twice", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const desk = yield* openDesk
      yield* sql`ALTER TABLE journal_events RENAME TO hidden`
      desk.raise(reportOf(0))
      yield* Effect.sleep("600 millis")
      desk.raise(reportOf(1))
      yield* sql`ALTER TABLE hidden RENAME TO journal_events`
      yield* eventually(findingsOf, (findings) => findings === 2)
      assert.strictEqual((yield* rowsOf).length, 1)
    }).pipe(Effect.provide(alerts), Effect.scoped)
  )
})

describe("the pile of a desk", () => {
  it("gathers so many patterns and no more", () => {
    const pile = makeAlertPile()
    for (let n = 0; n < maxPatterns; n++) assert.isTrue(pile.add(`p${n}`, reportOf(n), 0))
    assert.isFalse(pile.add("one more", reportOf(0), 0))
    assert.isTrue(pile.add("p0", reportOf(1), 0))
  })

  it("writes a new pattern at once, one that goes on less and less often, and one that got worse soon", () => {
    const pile = makeAlertPile()
    const writes: Array<number> = []
    for (let now = 0; now < 120_000; now += 100) {
      pile.add("p", reportOf(now, { finding: { subject: "s" } }), now)
      for (const taken of pile.takeDue(now, 64, false)) {
        writes.push(now)
        pile.done({ ...taken, pattern: { ...taken.pattern, key: "p" } }, now)
      }
    }
    assert.strictEqual(writes[0], 0)
    assert.isAtMost(writes[1] ?? 0, 300)
    const pauses = writes.slice(1).map((at, index) => at - (writes[index] ?? 0))
    assert.strictEqual(Math.max(...pauses), longestPauseMillis)
    const last = writes.at(-1) ?? 0
    pile.add("p", reportOf(1, { finding: { severity: "CRITICAL" } }), last + 100)
    assert.strictEqual(pile.takeDue(last + 400, 64, false).length, 1)
  })

  it("forgets a pattern of which nothing has been seen for a while", () => {
    const pile = makeAlertPile()
    pile.add("CALL_MASKING:+2348010000001", reportOf(0), 0)
    for (const taken of pile.takeDue(0, 64, false)) pile.done(taken, 0)
    pile.takeDue(60_000, 64, false)
    assert.isTrue(pile.isEmpty())
  })
})
