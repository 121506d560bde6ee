import { PgConnection } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Redacted, Schedule, Schema } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { EmbeddedPostgres } from "../../../src/layers/storage/EmbeddedPostgres.ts"
import { DataDirectoryInUse, EmbeddedPostgresError } from "../../../src/layers/storage/EmbeddedPostgresError.ts"
import * as Postmaster from "../../../src/layers/storage/EmbeddedPostgresPostmaster.ts"

const Told = Schema.fromJsonString(
  Schema.Struct({
    attached: Schema.Boolean,
    port: Schema.Int,
    root: Schema.String,
    serverPid: Schema.Int,
    url: Schema.String
  })
)

const program = join(import.meta.dirname, "../../fixtures/EmbeddedPostgresProcess.ts")

const directory = Effect.acquireRelease(
  Effect.promise(async () => {
    const made = await mkdtemp(join(tmpdir(), "tandem-embedded-"))
    await chmod(made, 0o711)
    return made
  }),
  (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
)

const endChild = (child: ChildProcess, signal: NodeJS.Signals) =>
  Effect.promise(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, "exit")
    child.kill(signal)
    await exited
  })

/** Another process that owns the server in `dataDir`, until the scope closes. */
const owner = Effect.fnUntraced(function* (dataDir: string, graceSeconds = 1) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [program, dataDir, String(graceSeconds)], { stdio: ["ignore", "pipe", "inherit"] })
    ),
    (running) => endChild(running, "SIGTERM")
  )
  const line = yield* Effect.promise(() => once(createInterface(child.stdout), "line"))
  const told = yield* Schema.decodeUnknownEffect(Told)(line[0])
  return { ...told, pid: child.pid, end: (signal: NodeJS.Signals) => endChild(child, signal) }
})

const here = (dataDir: string, settings: Readonly<Record<string, string>> = {}) =>
  EmbeddedPostgres.layer({ dataDir, orphanGraceSeconds: 1, settings: { fsync: "off", ...settings } })

const query = (url: Redacted.Redacted, statement: string) =>
  Effect.scoped(Effect.flatMap(PgConnection.make({ url }), (connection) => connection.query(statement, []))).pipe(
    Effect.map(({ rows }) => rows)
  )

const asking = (statement: string) => Effect.flatMap(EmbeddedPostgres, ({ url }) => query(url, statement))

const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(condition, { until: (holds) => holds, schedule: Schedule.spaced("50 millis") })

const ended = (data: string, pid: number) => until(Effect.map(Postmaster.isAlive(data, pid), (alive) => !alive))

