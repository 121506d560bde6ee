import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { randomUUID } from "node:crypto"
import { MessageRows } from "../../../../src/layers/storage/MessageRows.ts"
import { KeyRing } from "../../../../src/layers/messaging/KeyRing.ts"
import { intakeRow } from "../../../../src/layers/storage/messages/IntakeRow.ts"
import { writeRows } from "../../../../src/layers/storage/messages/IntakeWrite.ts"
import { maxMessagesPerRequest } from "../../../../src/layers/storage/messages/IntakeWriter.ts"
import { directory, keyFileIn } from "../../messaging/TestKeys.ts"
import { accept, layer, message, nodeOf } from "./SampleMessages.ts"

const count = Effect.map(
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql<{ n: number }>`SELECT count(*)::integer AS n FROM messages`),
  (rows) => rows[0]?.n
)

/** Every row of every table as text, as a dump would show it. */
const everything = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`
  const texts = yield* Effect.forEach(tables, ({ name }) =>
    sql.unsafe<{ text: string | null; bytes: string | null }>(
      `SELECT string_agg(t::text, E'\\n') AS text FROM "${name}" t`
    )
  )
  return texts
    .flat()
    .map(({ text }) => text ?? "")
    .join("\n")
})

describe("message intake", () => {
  it.live("answers each message in order, with its place in the queue of its domain", () =>
    Effect.gen(function* () {
      const answers = yield* accept(message(), message({ domain: "ads" }), message())
      assert.deepStrictEqual(
        answers.map(({ outcome, position }) => [outcome, position]),
        [
          ["accepted", 1],
          ["accepted", 1],
          ["accepted", 2]
        ]
      )
      for (const { messageId, queuedAt } of answers) {
        assert.match(messageId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        assert.strictEqual(new Date(queuedAt).toISOString(), queuedAt)
      }
      yield* Effect.sleep("300 millis")
      assert.strictEqual((yield* accept(message()))[0]?.position, 3)
      assert.deepStrictEqual(yield* accept(), [])
    }).pipe(Effect.provide(layer))
  )

  it.live("takes the same message once, by its id or by its key, and tells another apart", () =>
    Effect.gen(function* () {
      const messageId = randomUUID()
      const named = message({ messageId: messageId.toUpperCase() })
      const keyed = message({ idempotencyKey: "order 7", metadata: { domain: "x" } })
      const first = yield* accept(named, keyed)
      const again = yield* accept(keyed, named)
      assert.deepStrictEqual(
        again.map(({ messageId, outcome, queuedAt }) => [outcome, messageId, queuedAt]),
        first.toReversed().map(({ messageId, queuedAt }) => ["repeated", messageId, queuedAt])
      )
      const outcomes = yield* accept(
        { ...named, body: "other" },
        { ...keyed, senderNumber: "+2348031234568" },
        { ...keyed, metadata: null },
        { ...named, clientId: "shop" },
        { ...keyed, messageId: randomUUID() },
        { ...named, idempotencyKey: "new" },
        { ...keyed, clientId: "shop" }
      )
      assert.deepStrictEqual(
        outcomes.map(({ outcome }) => outcome),
        ["conflict", "conflict", "conflict", "conflict", "conflict", "repeated", "accepted"]
      )
      assert.notInclude(JSON.stringify(outcomes[4]), first[1]?.messageId ?? "an id")
      assert.strictEqual(yield* count, 3)
    }).pipe(Effect.provide(layer))
  )

  it.live("takes a repeat within one request, too", () =>
    Effect.gen(function* () {
      const keyed = message({ idempotencyKey: "k" })
      const named = message({ messageId: randomUUID() })
      const answers = yield* accept(keyed, keyed, { ...keyed, body: "other" }, named, named, message(), message())
      assert.deepStrictEqual(
        answers.map(({ outcome }) => outcome),
        ["accepted", "repeated", "conflict", "accepted", "repeated", "accepted", "accepted"]
      )
      assert.strictEqual(answers[1]?.messageId, answers[0]?.messageId)
      assert.strictEqual(yield* count, 4)
    }).pipe(Effect.provide(layer))
  )

  it.live("serves a hundred callers at once, of whom some send the same, from two nodes", () =>
    Effect.gen(function* () {
      const file = keyFileIn(yield* directory)
      const [one, other] = yield* Effect.forEach([1, 2], () => Layer.build(Layer.fresh(nodeOf(file))))
      const nodes = [one, other].flatMap((node) => (node === undefined ? [] : [node]))
      const calls = Array.from({ length: 100 }, (_, n) => {
        const node = nodes[n % 2] ?? nodes[0]
        const sent = accept(
          message({ idempotencyKey: `same ${n % 10}`, senderNumber: `+23480${n % 10}` }),
          ...Array.from({ length: 9 }, (_, m) => message({ senderNumber: `+2348${n}`, body: `${n}/${m}` }))
        )
        return node === undefined ? sent : Effect.provide(sent, node)
      })
      const answers = yield* Effect.all(calls, { concurrency: "unbounded" })
      assert.strictEqual(yield* count, 910)
      const same = answers.map(([first]) => first)
      assert.strictEqual(same.filter((each) => each?.outcome === "accepted").length, 10)
      assert.strictEqual(same.filter((each) => each?.outcome === "repeated").length, 90)
      assert.strictEqual(new Set(same.map((each) => each?.messageId)).size, 10)
      const sql = yield* SqlClient.SqlClient
      const rows = yield* sql<{ messageId: string }>`SELECT message_id::text AS "messageId" FROM messages ORDER BY seq`
      const places = new Map(rows.map(({ messageId }, place) => [messageId, place]))
      for (const answer of answers) {
        const own = answer.slice(1).map(({ messageId }) => places.get(messageId) ?? -1)
        assert.deepStrictEqual(
          own,
          own.toSorted((a, b) => a - b)
        )
        assert.notInclude(own, -1)
      }
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("shows neither a text nor a whole number anywhere in the database, and reads them with the keys", () =>
    Effect.gen(function* () {
      const marker = "Lorem-4711-ipsum"
      const secret = message({ body: marker, metadata: { clientId: marker }, idempotencyKey: "k" })
      const [accepted] = yield* accept(secret, ...Array.from({ length: 20 }, () => message({ body: marker })))
      yield* accept({ ...secret, body: `${marker} else` })
      const text = yield* everything
      assert.include(text, accepted?.messageId ?? "an id")
      assert.include(text, "+234******4567")
      for (const form of [marker, secret.senderNumber, secret.senderNumber.slice(1)]) {
        for (const encoding of ["utf8", "hex", "base64"] as const) {
          assert.notInclude(text, Buffer.from(form).toString(encoding).replace(/=+$/, "").slice(0, -1))
        }
      }
      const read = yield* Effect.flatMap(MessageRows, ({ readBody }) => readBody(accepted?.messageId ?? ""))
      assert.deepStrictEqual(Option.getOrThrow(read), {
        sender: secret.senderNumber,
        body: marker,
        metadata: { clientId: marker }
      })
    }).pipe(Effect.provide(layer))
  )

  it.live("refuses what it cannot keep, and nothing of it is there", () =>
    Effect.gen(function* () {
      const tooMany = Array.from({ length: maxMessagesPerRequest + 1 }, () => message())
      for (const sent of [
        tooMany,
        [message(), message({ messageId: "no uuid" })],
        [message({ idempotencyKey: "k".repeat(201) })],
        [message({ idempotencyKey: "a\0b" })],
        [message(), message({ clientId: "nul\0" })]
      ]) {
        assert.strictEqual((yield* Effect.flip(accept(...sent)))._tag, "MessagesUnavailable")
      }
      // What one caller sends that the database cannot take does not harm those who share its commit.
      const [bad, good] = yield* Effect.all(
        [Effect.exit(accept(message({ clientId: "nul\0" }))), Effect.exit(accept(message()))],
        { concurrency: 2 }
      )
      assert.deepStrictEqual([bad._tag, good._tag], ["Failure", "Success"])
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(layer))
  )

  it.live("refuses to write with keys that are not those of the database", () =>
    Effect.gen(function* () {
      yield* accept(message())
      const file = keyFileIn(yield* directory)
      const stranger = yield* Layer.build(Layer.fresh(nodeOf(file)))
      const error = yield* Effect.flip(Effect.provide(accept(message()), stranger))
      assert.include(error.detail, "keys are not those")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("answers after an outage that is short, and writes once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* accept(message())
      yield* sql`ALTER TABLE messages RENAME TO messages_away`
      const answer = yield* Effect.all(
        [
          accept(message()),
          Effect.andThen(Effect.sleep("400 millis"), sql`ALTER TABLE messages_away RENAME TO messages`)
        ],
        { concurrency: 2 }
      )
      assert.strictEqual(answer[0][0]?.outcome, "accepted")
      assert.strictEqual(yield* count, 2)
    }).pipe(Effect.provide(layer))
  )

  it.live("writes once when the connection is lost in the middle of a commit", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* accept(message())
      yield* sql.unsafe(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$`)
      yield* sql`CREATE TRIGGER dawdle AFTER INSERT ON messages FOR EACH STATEMENT EXECUTE FUNCTION dawdle()`
      const kill = sql<{ gone: boolean }>`SELECT pg_terminate_backend(pid) AS gone FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'WITH given%' AND state = 'active'`.pipe(
        Effect.repeat({ until: (rows) => rows.length > 0 })
      )
      const [answers] = yield* Effect.all([accept(message(), message({ idempotencyKey: "k" })), kill], {
        concurrency: 2
      })
      assert.deepStrictEqual(
        answers.map(({ outcome }) => outcome),
        ["accepted", "accepted"]
      )
      assert.strictEqual(yield* count, 3)
    }).pipe(Effect.provide(layer))
  )

  it.live("writes once when the answer to a commit was lost, and says that it is there", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const ring = yield* KeyRing
      const sent = [message(), message({ idempotencyKey: "k" }), message({ messageId: randomUUID() })]
      const key = yield* ring.current
      const senderKey = yield* ring.senderKey
      const rows = sent.map((each) => intakeRow(each, key, senderKey))
      const first = yield* writeRows(sql, rows)
      const again = yield* writeRows(sql, rows)
      assert.deepStrictEqual(
        again,
        first.map((told, n) => told && { ...told, outcome: n === 2 ? "repeated" : "accepted" })
      )
      assert.strictEqual(yield* count, 3)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})
