import { Effect, Schedule } from "effect"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { run } from "./EmbeddedPostgresUser.ts"

/** What a running server writes about itself into `postmaster.pid` (PostgreSQL, `miscadmin.h`: lines 1, 4 and 8). */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly status: string
}

const pollMillis = 20
const fastStopSeconds = 30
const immediateStopSeconds = 10

/** The server whose data this is, dead or alive, as its own file tells it. */
export const read = (data: string): Effect.Effect<Postmaster | undefined> =>
  Effect.promise(async () => {
    const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n")
    const [pid, port] = [Number(lines[0]), Number(lines[3])]
    return Number.isInteger(pid) && pid > 0 ? { pid, port, status: (lines[7] ?? "").trim() } : undefined
  })

const commandOf = (pid: number) =>
  Effect.promise(() => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined)).pipe(
    Effect.flatMap((command) =>
      command === undefined && process.platform !== "linux"
        ? Effect.map(run(undefined, "ps", ["-o", "command=", "-p", String(pid)]), ({ output }) => output)
        : Effect.succeed(command ?? "")
    )
  )

/** Whether the process is a live server on this very data: an id that was given out again, or a zombie, is not. */
export const isAlive = (data: string, pid: number): Effect.Effect<boolean> =>
  Effect.map(commandOf(pid), (command) => command.includes("postgres") && command.includes(data))

/** The live server on this data, if there is one. */
export const findAlive = Effect.fnUntraced(function* (data: string) {
  const postmaster = yield* read(data)
  return postmaster !== undefined && (yield* isAlive(data, postmaster.pid)) ? postmaster : undefined
})

const signal = (pid: number, name: NodeJS.Signals) =>
  Effect.sync(() => {
    try {
      process.kill(pid, name)
    } catch {
      // It ended by itself meanwhile, which is what was wanted.
    }
  })

const ended = (data: string, pid: number, seconds: number) =>
  isAlive(data, pid).pipe(
    Effect.repeat({ while: (alive) => alive, schedule: Schedule.spaced(pollMillis) }),
    Effect.as(true),
    Effect.timeoutOrElse({ duration: `${seconds} seconds`, orElse: () => Effect.succeed(false) })
  )

/** Ends the server: connections are cut, everything committed is on disk. One that does not obey is ended at once. */
export const stop = Effect.fnUntraced(function* (data: string, pid: number) {
  yield* signal(pid, "SIGINT")
  if (yield* ended(data, pid, fastStopSeconds)) return
  yield* Effect.logWarning(`Postgres (process ${pid}) does not stop; ending it at once, it will recover at its start`)
  yield* signal(pid, "SIGQUIT")
  yield* ended(data, pid, immediateStopSeconds)
})

/** Waits until the server says that it takes connections, or has ended. */
export const awaitReady = (data: string, pid: number): Effect.Effect<Postmaster | undefined> =>
  Effect.gen(function* () {
    const postmaster = yield* read(data)
    if (postmaster?.pid === pid && postmaster.status === "ready") return { done: true, postmaster }
    return { done: !(yield* isAlive(data, pid)), postmaster: undefined }
  }).pipe(
    Effect.repeat({ until: ({ done }) => done, schedule: Schedule.spaced(pollMillis) }),
    Effect.map(({ postmaster }) => postmaster)
  )
