import { Effect, Schedule } from "effect"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chown, mkdir, open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import type { Binaries } from "./EmbeddedPostgresBinaries.ts"
import { EmbeddedPostgresError, explain } from "./EmbeddedPostgresError.ts"
import type { Home } from "./EmbeddedPostgresHome.ts"
import { onDisk } from "./EmbeddedPostgresPlaces.ts"
import * as Postmaster from "./EmbeddedPostgresPostmaster.ts"
import { cleanEnvironment, run } from "./EmbeddedPostgresUser.ts"

export const userName = "tandem"
const startAttemptsMax = 8
const startTimeoutSeconds = 120
const logMaxBytes = 10 * 1024 * 1024

/** What the server runs with. Commits are on disk before they are answered: `fsync` and `synchronous_commit` stay on. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  fsync: "on",
  synchronous_commit: "on",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_logical_replication_workers: "0",
  min_wal_size: "80MB",
  max_wal_size: "512MB",
  io_method: "sync",
  jit: "off",
  idle_in_transaction_session_timeout: "60s",
  timezone: "UTC",
  log_timezone: "UTC",
  // A statement's error goes to its caller; here, one line for each would fill the disk.
  log_min_messages: "log",
  log_checkpoints: "off"
}

/** The superuser's password, made at the first start and readable for our own user alone. */
export const password = (home: Home) =>
  onDisk("reading the password", async () => {
    const file = join(home.root, "password")
    const known = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? "" : Promise.reject(error)
    )
    if (known !== "") return known
    const made = randomBytes(24).toString("hex")
    await writeFile(`${file}.new`, made, { mode: 0o600, flush: true })
    await rename(`${file}.new`, file)
    return made
  })

const give = (home: Home, path: string) =>
  home.user === undefined ? Promise.resolve() : chown(path, home.user.uid, home.user.gid)

/** Makes the cluster under another name first: a cluster that has its own name is whole, whenever we were killed. */
const initialize = Effect.fnUntraced(function* (home: Home, binaries: Binaries, secret: string) {
  const half = `${home.data}.new`
  const secretFile = join(home.root, "password.initdb")
  yield* onDisk("making the data directory", async () => {
    await rm(half, { recursive: true, force: true })
    await rm(secretFile, { force: true })
    await mkdir(half, { mode: 0o700 })
    await writeFile(secretFile, secret, { mode: 0o600 })
    await give(home, half)
    await give(home, secretFile)
  })
  const flags = ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", `--username=${userName}`]
  const { ok, output } = yield* run(home.user, binaries.initdb, [
    `--pgdata=${half}`,
    `--pwfile=${secretFile}`,
    ...flags
  ])
  yield* onDisk("clearing up", () => rm(secretFile, { force: true }))
  if (!ok) return yield* explain("InitFailed", "making the database", output)
  yield* onDisk("naming the data directory", () => rename(half, home.data))
})

const checkVersion = Effect.fnUntraced(function* (home: Home, binaries: Binaries) {
  const written = (yield* onDisk("reading PG_VERSION", () => readFile(join(home.data, "PG_VERSION"), "utf8"))).trim()
  if (written === binaries.major) return
  return yield* new EmbeddedPostgresError({
    reason: "WrongVersion",
    explanation: `${home.data} was written by Postgres ${written}, and this is Postgres ${binaries.major}.`
  })
})

/** Makes the cluster when there is none, and refuses one that these programs cannot read. */
export const prepare = Effect.fnUntraced(function* (home: Home, binaries: Binaries, secret: string) {
  const version = yield* Effect.promise(() => stat(join(home.data, "PG_VERSION")).catch(() => undefined))
  if (version === undefined) yield* initialize(home, binaries, secret)
  yield* checkVersion(home, binaries)
})

const freePort = Effect.callback<number, EmbeddedPostgresError>((resume) => {
  const server = createServer()
  server.once("error", (error) => resume(Effect.fail(explain("PortTaken", "looking for a free port", String(error)))))
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() =>
      resume(
        address !== null && typeof address === "object"
          ? Effect.succeed(address.port)
          : Effect.fail(explain("PortTaken", "looking for a free port", "the system gave none"))
      )
    )
  })
})

const logFile = (home: Home) => join(home.root, "server.log")

/** Keeps the server's log under its limit; the server appends, so that cutting the file under it is safe. */
export const trimLog = (home: Home) =>
  Effect.promise(async () => {
    const size = await stat(logFile(home)).then(
      (found) => found.size,
      () => 0
    )
    if (size > logMaxBytes) await truncate(logFile(home), 0).catch(() => undefined)
  })

const logSince = (home: Home, offset: number) =>
  Effect.promise(() =>
    readFile(logFile(home)).then(
      (log) => log.subarray(offset).toString("utf8"),
      () => ""
    )
  )

/** Starts the program in a session of its own, so that Ctrl-C reaches us first and we end it after our last write. */
const launch = (home: Home, binaries: Binaries, port: number, overrides: Readonly<Record<string, string>>) =>
  onDisk("starting the server", async () => {
    const log = await open(logFile(home), "a", 0o600)
    try {
      const offset = (await log.stat()).size
      const flags = Object.entries({ ...settings, ...overrides }).flatMap(([name, value]) => ["-c", `${name}=${value}`])
      const child = spawn(binaries.postgres, ["-D", home.data, "-p", String(port), ...flags], {
        ...home.user,
        cwd: "/",
        env: cleanEnvironment,
        detached: true,
        stdio: ["ignore", log.fd, log.fd]
      })
      await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject))
      child.unref()
      return { pid: child.pid ?? 0, offset }
    } finally {
      await log.close()
    }
  })

const attempt = Effect.fnUntraced(function* (
  home: Home,
  binaries: Binaries,
  port: number,
  overrides: Readonly<Record<string, string>>
) {
  yield* onDisk("removing a dead server's postmaster.pid", () => rm(join(home.data, "postmaster.pid"), { force: true }))
  const { offset, pid } = yield* launch(home, binaries, port, overrides)
  const ready = yield* Postmaster.awaitReady(home.data, pid).pipe(
    Effect.timeoutOrElse({ duration: `${startTimeoutSeconds} seconds`, orElse: () => Effect.succeed(undefined) }),
    Effect.onInterrupt(() => Postmaster.stop(home.data, pid))
  )
  if (ready !== undefined) return ready
  yield* Postmaster.stop(home.data, pid)
  return yield* explain("StartFailed", "starting the server", yield* logSince(home, offset))
})

/**
 * Starts the server on a port that is free, or on `port`. Somebody may take the port first, and the children of a
 * server that was killed need a moment to notice: both are tried again.
 */
export const start = Effect.fnUntraced(function* (
  home: Home,
  binaries: Binaries,
  overrides: Readonly<Record<string, string>>,
  port?: number
) {
  return yield* Effect.suspend(() => (port === undefined ? freePort : Effect.succeed(port))).pipe(
    Effect.flatMap((chosen) => attempt(home, binaries, chosen, overrides)),
    Effect.retry({
      times: startAttemptsMax - 1,
      while: (error) => error.reason === "PortTaken" || error.reason === "MemoryStillInUse",
      schedule: Schedule.spaced("500 millis")
    })
  )
})
