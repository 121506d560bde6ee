import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { SqlClient } from "effect/sql"
import fc from "fast-check"
import { Audit } from "../../../src/layers/storage/Audit.ts"
import type { Append } from "../../../src/layers/storage/journal/Append.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

const TestLayer = Layer.mergeAll(Journal.layer, Audit.layer).pipe(Layer.provideMerge(TestDatabase.layer))

const append = (entityId: string, expectedVersion = 0, previousHash = "", more: Partial<Append> = {}): Append => ({
  entityType: "Thing",
  entityId,
  expectedVersion,
  previousHash,
  events: [{ type: "Happened", payload: { to: entityId } }],
  ...more
})

const number = (e164: string, status: string) => ({ table: "numbers" as const, row: { e164, status } })

describe("Journal", () => {
  it.live("keeps each entity's history in order and answers with its version", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const first = yield* journal.append(append("a"))
      assert(first._tag === "Appended")
      assert.strictEqual(first.version, 1)
      const second = yield* journal.append(
        append("a", 1, first.hash, {
          events: [
            { type: "B", payload: 1 },
            { type: "C", payload: null }
          ]
        })
      )
      assert(second._tag === "Appended")
      const history = yield* journal.load("Thing", "a")
      assert.strictEqual(history.version, 3)
      assert.strictEqual(history.hash, second.hash)
      assert.deepStrictEqual(
        history.events.map((event) => [event.version, event.type, event.payload]),
        [
          [1, "Happened", { to: "a" }],
          [2, "B", 1],
          [3, "C", null]
        ]
      )
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("refuses a stale version with both versions, and writes nothing of it", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append(append("a"))
      const conflict = yield* Effect.flip(journal.append(append("a", 0, "", { row: number("+12125550100", "active") })))
      assert(conflict._tag === "VersionConflict")
      assert.strictEqual(conflict.actualVersion, 1)
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`SELECT * FROM numbers`, [])
      assert.strictEqual((yield* journal.load("Thing", "a")).version, 1)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("gives the same answer to the same key and refuses the key with another payload", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const command = { key: "k", fingerprint: "print", reply: '{"answer":42}' }
      yield* journal.append(append("a", 0, "", { command }))
      const again = yield* journal.append(append("a", 0, "", { command: { ...command, reply: "other" } }))
      assert.deepStrictEqual(again, { _tag: "AlreadyAnswered", reply: '{"answer":42}' })
      const other = yield* Effect.flip(
        journal.append(append("a", 1, "x", { command: { ...command, fingerprint: "another" } }))
      )
      assert.strictEqual(other._tag, "CommandKeyConflict")
      assert.strictEqual(yield* journal.answered("Thing", "a", command), '{"answer":42}')
      assert.strictEqual(yield* journal.answered("Thing", "b", command), undefined)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("writes read models and timers together with the events", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const sql = yield* SqlClient.SqlClient
      const first = yield* journal.append(
        append("a", 0, "", { row: number("+12125550100", "reserved"), wakeAtMillis: 1_000 })
      )
      assert(first._tag === "Appended")
      const rows = sql`SELECT e164, status, version FROM numbers`
      const wakes = sql`SELECT entity_id, extract(epoch from due_at)::int AS due FROM entity_wakes`
      assert.deepStrictEqual(yield* rows, [{ e164: "+12125550100", status: "reserved", version: 1 }])
      assert.deepStrictEqual(yield* wakes, [{ entity_id: "a", due: 1 }])
      const second = yield* journal.append(append("a", 1, first.hash, { row: number("+12125550100", "ordered") }))
      assert(second._tag === "Appended")
      assert.deepStrictEqual(yield* rows, [{ e164: "+12125550100", status: "ordered", version: 2 }])
      assert.strictEqual((yield* wakes).length, 1)
      yield* journal.append(append("a", 2, second.hash, { wakeAtMillis: null }))
      assert.deepStrictEqual(yield* wakes, [])
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("lets exactly one of many writers win each version, and follows all in dense order", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 600 }, (_, n) => n),
        (n) => Effect.result(journal.append(append(`e${n % 200}`))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(outcomes.filter(Result.isSuccess).length, 200)
      const followed: Array<number> = []
      while (true) {
        const page = yield* journal.follow({ afterPosition: followed.at(-1) ?? 0, limit: 64 })
        if (page.length === 0) break
        followed.push(...page.map((event) => event.position))
      }
      assert.deepStrictEqual(
        followed,
        Array.from({ length: 200 }, (_, n) => n + 1)
      )
      assert.strictEqual(yield* journal.lastPosition, 200)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("a text that Postgres cannot take fails its own append only", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const outcomes = yield* Effect.forEach(
        ["+12125550100", "+1212\u00005550101", "+12125550102"],
        (e164) => Effect.result(journal.append(append(e164.slice(-4), 0, "", { row: number(e164, "active") }))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(outcomes.map(Result.isSuccess), [true, false, true])
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("keeps any JSON payload exactly", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const payloads = fc.sample(fc.jsonValue({ maxDepth: 3 }), 100)
      yield* journal.append(append("a", 0, "", { events: payloads.map((payload) => ({ type: "P", payload })) }))
      const history = yield* journal.load("Thing", "a")
      assert.deepStrictEqual(
        history.events.map((event) => JSON.stringify(event.payload)),
        payloads.map((payload) => JSON.stringify(payload))
      )
      assert.deepStrictEqual((yield* (yield* Audit).verify).findings, [])
    }).pipe(Effect.provide(TestLayer))
  )
})

describe("Audit", () => {
  const filled = Effect.gen(function* () {
    const journal = yield* Journal
    for (const id of ["a", "b"]) {
      const first = yield* journal.append(append(id))
      assert(first._tag === "Appended")
      yield* journal.append(append(id, 1, first.hash))
    }
    assert.deepStrictEqual(yield* (yield* Audit).verify, { events: 4, entities: 2, commits: 4, findings: [] })
  })

  const tamperings = {
    "a changed payload": `UPDATE journal_events SET payload = '{"to":"b"}' WHERE position = 1`,
    "a changed instant": `UPDATE journal_events SET occurred_at = occurred_at + interval '1 ms' WHERE position = 2`,
    "a removed event": `DELETE FROM journal_events WHERE position = 1`,
    "a removed last event": `DELETE FROM journal_events WHERE position = 4`,
    "two events put in each other's place": `UPDATE journal_events SET position = CASE position WHEN 1 THEN 300 ELSE 100 END
      WHERE position IN (1, 3); UPDATE journal_events SET position = position / 100 WHERE position >= 100`,
    "a whole entity removed": `DELETE FROM journal_events WHERE entity_id = 'b';
      DELETE FROM journal_entities WHERE entity_id = 'b'`,
    "an added event": `INSERT INTO journal_events SELECT 5, entity_type, entity_id, 3, event_type, payload, command_key,
      request_id, occurred_at, hash FROM journal_events WHERE position = 4`
  }
  for (const [name, statements] of Object.entries(tamperings)) {
    it.live(`finds ${name}`, () =>
      Effect.gen(function* () {
        yield* filled
        const sql = yield* SqlClient.SqlClient
        for (const statement of statements.split(";")) yield* sql.unsafe(statement)
        const report = yield* (yield* Audit).verify
        assert.notStrictEqual(report.findings.length, 0)
      }).pipe(Effect.provide(TestLayer))
    )
  }
})
