import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { readFile, writeFile } from "node:fs/promises"
import { KeyRing } from "../../../../src/layers/messaging/KeyRing.ts"
import * as KeyWrapping from "../../../../src/layers/messaging/KeyWrapping.ts"
import { addMessageKey } from "../../../../src/layers/storage/messages/KeyAddition.ts"
import { KeyRotation, rotationBatch } from "../../../../src/layers/storage/messages/KeyRotation.ts"
import { MessageRows } from "../../../../src/layers/storage/MessageRows.ts"
import { createKeyFile } from "../../../../src/layers/messaging/KeyFile.ts"
import * as TestDatabase from "../../../fixtures/TestDatabase.ts"
import { directory, keyFileIn } from "../../messaging/TestKeys.ts"
import { accept, message, nodeOf, slowly } from "./SampleMessages.ts"

const rotating = (file: string) =>
  Layer.fresh(KeyRotation.layer.pipe(Layer.provideMerge(Layer.merge(nodeOf(file), KeyWrapping.layerNone))))

const onFile = <A, E>(
  use: (file: string) => Effect.Effect<A, E, SqlClient.SqlClient | Layer.Success<ReturnType<typeof rotating>>>
) =>
  Effect.gen(function* () {
    const file = keyFileIn(yield* directory)
    return yield* use(file).pipe(Effect.provide(rotating(file), { local: true }))
  }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer, { local: true }))

const progress = Effect.flatMap(KeyRotation, (rotation) => rotation.progress)
const sweep = Effect.flatMap(KeyRotation, (rotation) => rotation.sweep)

describe("key rotation", () => {
  it.live("interrupted twice ends complete, with every message readable throughout", () =>
    onFile((file) =>
      Effect.gen(function* () {
        const bodies = new Map<string, string>()
        for (let n = 0; n < 8; n++) {
          const sent = Array.from({ length: 500 }, (_, m) => message({ body: `text ${n}/${m}` }))
          const answers = yield* accept(...sent)
          for (const [index, { messageId }] of answers.entries()) bodies.set(messageId, sent[index]?.body ?? "")
        }
        const ids = [...bodies.keys()]
        const rows = yield* MessageRows
        const readable = Effect.forEach(
          ids.filter((_, index) => index % 40 === 0),
          (id) =>
            Effect.map(rows.readBody(id), (content) =>
              assert.strictEqual(Option.getOrThrow(content).body, bodies.get(id))
            ),
          { concurrency: 8, discard: true }
        )
        assert.deepInclude(yield* progress, { current: 1, total: 4_000, remaining: 0 })
        assert.strictEqual(yield* addMessageKey(file), 2)
        yield* Effect.flatMap(KeyRing, ({ refresh }) => refresh)
        assert.deepInclude(yield* progress, { current: 2, total: 4_000, remaining: 4_000 })

        const interrupted = Effect.gen(function* () {
          for (const share of [1, 2]) {
            // Each round is a node of its own, which is gone before it is through.
            const fiber = yield* Effect.forkChild(sweep.pipe(Effect.provide(rotating(file), { local: true })))
            yield* progress.pipe(
              Effect.repeat({ until: ({ remaining }) => remaining <= 4_000 - share * rotationBatch })
            )
            assert.isTrue(Exit.hasInterrupts(yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))))
            const { remaining } = yield* progress
            assert.isTrue(remaining > 0 && remaining < 4_000, `${remaining}`)
            yield* readable
          }
        })
        yield* slowly(interrupted)
        const [one, other] = yield* Effect.all(
          [sweep, sweep.pipe(Effect.provide(rotating(file), { local: true })), readable],
          { concurrency: 3 }
        )
        assert.isAtLeast(one.reencrypted + other.reencrypted, 1)
        // What one of the two held, the other left.
        yield* sweep
        assert.deepStrictEqual(yield* progress, {
          current: 2,
          total: 4_000,
          remaining: 0,
          versions: [{ version: 2, messages: 4_000 }]
        })
        yield* readable
        const sql = yield* SqlClient.SqlClient
        const wrong = yield* sql`SELECT seq FROM messages WHERE get_byte(body, 0) <> key_version`
        assert.deepStrictEqual(wrong, [])
      })
    )
  )

  it.live("leaves what nobody can read, and brings the rest over", () =>
    onFile((file) =>
      Effect.gen(function* () {
        const [bad, good] = yield* accept(message(), message())
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE messages SET body = set_byte(body, 20, (get_byte(body, 20) + 1) % 256)
          WHERE message_id = ${bad?.messageId ?? ""}::uuid`
        yield* addMessageKey(file)
        yield* Effect.flatMap(KeyRing, ({ refresh }) => refresh)
        assert.deepStrictEqual(yield* sweep, { reencrypted: 1, unreadable: 1 })
        assert.strictEqual((yield* progress).remaining, 1)
        const rows = yield* MessageRows
        assert.strictEqual(Option.getOrThrow(yield* rows.readBody(good?.messageId ?? "")).body, message().body)
        const error = yield* Effect.flip(rows.readBody(bad?.messageId ?? ""))
        assert.deepInclude(error, { _tag: "MessageUnreadable", reason: "tampered" })
      })
    )
  )

  it.live(
    "writes new messages with the new key as soon as it is there, and finds senders by their number as before",
    () =>
      onFile((file) =>
        Effect.gen(function* () {
          yield* accept(message({ idempotencyKey: "k" }))
          yield* addMessageKey(file)
          yield* Effect.flatMap(KeyRing, ({ refresh }) => refresh)
          const [repeated] = yield* accept(message({ idempotencyKey: "k" }))
          assert.strictEqual(repeated?.outcome, "repeated")
          yield* accept(message())
          const rows = yield* MessageRows
          const found = yield* rows.list({ filter: { senderNumber: message().senderNumber }, before: null, limit: 10 })
          assert.deepStrictEqual(
            found.map(({ keyVersion }) => keyVersion),
            [2, 1]
          )
        })
      )
  )

  it.live("adds one key at a time, never a version that was used before, and none to a stranger's file", () =>
    onFile((file) =>
      Effect.gen(function* () {
        yield* accept(message())
        const before = yield* Effect.promise(() => readFile(file, "utf8"))
        const versions = yield* Effect.all([addMessageKey(file), addMessageKey(file), addMessageKey(file)], {
          concurrency: 3
        })
        assert.sameMembers([...versions], [2, 3, 4])
        // An older copy of the file comes back.
        yield* Effect.promise(() => writeFile(file, before))
        assert.strictEqual(yield* addMessageKey(file), 5)
        const strange = keyFileIn(yield* directory)
        yield* createKeyFile(strange)
        assert.include(String(yield* Effect.flip(addMessageKey(strange))), "holds other keys")
      }).pipe(Effect.scoped)
    )
  )
})
