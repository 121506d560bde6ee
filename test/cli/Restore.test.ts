import { PgConnection } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schedule } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import { ApiKeys } from "../../src/layers/storage/ApiKeys.ts"
import { takeBackup } from "../../src/layers/storage/backup/TakeBackup.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { startNode, untilLive } from "../fixtures/NodeProcess.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { manyMessages } from "../layers/storage/backup/ManyMessages.ts"
import { directory, runTandem, startTandem } from "./RunTandem.ts"

const messages = 20_000

/** A database with an API key and many messages, in a file. */
const backup = Effect.gen(function* () {
  const url = yield* TestDatabase.url
  return yield* Effect.gen(function* () {
    yield* Effect.flatMap(ApiKeys, (keys) => keys.create({ name: "from before", role: "viewer" }))
    yield* manyMessages(messages)
    return yield* takeBackup(directory())
  }).pipe(Effect.provide(ApiKeys.layer.pipe(Layer.provideMerge(Database.layerUrl(url)))))
})

/** Asks the embedded server of another process. */
const askEmbedded = Effect.fnUntraced(function* (dataDir: string, statement: string) {
  const inside = join(dataDir, "postgres")
  const location = join(inside, "location")
  const root = existsSync(location) ? readFileSync(location, "utf8").trim() : inside
  const port = readFileSync(join(root, "data", "postmaster.pid"), "utf8").split("\n")[3]
  const password = readFileSync(join(root, "password"), "utf8").trim()
  const url = Redacted.make(`postgres://tandem:${password}@127.0.0.1:${port}/tandem`)
  const { rows } = yield* Effect.scoped(
    Effect.flatMap(PgConnection.make({ url }), (connection) => connection.query(statement, []))
  )
  return rows.length
})

const inserting = `SELECT FROM pg_stat_activity WHERE query LIKE 'INSERT INTO "messages"%' AND state <> 'idle'`

describe("tandem restore into the embedded database", () => {
  it.live("is all or nothing when it is killed, can be repeated, and is served", () =>
    Effect.gen(function* () {
      const { path, rows } = yield* backup
      const dataDir = join(directory(), "data")
      const env = { TANDEM_DATA_DIR: dataDir }
      const run = (...args: ReadonlyArray<string>) => Effect.promise(() => runTandem(args, { env }))

      const child = startTandem(["restore", path], { env })
      const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)))
      yield* Effect.suspend(() => askEmbedded(dataDir, inserting)).pipe(
        Effect.catchCause(() => Effect.succeed(0)),
        Effect.repeat({ until: (found) => found > 0, schedule: Schedule.spaced("20 millis") }),
        Effect.timeout("1 minute")
      )
      child.kill("SIGKILL")
      assert.strictEqual(yield* Effect.promise(() => ended), "SIGKILL")
      const nothing = yield* run("keys", "list", "-o", "json")
      assert.deepStrictEqual([nothing.code, nothing.stdout.trim()], [exitCodes.ok, "[]"], nothing.stderr)

      const restored = yield* run("restore", path, "-o", "json")
      assert.strictEqual(restored.code, exitCodes.ok, restored.stderr)
      assert.deepStrictEqual(JSON.parse(restored.stdout), { rows, position: 0 })
      assert.include((yield* run("keys", "list")).stdout, "from before")

      const port = yield* freePort
      const node = yield* startNode("all", { ...env, TANDEM_PORT: String(port), TANDEM_SANDBOX_PORT: "0" })
      yield* untilLive(`http://127.0.0.1:${port}`).pipe(Effect.timeout("1 minute"))
      const beside = yield* run("restore", path)
      assert.strictEqual(beside.code, exitCodes.failed)
      assert.match(beside.stderr, /in use/)
      const status = yield* run("keys", "rotate", "--status")
      assert.include(status.stderr, `of ${messages} messages`)
      yield* node.signal("SIGTERM")
      yield* node.exited
    }).pipe(Effect.scoped)
  )
})
