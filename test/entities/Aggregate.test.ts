import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { Definition } from "../../src/entities/Aggregate.ts"
import { makeAggregate } from "../../src/entities/Aggregate.ts"
import { Audit } from "../../src/layers/storage/Audit.ts"
import { Journal } from "../../src/layers/storage/Journal.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

class Overdrawn extends Schema.TaggedError<Overdrawn>()("Overdrawn", { balance: Schema.Int }) {}

const Moved = Schema.TaggedStruct("Moved", { amount: Schema.Int })

const account: Definition<number, typeof Moved.Type> = {
  entityType: "Account",
  initial: () => 0,
  evolve: (balance, event) => balance + event.amount,
  event: Moved,
  row: () => undefined
}

const move = (amount: number, key?: string) => ({
  name: "Move",
  key,
  payload: { amount },
  success: Schema.Int,
  error: Overdrawn,
  decide: (balance: number) =>
    balance + amount < 0
      ? Result.fail(new Overdrawn({ balance }))
      : Result.succeed([{ _tag: "Moved" as const, amount }]),
  reply: (balance: number) => balance
})

const TestLayer = Layer.mergeAll(Journal.layer, Audit.layer).pipe(Layer.provideMerge(TestDatabase.layer))

describe("Aggregate", () => {
  it.live("gives a command key the same answer again, also after a restart and after the state moved on", () =>
    Effect.gen(function* () {
      const before = yield* makeAggregate(account, "a")
      assert.strictEqual(yield* before.execute(move(5, "k1")), 5)
      assert.strictEqual(yield* before.execute(move(2, "k2")), 7)
      const after = yield* makeAggregate(account, "a")
      assert.strictEqual(yield* after.execute(move(5, "k1")), 5)
      assert.deepStrictEqual(yield* after.answered(move(5, "k1")), { value: 5 })
      assert.strictEqual(yield* after.answered(move(5, "k9")), undefined)
      assert.strictEqual(yield* after.state, 7)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("keeps a refusal as the answer of its key, even when the same command would be taken now", () =>
    Effect.gen(function* () {
      const it = yield* makeAggregate(account, "a")
      assert.deepStrictEqual(yield* Effect.flip(it.execute(move(-1, "k1"))), new Overdrawn({ balance: 0 }))
      yield* it.execute(move(10, "k2"))
      assert.deepStrictEqual(yield* Effect.flip(it.execute(move(-1, "k1"))), new Overdrawn({ balance: 0 }))
      assert.strictEqual(yield* it.execute(move(-1, "k3")), 9)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("refuses a key that comes with another payload", () =>
    Effect.gen(function* () {
      const it = yield* makeAggregate(account, "a")
      yield* it.execute(move(1, "k1"))
      assert.strictEqual((yield* Effect.flip(it.execute(move(2, "k1"))))._tag, "CommandKeyConflict")
      assert.strictEqual(yield* it.state, 1)
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("two owners at once: both are fenced by versions, nothing is lost and no rule is broken", () =>
    Effect.gen(function* () {
      const owners = [yield* makeAggregate(account, "a"), yield* makeAggregate(account, "a")]
      yield* Effect.forEach(owners, (owner) => owner.state)
      const moves = Array.from({ length: 40 }, (_, n) => n)
      yield* Effect.forEach(owners, (owner) => Effect.forEach(moves, () => owner.execute(move(1))), {
        concurrency: "unbounded"
      })
      const taken = yield* Effect.forEach(
        owners,
        (owner) => Effect.forEach(moves, () => Effect.result(owner.execute(move(-3)))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(taken.flat().filter(Result.isSuccess).length, 26)
      const fresh = yield* makeAggregate(account, "a")
      assert.strictEqual(yield* fresh.state, 80 - 26 * 3)
      assert.deepStrictEqual((yield* (yield* Audit).verify).findings, [])
    }).pipe(Effect.provide(TestLayer))
  )

  it.live("after a commit whose outcome is unknown, the truth is loaded before the next decision", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const it = yield* makeAggregate(account, "a")
      yield* it.execute(move(5))
      yield* sql`ALTER TABLE journal_events RENAME TO hidden`
      assert.strictEqual((yield* Effect.flip(it.execute(move(1, "k"))))._tag, "JournalUnavailable")
      yield* sql`ALTER TABLE hidden RENAME TO journal_events`
      assert.strictEqual(yield* it.execute(move(1, "k")), 6)
    }).pipe(Effect.provide(TestLayer))
  )
})
