import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Scope, Exit } from "effect"
import { SqlClient } from "effect/sql"
import { setTimeout } from "node:timers/promises"
import { Webhook } from "standardwebhooks"
import { MessageCourierLive } from "../../../src/entities/MessageCourier.ts"
import { breakerFailures } from "../../../src/entities/MessageDelivery.ts"
import { MessageRows } from "../../../src/layers/storage/MessageRows.ts"
import { MessageQueue } from "../../../src/layers/storage/messages/MessageQueue.ts"
import { MessageReplays } from "../../../src/layers/storage/messages/MessageReplays.ts"
import { eventually } from "../../fixtures/PlaneRequests.ts"
import { accept, domainAt, firstTaken, makeSink, secret, sender, statuses, world } from "./MessageWorld.ts"

const record = (messageId: string) =>
  Effect.flatMap(MessageRows, (rows) => Effect.flatMap(rows.get(messageId), Effect.fromOption))

const ended = (wanted: Readonly<Record<string, number>>) =>
  eventually(statuses, (found) => JSON.stringify(found) === JSON.stringify(wanted))

const running = Layer.provideMerge(MessageCourierLive, world)

const isAscending = (numbers: ReadonlyArray<number>) =>
  numbers.every((number, n) => n === 0 || number > (numbers[n - 1] ?? 0))

describe("a message", () => {
  it.live("is posted to its domain's address within moments, signed, under its id as the delivery key", () =>
    Effect.gen(function* () {
      const sink = yield* makeSink(() => 202)
      yield* domainAt("default", sink.url)
      const [accepted] = yield* accept("default", 1)
      const startedAt = performance.now()
      yield* ended({ delivered: 1 })
      assert.isBelow(performance.now() - startedAt, 5_000)
      const [received] = sink.received
      assert(received)
      const payload = new Webhook(secret).verify(received.raw, received.headers)
      assert.deepStrictEqual(payload, {
        message_id: accepted?.messageId,
        client_id: "client-1",
        domain: "default",
        sender_number: sender(0),
        message_body: "0",
        metadata: null,
        queued_at: accepted?.queuedAt,
        attempt: 1
      })
      assert.strictEqual(received.headers["webhook-id"], accepted?.messageId)
      const row = yield* record(accepted?.messageId ?? "")
      assert.deepInclude(row, { status: "delivered", attempts: 1, error: null })
      assert.isNotNull(row.deliveredAt)
    }).pipe(Effect.provide(running), Effect.scoped)
  )

  it.live("comes to a sink that fails each tenth time, and each sender's come in their order", () =>
    Effect.gen(function* () {
      const sink = yield* makeSink(async (_, n) => {
        await setTimeout(2)
        return n % 10 === 3 ? 503 : 200
      })
      yield* domainAt("default", sink.url)
      yield* accept("default", 200, 20)
      yield* accept("default", 200, 20, 200)
      yield* ended({ delivered: 400 })
      const taken = firstTaken(sink.received)
      assert.strictEqual([...taken.values()].flat().length, 400)
      for (const texts of taken.values()) assert.isTrue(isAscending(texts), String(texts))
      assert.isAbove(sink.mostAtOnce(), 1)
    }).pipe(Effect.provide(running), Effect.scoped)
  )

  it.live("waits for the one before it, that is refused for good or dies after its last attempt", () =>
    Effect.gen(function* () {
      const sink = yield* makeSink(({ text }) => (text === "0" ? 422 : text === "1" ? 500 : 200))
      yield* domainAt("default", sink.url, { maxAttempts: 3 })
      const [refused, dead, last] = yield* accept("default", 3)
      yield* ended({ dead: 1, delivered: 1, failed: 1 })
      assert.deepStrictEqual(
        sink.received.map(({ text }) => text),
        ["0", "1", "1", "1", "2"]
      )
      assert.deepInclude(yield* record(refused?.messageId ?? ""), { status: "failed", attempts: 1, error: "HTTP 422:" })
      assert.deepInclude(yield* record(dead?.messageId ?? ""), { status: "dead", attempts: 3, error: "HTTP 500:" })
      assert.deepInclude(yield* record(last?.messageId ?? ""), { status: "delivered", attempts: 1 })
    }).pipe(Effect.provide(running), Effect.scoped)
  )

  it.live(
    "for a dead address holds up no other domain, and the address is left alone",
    () =>
      Effect.gen(function* () {
        let works = false
        const dead = yield* makeSink(() => (works ? 200 : 503))
        const sink = yield* makeSink(() => 200)
        yield* domainAt("dead", dead.url)
        yield* domainAt("default", sink.url)
        yield* accept("dead", 400, 100)
        yield* accept("default", 200, 20)
        yield* ended({ delivered: 200, queued: 400 })
        assert.isBelow(dead.received.length, 100)
        assert.isAtLeast(dead.received.length, breakerFailures)
        works = true
        yield* ended({ delivered: 600 })
        for (const texts of firstTaken(dead.received).values()) assert.isTrue(isAscending(texts))
      }).pipe(Effect.provide(running), Effect.scoped),
    { timeout: 20_000 }
  )

  it.live("waits where its domain is not known or not enabled, and goes when it is", () =>
    Effect.gen(function* () {
      const sink = yield* makeSink(() => 200)
      yield* domainAt("off", sink.url, { enabled: false })
      yield* accept("off", 1)
      yield* accept("nowhere", 1)
      yield* Effect.sleep(1_500)
      assert.deepStrictEqual(yield* statuses, { queued: 2 })
      yield* domainAt("off", sink.url)
      yield* domainAt("nowhere", sink.url)
      yield* ended({ delivered: 2 })
    }).pipe(Effect.provide(running), Effect.scoped)
  )
})

