import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { createSecretKey } from "node:crypto"
import { defaultMessageDomain } from "../../../src/domain/messaging/MessageDomain.ts"
import type { QueueChange } from "../../../src/domain/messaging/Queue.ts"
import { lineOf } from "../../../src/domain/messaging/Queue.ts"
import { MessageCourierLive } from "../../../src/entities/MessageCourier.ts"
import { breakerFailures, breakerOpenMillis } from "../../../src/entities/MessageDelivery.ts"
import { sealBody } from "../../../src/layers/messaging/BodyCipher.ts"
import { KeyRing } from "../../../src/layers/messaging/KeyRing.ts"
import { MessageDomains } from "../../../src/layers/storage/MessageDomains.ts"
import type { SealedMessage } from "../../../src/layers/storage/messages/MessageQueue.ts"
import { MessageQueue } from "../../../src/layers/storage/messages/MessageQueue.ts"
import type { WebhookAnswer } from "../../../src/layers/webhooks/WebhookSender.ts"
import { WebhookSender } from "../../../src/layers/webhooks/WebhookSender.ts"
import { secret } from "./MessageWorld.ts"

const key = { version: 1, secret: createSecretKey(Buffer.alloc(32, 7)) }

interface Row extends SealedMessage {
  status: QueueChange["status"]
  attempts: number
  error: string | null
  dueAtMillis: number
}

interface Request {
  readonly atMillis: number
  readonly text: string
  readonly domain: string
  readonly attempt: number
}

/** A queue in memory and a receiver that answers at once, so that all waits are the courier's and virtual. */
const makeWorld = (reply: (request: Request) => Partial<WebhookAnswer>) => {
  const rows: Array<Row> = []
  const requests: Array<Request> = []
  const accept = (domain: string, many: number, senders: number) => {
    for (let n = 0; n < many; n++) {
      const owner = { messageId: `00000000-0000-4000-8000-${String(rows.length).padStart(12, "0")}`, clientId: "c" }
      const sender = String(n % senders)
      const content = { sender, body: String(n), metadata: null }
      const place = { lane: Number(sender) % 64, seq: rows.length + 1, domain, sender, keyVersion: 1 }
      const times = { dueAtMillis: 0, queuedAtMillis: 0, attempts: 0 }
      rows.push({ ...owner, ...place, ...times, body: sealBody(key, owner, content), status: "queued", error: null })
    }
  }
  const queue = Layer.succeed(
    MessageQueue,
    MessageQueue.of({
      lease: () => Effect.succeed({ lanes: Array.from({ length: 64 }, (_, lane) => ({ lane, epoch: 1 })), share: 64 }),
      release: () => Effect.void,
      leave: () => Effect.void,
      load: ({ domains, known, lanes, leftOut }) =>
        Effect.sync(() => {
          const [seqs, names, lines] = [new Set(known), new Set(domains), new Set(leftOut)]
          const waits = (row: Row) => row.status === "queued" || row.status === "processing"
          const messages = lanes.flatMap(({ afterSeq, lane, room }) =>
            rows
              .filter((row) => row.lane === lane && row.seq > afterSeq && waits(row) && names.has(row.domain))
              .filter((row) => !seqs.has(row.seq) && !lines.has(lineOf(row)))
              .slice(0, room)
              .map((row) => ({ ...row }))
          )
          return { messages, sight: { head: rows.length, oldestOpen: 1, firstToCome: 1 }, replays: 0 }
        }),
      write: (changes) =>
        Effect.sync(() => {
          const attempts = new Map<number, number>()
          for (const { dueAtMillis, error, seq, status } of changes) {
            const row = rows[seq - 1]
            if (row === undefined || (row.status !== "queued" && row.status !== "processing")) continue
            row.status = status
            row.attempts += status === "processing" ? 1 : 0
            row.dueAtMillis = dueAtMillis ?? row.dueAtMillis
            row.error = error
            attempts.set(seq, row.attempts)
          }
          return { held: new Set(changes.map(({ lane }) => lane)), attempts }
        })
    })
  )
  const sender = Layer.succeed(
    WebhookSender,
    WebhookSender.of({
      refusal: () => undefined,
      send: Effect.fnUntraced(function* ({ body }) {
        const { attempt, domain, message_body } = JSON.parse(body)
        const request = { atMillis: yield* Clock.currentTimeMillis, text: message_body, domain, attempt }
        requests.push(request)
        return { status: 200, text: "", retryAfterSeconds: undefined, ...reply(request) }
      })
    })
  )
  const ring = Layer.mock(KeyRing, { key: () => Effect.succeed(key) })
  const domains = Layer.mock(MessageDomains, {
    routes: Effect.succeed(
      ["one", "other"].map((domain) => ({
        ...defaultMessageDomain,
        domain,
        secret,
        destination: { kind: "http" as const, url: `https://${domain}.example/in` }
      }))
    )
  })
  const courier = MessageCourierLive.pipe(Layer.provide([queue, sender, ring, domains]))
  return { accept, courier, requests, rows }
}