describe("EmbeddedPostgres", () => {
  it.live("keeps what was written from one start to the next, and leaves nothing running", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const first = yield* Effect.gen(function* () {
        const { attached, port, root, serverPid } = yield* EmbeddedPostgres
        yield* asking("CREATE TABLE kept AS SELECT 7 AS seven")
        return { attached, pid: yield* serverPid, port, root }
      }).pipe(Effect.provide(here(dataDir), { local: true }))
      assert.isFalse(first.attached)
      assert.isFalse(yield* Postmaster.isAlive(join(first.root, "data"), first.pid))
      const again = Effect.provide(asking("SELECT seven FROM kept"), here(dataDir), { local: true })
      assert.deepStrictEqual(yield* again, [{ seven: 7 }])
    }).pipe(Effect.scoped)
  )

  it.live("is durable, in UTF-8 and UTC, and listens on the loopback address alone", () =>
    Effect.gen(function* () {
      const names = "listen_addresses,unix_socket_directories,server_encoding,TimeZone,fsync,synchronous_commit"
      const shown = asking(
        `SELECT name, setting FROM pg_settings WHERE name = ANY (string_to_array('${names}', ',')) ORDER BY name`
      )
      const durable = EmbeddedPostgres.layer({ dataDir: yield* directory, orphanGraceSeconds: 1 })
      const rows = yield* Effect.provide(shown, durable, { local: true })
      assert.deepStrictEqual(Object.fromEntries(rows.map((row) => [row.name, row.setting])), {
        TimeZone: "UTC",
        fsync: "on",
        listen_addresses: "127.0.0.1",
        server_encoding: "UTF8",
        synchronous_commit: "on",
        unix_socket_directories: ""
      })
    }).pipe(Effect.scoped)
  )

  it.live("lets nobody in without the password, which only our own user can read", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const tried = Effect.gen(function* () {
        const { root, url } = yield* EmbeddedPostgres
        const wrong = new URL(Redacted.value(url))
        wrong.password = "guess"
        assert.strictEqual((yield* Effect.promise(() => stat(join(root, "password")))).mode & 0o777, 0o600)
        return yield* Effect.flip(query(Redacted.make(wrong.href), "SELECT 1"))
      })
      const refusal = yield* Effect.provide(tried, here(dataDir), { local: true })
      assert.strictEqual(refusal.reason._tag, "AuthenticationError")
    }).pipe(Effect.scoped)
  )

  it.live("refuses a directory that another live process holds, and names it", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const other = yield* owner(dataDir)
      const refusal = yield* Effect.flip(Effect.provide(Effect.void, here(dataDir), { local: true }))
      assert.isTrue(refusal instanceof DataDirectoryInUse)
      assert.include(refusal.message, `process ${other.pid}`)
      assert.deepStrictEqual(yield* query(Redacted.make(other.url), "SELECT 1 AS one"), [{ one: 1 }])
    }).pipe(Effect.scoped)
  )

  it.live("goes on with the server of a process that was killed", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const killed = yield* owner(dataDir, 60)
      yield* query(Redacted.make(killed.url), "CREATE TABLE kept AS SELECT 7 AS seven")
      yield* killed.end("SIGKILL")
      yield* Effect.gen(function* () {
        const { attached, port, serverPid } = yield* EmbeddedPostgres
        assert.deepStrictEqual(
          { attached, port, pid: yield* serverPid },
          {
            attached: true,
            port: killed.port,
            pid: killed.serverPid
          }
        )
        assert.deepStrictEqual(yield* asking("SELECT seven FROM kept"), [{ seven: 7 }])
      }).pipe(Effect.provide(here(dataDir), { local: true }))
      assert.isFalse(yield* Postmaster.isAlive(join(killed.root, "data"), killed.serverPid))
    }).pipe(Effect.scoped)
  )

  it.live("starts anew after its process and its server were killed together", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const killed = yield* owner(dataDir)
      yield* query(Redacted.make(killed.url), "CREATE TABLE kept AS SELECT 7 AS seven")
      yield* killed.end("SIGKILL")
      yield* Effect.sync(() => process.kill(killed.serverPid, "SIGKILL"))
      const rows = yield* Effect.provide(asking("SELECT seven FROM kept"), here(dataDir), { local: true })
      assert.deepStrictEqual(rows, [{ seven: 7 }])
    }).pipe(Effect.scoped)
  )

  it.live("is not misled by the id of a dead server that another program has now", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const root = yield* Effect.provide(
        Effect.map(EmbeddedPostgres, (server) => server.root),
        here(dataDir),
        {
          local: true
        }
      )
      const stale = [process.pid, join(root, "data"), 1, 5432, "", "127.0.0.1", "", "ready"].join("\n")
      yield* Effect.promise(() => writeFile(join(root, "data", "postmaster.pid"), stale))
      const attached = Effect.map(EmbeddedPostgres, (server) => server.attached)
      assert.isFalse(yield* Effect.provide(attached, here(dataDir), { local: true }))
    }).pipe(Effect.scoped)
  )

  it.live("a server whose owner was killed ends by itself after the grace", () =>
    Effect.gen(function* () {
      const killed = yield* owner(yield* directory, 0)
      yield* killed.end("SIGKILL")
      yield* ended(join(killed.root, "data"), killed.serverPid)
    }).pipe(Effect.scoped)
  )

  it.live("stops the server when its process is asked to end", () =>
    Effect.gen(function* () {
      const asked = yield* owner(yield* directory, 60)
      yield* asked.end("SIGTERM")
      assert.isFalse(yield* Postmaster.isAlive(join(asked.root, "data"), asked.serverPid))
    }).pipe(Effect.scoped)
  )

  it.live("starts the server again, on the same port, when it dies", () =>
    Effect.gen(function* () {
      const other = yield* owner(yield* directory)
      yield* Effect.sync(() => process.kill(other.serverPid, "SIGKILL"))
      yield* until(Effect.map(Effect.exit(query(Redacted.make(other.url), "SELECT 1")), Exit.isSuccess))
    }).pipe(Effect.scoped)
  )

  it.live("says what is wrong when the server will not start", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const broken = here(dataDir, { shared_buffers: "nonsense" })
      const refusal = yield* Effect.flip(Effect.provide(Effect.void, broken, { local: true }))
      assert.isTrue(refusal instanceof EmbeddedPostgresError && refusal.reason === "StartFailed")
      assert.include(refusal.message, "shared_buffers")
      assert.include(refusal.message, "DATABASE_URL")
    }).pipe(Effect.scoped)
  )

  it.live("refuses the data of another version of Postgres", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const version = yield* Effect.gen(function* () {
        const { root } = yield* EmbeddedPostgres
        return join(root, "data", "PG_VERSION")
      }).pipe(Effect.provide(here(dataDir), { local: true }))
      assert.strictEqual((yield* Effect.promise(() => readFile(version, "utf8"))).trim(), "18")
      yield* Effect.promise(() => writeFile(version, "17\n"))
      const refusal = yield* Effect.flip(Effect.provide(Effect.void, here(dataDir), { local: true }))
      assert.isTrue(refusal instanceof EmbeddedPostgresError && refusal.reason === "WrongVersion")
    }).pipe(Effect.scoped)
  )
})
