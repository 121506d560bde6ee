import { PgConnection } from "@effect/sql-pg"
import { Context, Effect, Layer, Redacted, Ref, Schedule } from "effect"
import { spawn } from "node:child_process"
import { join, resolve } from "node:path"
import * as Binaries from "./EmbeddedPostgresBinaries.ts"
import { explain } from "./EmbeddedPostgresError.ts"
import * as Home from "./EmbeddedPostgresHome.ts"
import * as Postmaster from "./EmbeddedPostgresPostmaster.ts"
import * as Server from "./EmbeddedPostgresServer.ts"
import { cleanEnvironment } from "./EmbeddedPostgresUser.ts"

export interface EmbeddedPostgresOptions {
  /** Directory of the installation's data; the server's files go to `postgres` in it. Made when it is not there. */
  readonly dataDir: string
  /** How long the server outlives an owner that was killed, so that a restart can go on with it. Default 300. */
  readonly orphanGraceSeconds?: number
  /** Server settings over our own, for tests: `{ fsync: "off" }`. */
  readonly settings?: Readonly<Record<string, string>>
}

const databaseName = "tandem"
const watchIntervalMillis = 1_000
const connectTimeoutSeconds = 30

/**
 * Waits for its input to end, which it does when we die in whatever way; then, unless a new owner has come meanwhile,
 * stops the server, so that a crash leaves nothing running for ever.
 */
const watchdogScript = `while read -r _; do :; done; sleep "$1"
[ "$(cat "$2")" = "$3" ] || exit 0
pid=$(head -n 1 "$4/postmaster.pid") || exit 0
case "$(tr '\\0' ' ' <"/proc/$pid/cmdline" || ps -o command= -p "$pid")" in *postgres*"$4"*) kill -INT "$pid" ;; esac`

const watchdog = (home: Home.Home, graceSeconds: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const args = [String(graceSeconds), home.owner.file, home.owner.mark, home.data]
      const child = spawn("/bin/sh", ["-c", watchdogScript, "tandem-watchdog", ...args], {
        ...home.user,
        cwd: "/",
        env: cleanEnvironment,
        detached: true,
        stdio: ["pipe", "ignore", "ignore"]
      })
      child.on("error", () => undefined)
      child.unref()
      return child
    }),
    ({ pid }) =>
      Effect.sync(() => {
        try {
          if (pid !== undefined) process.kill(-pid, "SIGKILL")
        } catch {
          // It ended by itself.
        }
      })
  )

const address = (port: number, secret: string, database: string) =>
  Redacted.make(`postgres://${Server.userName}:${secret}@127.0.0.1:${port}/${database}`)

/** Makes the database at the first start, and by connecting proves that the server answers to our password. */
const ensureDatabase = (port: number, secret: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const url = address(port, secret, "postgres")
      const connection = yield* PgConnection.make({ url, connectTimeout: `${connectTimeoutSeconds} seconds` })
      const found = yield* connection.query("SELECT 1 FROM pg_database WHERE datname = $1", [databaseName])
      if (found.rows.length === 0) yield* connection.query(`CREATE DATABASE ${databaseName}`, [])
    })
  ).pipe(Effect.mapError((error) => explain("ConnectFailed", "connecting to the server", `${error.message}`)))

/** Goes on with the server that a killed owner left behind, or starts one. */
const attachOrStart = Effect.fnUntraced(function* (
  home: Home.Home,
  binaries: Binaries.Binaries,
  settings: Readonly<Record<string, string>>,
  port?: number
) {
  const orphan = yield* Postmaster.findAlive(home.data)
  if (orphan !== undefined) {
    const ready = orphan.status === "stopping" ? undefined : yield* Postmaster.awaitReady(home.data, orphan.pid)
    if (ready !== undefined) return { ...ready, attached: true }
    yield* Postmaster.stop(home.data, orphan.pid)
  }
  return { ...(yield* Server.start(home, binaries, settings, port)), attached: false }
})

const make = Effect.fnUntraced(function* (options: EmbeddedPostgresOptions) {
  const home = yield* Home.open(resolve(options.dataDir))
  const binaries = yield* Binaries.find(home.user)
  const secret = yield* Server.password(home)
  const settings = options.settings ?? {}
  yield* Server.prepare(home, binaries, secret)
  yield* Server.trimLog(home)

  const first = yield* Effect.acquireRelease(attachOrStart(home, binaries, settings), () =>
    Effect.flatMap(Postmaster.findAlive(home.data), (live) =>
      live === undefined ? Effect.void : Postmaster.stop(home.data, live.pid)
    )
  )
  yield* watchdog(home, options.orphanGraceSeconds ?? 300)
  yield* ensureDatabase(first.port, secret)
  const serverPid = yield* Ref.make(first.pid)

  const keepAlive = Effect.gen(function* () {
    yield* Server.trimLog(home)
    const pid = yield* Ref.get(serverPid)
    if (yield* Postmaster.isAlive(home.data, pid)) return
    yield* Effect.logError(
      `Postgres (process ${pid}) has died; starting it again. See ${join(home.root, "server.log")}`
    )
    const next = yield* attachOrStart(home, binaries, settings, first.port)
    yield* Ref.set(serverPid, next.pid)
  }).pipe(Effect.catch((error) => Effect.logError(error.message)))
  yield* Effect.forkScoped(Effect.repeat(keepAlive, Schedule.spaced(watchIntervalMillis)))

  return {
    /** Address with user name and password. The port stays the same while this process lives. */
    url: address(first.port, secret, databaseName),
    port: first.port,
    /** Directory of the server's files: the cluster, its log and its password. */
    root: home.root,
    /** Whether the server of an earlier process was found running. */
    attached: first.attached,
    /** Process id of the server that runs now. */
    serverPid: Ref.get(serverPid)
  }
})

/** A real Postgres from npm, on 127.0.0.1 only, that lives as long as the layer's scope. */
export class EmbeddedPostgres extends Context.Service<EmbeddedPostgres, Effect.Success<ReturnType<typeof make>>>()(
  "tandem/layers/EmbeddedPostgres"
) {
  static readonly layer = (options: EmbeddedPostgresOptions) => Layer.effect(EmbeddedPostgres, make(options))
}