/** Lets time pass in small steps, so that everything that is due in between happens. */
/** What does not wait for time, waits for a turn of the event loop. */
const turn = TestClock.withLive(Effect.sleep(0))

const pass = (millis: number) =>
  Effect.forEach(Array.from({ length: Math.ceil(millis / 50) }), () => Effect.andThen(TestClock.adjust(50), turn), {
    discard: true
  })

describe("a message that is not taken", () => {
  it.effect("goes again after a pause by chance, never sooner than the receiver asks for", () =>
    Effect.gen(function* () {
      const { accept, courier, requests, rows } = makeWorld(({ attempt, text }) =>
        attempt > 1 ? {} : text === "0" ? { status: 503 } : { status: 429, retryAfterSeconds: 90 }
      )
      accept("one", 2, 2)
      yield* Layer.build(courier)
      yield* pass(1_000)
      const told = rows.map(({ attempts, error, status }) => [status, attempts, error])
      // By chance its pause may be over already.
      assert.include(["queued,1,HTTP 503:", "delivered,2,"], told[0]?.join(","))
      assert.deepStrictEqual(told[1], ["queued", 1, "HTTP 429:"])
      yield* pass(100_000)
      const times = (text: string) => requests.flatMap((each) => (each.text === text ? [each.atMillis] : []))
      const [first = 0, second = 0] = times("0")
      assert.isAtMost(first, 300)
      assert.isAtMost(second - first, 30_200)
      const [asked = 0, kept = 0] = times("1")
      assert.isAtLeast(kept - asked, 90_000)
      assert.isAtMost(kept - asked, 90_300)
      assert.deepStrictEqual(
        rows.map(({ status }) => status),
        ["delivered", "delivered"]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("keeps its destination from the others while that is in trouble, one trying now and then", () =>
    Effect.gen(function* () {
      let works = false
      const { accept, courier, requests, rows } = makeWorld(({ domain }) =>
        domain === "other" || works ? {} : { status: 503 }
      )
      accept("one", 300, 100)
      accept("other", 100, 10)
      yield* Layer.build(courier)
      yield* pass(1_000)
      const toOne = () => requests.filter(({ domain }) => domain === "one").length
      const left = (domain: string) => rows.filter((row) => row.domain === domain && row.status !== "delivered").length
      assert.strictEqual(left("other"), 0)
      const before = toOne()
      assert.isAtLeast(before, breakerFailures)
      assert.isAtMost(before, 64)
      // Not one more while the circuit is open, and then one at a time.
      yield* pass(breakerOpenMillis - 1_500)
      assert.strictEqual(toOne(), before)
      yield* pass(3 * breakerOpenMillis)
      assert.isAbove(toOne(), before)
      assert.isAtMost(toOne(), before + 4)
      works = true
      yield* pass(250_000)
      assert.strictEqual(left("one"), 0)
      const bySender = Map.groupBy(
        requests.filter(({ domain }) => domain === "one"),
        ({ text }) => Number(text) % 100
      )
      for (const sent of bySender.values()) {
        const numbers = sent.map(({ text }) => Number(text))
        assert.deepStrictEqual(
          numbers,
          numbers.toSorted((one, other) => one - other)
        )
      }
    }).pipe(Effect.scoped)
  )

  it.effect("is not sent again when it cannot be decrypted", () =>
    Effect.gen(function* () {
      const { accept, courier, requests, rows } = makeWorld(() => ({}))
      accept("one", 2, 1)
      const [first] = rows
      if (first !== undefined) first.body[20] = (first.body[20] ?? 0) ^ 1
      yield* Layer.build(courier)
      yield* pass(2_000)
      assert.deepStrictEqual(
        rows.map(({ error, status }) => [status, error]),
        [
          ["failed", "the message cannot be decrypted: tampered"],
          ["delivered", null]
        ]
      )
      assert.deepStrictEqual(
        requests.map(({ text }) => text),
        ["1"]
      )
    }).pipe(Effect.scoped)
  )
})
