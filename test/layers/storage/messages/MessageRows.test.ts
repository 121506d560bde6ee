import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric, Option, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { randomUUID } from "node:crypto"
import { MessageRows } from "../../../../src/layers/storage/MessageRows.ts"
import { clearedAtOnce } from "../../../../src/layers/storage/messages/MessageCleanUp.ts"
import type { MessageFilter } from "../../../../src/layers/storage/messages/MessageQueries.ts"
import { accept, layer, message } from "./SampleMessages.ts"

const bodiesOf = Effect.fnUntraced(function* (filter: MessageFilter, before: string | null = null, limit = 200) {
  const rows = yield* MessageRows
  const found = yield* rows.list({ filter, before, limit })
  return yield* Effect.forEach(found, ({ messageId }) =>
    Effect.map(rows.readBody(messageId), (content) => Option.getOrThrow(content).body)
  )
})

const minute = 60_000
const hour = 60 * minute

/** Moves messages into the past, the first the farthest: an hour each. */
const spread = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`UPDATE messages SET queued_at = date_trunc('hour', now()) - (100 - seq) * interval '1 hour'`
)

describe("message rows", () => {
  it.live("are listed newest first, by what is asked for, page by page", () =>
    Effect.gen(function* () {
      yield* accept(
        message({ body: "a" }),
        message({ body: "b", clientId: "shop" }),
        message({ body: "c", domain: "ads" }),
        message({ body: "d", senderNumber: "+2348039999999" })
      )
      yield* accept(...Array.from({ length: 8 }, (_, n) => message({ body: `${n}`, domain: "bulk" })))
      assert.deepStrictEqual(yield* bodiesOf({}), [..."76543210", "d", "c", "b", "a"])
      assert.deepStrictEqual(yield* bodiesOf({ clientId: "shop" }), ["b"])
      assert.deepStrictEqual(yield* bodiesOf({ domain: "ads", clientId: "bank" }), ["c"])
      assert.deepStrictEqual(yield* bodiesOf({ senderNumber: "+2348039999999" }), ["d"])
      assert.deepStrictEqual(yield* bodiesOf({ senderNumber: "+23480399" }), [])
      assert.deepStrictEqual(yield* bodiesOf({ status: "delivered" }), [])
      assert.lengthOf(yield* bodiesOf({ status: "queued" }), 12)
      const rows = yield* MessageRows
      const [first, second] = yield* rows.list({ filter: {}, before: null, limit: 2 })
      assert.deepStrictEqual(yield* bodiesOf({}, first?.seq, 3), [..."654"])
      assert.deepStrictEqual(yield* bodiesOf({}, second?.seq, 3), [..."543"])
      assert.deepStrictEqual(yield* bodiesOf({}, "not a place"), [])
      assert.deepInclude(first, {
        clientId: "bank",
        domain: "bulk",
        senderMasked: "+234******4567",
        status: "queued",
        attempts: 0,
        error: null,
        keyVersion: 1,
        deliveredAt: null
      })
      assert.deepStrictEqual(Option.getOrThrow(yield* rows.get(first?.messageId ?? "")), first)
      for (const nobody of [randomUUID(), "no id", ""]) {
        assert.isTrue(Option.isNone(yield* rows.get(nobody)))
        assert.isTrue(Option.isNone(yield* rows.readBody(nobody)))
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("are found by the time at which they were taken in", () =>
    Effect.gen(function* () {
      yield* accept(...Array.from({ length: 90 }, (_, n) => message({ body: String(n + 1) })))
      const sql = yield* SqlClient.SqlClient
      yield* sql`DELETE FROM messages WHERE seq BETWEEN 40 AND 59`
      yield* spread
      const [last] = yield* sql<{ at: Date }>`SELECT queued_at AS at FROM messages WHERE seq = 90`
      const at = (seq: number) => (last?.at.getTime() ?? 0) - (90 - seq) * hour
      const between = (from: number, to: number) => bodiesOf({ fromMillis: from, toMillis: to })
      assert.deepStrictEqual(yield* between(at(10), at(13)), ["12", "11", "10"])
      assert.deepStrictEqual(yield* between(at(10) + 1, at(13) + 1), ["13", "12", "11"])
      assert.deepStrictEqual(yield* between(at(38), at(61)), ["60", "39", "38"])
      assert.deepStrictEqual(yield* between(at(41), at(58)), [])
      assert.lengthOf(yield* bodiesOf({ fromMillis: at(1) }), 70)
      assert.lengthOf(yield* bodiesOf({ fromMillis: at(90) }), 1)
      assert.lengthOf(yield* bodiesOf({ fromMillis: at(91) }), 0)
      assert.lengthOf(yield* bodiesOf({ toMillis: at(1) }), 0)
      assert.lengthOf(yield* bodiesOf({ toMillis: at(91) }), 70)
    }).pipe(Effect.provide(layer))
  )

  it.live("that ended go when they are old enough, some at a time, and those that wait stay", () =>
    Effect.gen(function* () {
      for (let n = 0; n < 3; n++) yield* accept(...Array.from({ length: 500 }, () => message()))
      yield* accept(message({ domain: "ads" }))
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE messages SET queued_at = now() - interval '10 days' + seq * interval '1 minute',
        status = CASE WHEN seq % 500 = 0 THEN 'queued' ELSE 'delivered' END`
      const { clear } = yield* MessageRows
      const days = (count: number) => Date.parse(new Date().toISOString()) - count * 24 * hour
      assert.strictEqual(yield* clear("otp", days(11)), 0)
      assert.strictEqual(yield* clear("otp", days(5)), clearedAtOnce)
      assert.strictEqual(yield* clear("otp", days(5)), 1_500 - 3 - clearedAtOnce)
      assert.strictEqual(yield* clear("otp", days(5)), 0)
      const left = yield* sql<{ n: number }>`SELECT count(*)::integer AS n FROM messages`
      assert.strictEqual(left[0]?.n, 4)
    }).pipe(Effect.provide(layer))
  )

  it.live("that wait are counted for each domain, and shown by the metrics", () =>
    Effect.gen(function* () {
      yield* accept(message({ domain: "ads" }), message(), message(), message())
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE messages SET status = 'processing', queued_at = now() - interval '1 hour' WHERE seq = 2`
      yield* sql`UPDATE messages SET status = 'dead' WHERE seq = 3`
      const { waiting } = yield* MessageRows
      const queues = yield* waiting
      assert.deepStrictEqual(
        queues.map(({ domain, processing, queued }) => [domain, queued, processing]),
        [
          ["ads", 1, 0],
          ["otp", 1, 1]
        ]
      )
      // Counting takes a share of the time alone, and so comes the later the longer it takes.
      yield* Effect.sleep("2 seconds")
      yield* accept(message({ domain: "more" }))
      const states = yield* Metric.snapshot.pipe(
        Effect.repeat({
          until: (found) => found.some(({ attributes }) => attributes?.["domain"] === "more"),
          schedule: Schedule.spaced("20 millis")
        })
      )
      const valueOf = (id: string, attributes: Readonly<Record<string, string>>) =>
        states.find(
          (state) =>
            state.id === id && Object.entries(attributes).every(([name, value]) => state.attributes?.[name] === value)
        )?.state
      assert.deepInclude(valueOf("tandem_messages_waiting", { domain: "otp", status: "processing" }), { value: 1 })
      // The message that made it count may be among those that it counted.
      const depth = valueOf("redis_queue_size", {})
      assert.isTrue(depth !== undefined && "value" in depth && [3, 4].includes(Number(depth.value)))
      const age = valueOf("tandem_messages_oldest_seconds", { domain: "otp" })
      assert.isTrue(age !== undefined && "value" in age && Number(age.value) >= 3_600)
    }).pipe(Effect.provide(layer))
  )
})
