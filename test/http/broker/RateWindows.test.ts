import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { makeRateWindows } from "../../../src/http/broker/RateWindows.ts"
import { ClientWindows } from "../../../src/layers/storage/ClientWindows.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

const layer = ClientWindows.layer.pipe(Layer.provideMerge(TestDatabase.layer))

/** Asks as the listener does: with what is at hand, or else with a share of what is left. */
const asking = Effect.map(
  makeRateWindows,
  ({ spend, take }) =>
    (clientId: string, limit: number) =>
      Effect.suspend(() => {
        const spent = spend(clientId, limit)
        return spent === undefined ? take(clientId, limit) : Effect.succeed(spent)
      })
)

const allowedOf = (answers: ReadonlyArray<{ readonly allowed: boolean }>) =>
  answers.filter(({ allowed }) => allowed).length

describe("the rate of a client", () => {
  it.live("is exact on one node, whether its requests come one by one or at once", () =>
    Effect.gen(function* () {
      const ask = yield* asking
      const answers = yield* Effect.forEach(Array.from({ length: 105 }), () => ask("bank", 100))
      assert.deepStrictEqual(
        answers.map(({ remaining }) => remaining),
        Array.from({ length: 105 }, (_, n) => Math.max(0, 99 - n))
      )
      assert.strictEqual(allowedOf(answers), 100)
      const last = answers.at(-1)
      assert.isTrue(last !== undefined && last.retryAfterSeconds > 50 && last.retryAfterSeconds <= 60)
      const rush = yield* Effect.forEach(Array.from({ length: 300 }), () => ask("shop", 100), {
        concurrency: "unbounded"
      })
      assert.strictEqual(allowedOf(rush), 100)
      for (const limit of [1, 3]) {
        const few = yield* Effect.forEach(Array.from({ length: 5 }), () => ask(`small ${limit}`, limit))
        assert.strictEqual(allowedOf(few), limit)
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("is one for all nodes: no more is allowed than the limit, and hardly less", () =>
    Effect.gen(function* () {
      const nodes = yield* Effect.all([asking, asking, asking])
      const answers = yield* Effect.forEach(
        Array.from({ length: 300 }, (_, n) => n),
        (n) => nodes[n % 3]?.("bank", 100) ?? Effect.die("no node"),
        { concurrency: 20 }
      )
      assert.strictEqual(allowedOf(answers), 100)
      // One node has spent part of a share: no other has it, and it is not lost.
      const [one, other] = nodes
      yield* one("shop", 100)
      const rest = yield* Effect.forEach(Array.from({ length: 120 }), () => other("shop", 100))
      assert.strictEqual(allowedOf(rest), 95)
      assert.strictEqual(allowedOf(yield* Effect.forEach(Array.from({ length: 20 }), () => one("shop", 100))), 4)
    }).pipe(Effect.provide(layer))
  )

  it.live("begins anew after a minute, and with another limit goes on at once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const ask = yield* asking
      const answers = yield* Effect.forEach(Array.from({ length: 4 }), () => ask("bank", 3))
      assert.strictEqual(allowedOf(answers), 3)
      const raised = yield* Effect.forEach(Array.from({ length: 4 }), () => ask("bank", 5))
      assert.strictEqual(allowedOf(raised), 2)
      yield* sql`UPDATE client_windows SET started_at = now() - interval '61 seconds'`
      const later = yield* asking
      const fresh = yield* Effect.forEach(Array.from({ length: 4 }), () => later("bank", 3))
      assert.strictEqual(allowedOf(fresh), 3)
      assert.isTrue(fresh.every(({ retryAfterSeconds }) => retryAfterSeconds > 50))
    }).pipe(Effect.provide(layer))
  )

  it.live("is counted by the node alone while the database is away", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const ask = yield* asking
      yield* sql`ALTER TABLE client_windows RENAME TO away`
      assert.strictEqual(allowedOf(yield* Effect.forEach(Array.from({ length: 9 }), () => ask("bank", 7))), 7)
    }).pipe(Effect.provide(layer))
  )
})
