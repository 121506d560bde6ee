import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import { KeyRotation } from "../../src/layers/storage/messages/KeyRotation.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { MessageRows } from "../../src/layers/storage/MessageRows.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { accept, message, nodeOf, slowly } from "../layers/storage/messages/SampleMessages.ts"
import { directory, runTandem, startTandem } from "./RunTandem.ts"

const world = Effect.gen(function* () {
  const url = yield* TestDatabase.url
  const keyFile = join(directory(), "keys.json")
  const env = { DATABASE_URL: Redacted.value(url), MESSAGE_KEY_FILE: keyFile }
  const node = KeyRotation.layer.pipe(Layer.provideMerge(nodeOf(keyFile)), Layer.provideMerge(Database.layerUrl(url)))
  return {
    keyFile,
    env,
    onNode: Effect.provide(Layer.fresh(node), { local: true }),
    run: (...args: ReadonlyArray<string>) => Effect.promise(() => runTandem(["keys", "rotate", ...args], { env }))
  }
})

const sendMany = (requests: number) =>
  Effect.forEach(Array.from({ length: requests }), () => accept(...Array.from({ length: 500 }, () => message())), {
    discard: true
  })

const progress = Effect.flatMap(KeyRotation, (rotation) => rotation.progress)

describe("tandem keys rotate", () => {
  it.live("makes no keys of its own where no node has any", () =>
    Effect.gen(function* () {
      const { keyFile, run } = yield* world
      for (const args of [[], ["--status"], ["--status", "--wait"]]) {
        const { code, stderr, stdout } = yield* run(...args)
        assert.deepStrictEqual([code, stdout], [exitCodes.failed, ""])
        assert.match(stderr, /^tandem: MESSAGE_KEY_FILE: .*keys\.json is not there/)
      }
      assert.isFalse(existsSync(keyFile))
    }).pipe(Effect.scoped)
  )

  it.live("adds a key, and says what remains for the nodes to do", () =>
    Effect.gen(function* () {
      const { onNode, run } = yield* world
      yield* onNode(accept(message(), message()))
      const added = yield* run("-o", "json")
      assert.strictEqual(added.code, exitCodes.ok, added.stderr)
      assert.deepStrictEqual(JSON.parse(added.stdout), {
        current: 2,
        total: 2,
        remaining: 2,
        versions: [{ version: 1, messages: 2 }]
      })
      const status = yield* run("--status")
      assert.match(status.stdout, /^VERSION +MESSAGES +KEY\n1 +2 +older\n$/)
      assert.include(status.stderr, "2 of 2 messages have a key older than version 2")
    }).pipe(Effect.scoped)
  )

  it.live(
    "killed twice while it re-encrypts, ends complete, with every message readable",
    () =>
      Effect.gen(function* () {
        const { env, onNode, run } = yield* world
        yield* onNode(
          Effect.gen(function* () {
            yield* sendMany(8)
            const { total } = yield* progress
            let before = total
            const killedTwice = Effect.gen(function* () {
              for (const args of [["--wait"], ["--status", "--wait"]]) {
                const child = startTandem(["keys", "rotate", ...args], { env })
                const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)))
                const done = Effect.map(
                  progress,
                  ({ remaining, versions }) => versions.length > 1 && remaining < before
                )
                yield* done.pipe(Effect.repeat({ until: (some) => some }), Effect.timeout("60 seconds"))
                child.kill("SIGKILL")
                assert.strictEqual(yield* Effect.promise(() => ended), "SIGKILL")
                const { remaining } = yield* progress
                assert.isTrue(remaining > 0 && remaining < before, `${remaining} of ${before}`)
                before = remaining
              }
            })
            // Long enough that a busy machine, too, kills it before it is done.
            yield* slowly(killedTwice, 1.5)
            const rows = yield* MessageRows
            const sql = yield* SqlClient.SqlClient
            const some = yield* sql<{ id: string }>`SELECT message_id::text AS id FROM messages WHERE seq % 50 = 0`
            const readable = Effect.forEach(some, ({ id }) =>
              Effect.map(rows.readBody(id), (content) =>
                assert.strictEqual(Option.getOrThrow(content).body, message().body)
              )
            )
            yield* readable
            const finished = yield* run("--status", "--wait", "-o", "json")
            assert.strictEqual(finished.code, exitCodes.ok, finished.stderr)
            assert.deepInclude(JSON.parse(finished.stdout), { current: 2, total, remaining: 0 })
            yield* readable
          })
        )
      }).pipe(Effect.scoped),
    120_000
  )
})