describe("messages that are sent again", () => {
  it.live("are heard of the first time, too", () =>
    Effect.gen(function* () {
      const queue = yield* MessageQueue
      const { replay } = yield* MessageReplays
      const heard = Effect.map(queue.load({ lanes: [], domains: [], known: [], leftOut: [] }), ({ replays }) => replays)
      const numbers = [yield* heard]
      for (let n = 0; n < 2; n++) {
        yield* replay({})
        numbers.push(yield* heard)
      }
      assert.strictEqual(new Set(numbers).size, 3)
    }).pipe(Effect.provide(MessageReplays.layer), Effect.provide(world), Effect.scoped)
  )
})

describe("lanes", () => {
  it.live("are one courier's; what a frozen one says after its lease changes nothing", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const queue = yield* MessageQueue
      yield* accept("default", 1)
      const ask = (lanes: ReadonlyArray<{ readonly lane: number }>) =>
        queue.load({
          lanes: lanes.map(({ lane }) => ({ lane, epoch: 1, afterSeq: 0, room: 10 })),
          domains: ["default"],
          known: [],
          leftOut: []
        })
      const frozen = yield* queue.lease("frozen")
      assert.strictEqual(frozen.lanes.length, 64)
      // A second one gets nothing while they are held, and takes all when the leases are over.
      assert.deepStrictEqual(yield* queue.lease("other"), { lanes: [], share: 32 })
      const [message] = (yield* ask(frozen.lanes)).messages
      assert(message)
      const lease = frozen.lanes.find(({ lane }) => lane === message.lane)
      assert(lease)
      const change = (epoch: number, status: "processing" | "delivered" | "dead") =>
        queue.write([{ lane: message.lane, epoch, seq: message.seq, status, dueAtMillis: null, error: "late" }])
      assert.strictEqual((yield* change(lease.epoch, "processing")).attempts.get(message.seq), 1)
      yield* sql`UPDATE message_lanes SET expires_at = now() - interval '1 second'`
      yield* sql`UPDATE message_couriers SET seen_at = now() - interval '1 hour' WHERE owner = 'frozen'`
      const other = yield* queue.lease("other")
      assert.strictEqual(other.lanes.length, 64)
      // The message comes again: nobody knows how the frozen one's attempt ended.
      assert.deepStrictEqual(
        (yield* ask(other.lanes)).messages.map(({ seq }) => seq),
        [message.seq]
      )
      const late = yield* change(lease.epoch, "dead")
      assert.deepStrictEqual([late.held.size, late.attempts.size], [0, 0])
      assert.deepStrictEqual(yield* statuses, { processing: 1 })
      const now = other.lanes.find(({ lane }) => lane === message.lane)?.epoch ?? 0
      assert.strictEqual((yield* change(now, "delivered")).attempts.size, 1)
      assert.deepStrictEqual(yield* statuses, { delivered: 1 })
      // Delivered is delivered, also for who holds the lane.
      assert.strictEqual((yield* change(now, "dead")).attempts.size, 0)
      assert.deepStrictEqual(yield* statuses, { delivered: 1 })
    }).pipe(Effect.provide(world), Effect.scoped)
  )

  it.live(
    "are shared by couriers, and go to the others at once when one stops",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const sink = yield* makeSink(() => 200)
        yield* domainAt("default", sink.url)
        const owners = sql<{ readonly lanes: number }>`SELECT count(*)::integer AS lanes FROM message_lanes
        WHERE owner IS NOT NULL AND expires_at > now() GROUP BY owner ORDER BY 1`
        const held = (wanted: ReadonlyArray<number>) =>
          eventually(owners, (rows) => JSON.stringify(rows.map(({ lanes }) => lanes)) === JSON.stringify(wanted))
        const start = Effect.gen(function* () {
          const scope = yield* Scope.make()
          yield* Layer.buildWithScope(MessageCourierLive, scope)
          return Scope.close(scope, Exit.void)
        })
        const stopOne = yield* start
        yield* held([64])
        const stopOther = yield* start
        yield* held([32, 32])
        yield* accept("default", 300, 100)
        yield* stopOne
        yield* held([64])
        yield* ended({ delivered: 300 })
        assert.strictEqual(new Set(sink.received.map(({ messageId }) => messageId)).size, 300)
        assert.strictEqual(sink.received.length, 300)
        yield* stopOther
        yield* held([])
      }).pipe(Effect.provide(world), Effect.scoped),
    { timeout: 30_000 }
  )
})
