import { Effect } from "effect"
import { execFile, type ExecFileException } from "node:child_process"
import { stat } from "node:fs/promises"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** Who runs the server's programs: a user and group id, or `undefined` for whoever we are. */
export type ServerUser = { readonly uid: number; readonly gid: number } | undefined

const candidates = ["postgres", "nobody", "daemon"]
const outputMaxBytes = 1024 * 1024
const commandTimeoutMillis = 120_000

export interface Ran {
  readonly ok: boolean
  readonly output: string
}

/** The programs get nothing of our environment: PGDATA, PGOPTIONS and locales would change what they do. */
export const cleanEnvironment = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" }

/** Runs a program to its end as `user`, from `/`, since our own working directory may be closed to that user. */
export const run = (user: ServerUser, file: string, args: ReadonlyArray<string>): Effect.Effect<Ran> =>
  Effect.callback((resume) => {
    const finish = (error: ExecFileException | Error | null, stdout: string, stderr: string) =>
      resume(
        Effect.succeed({
          ok: error === null,
          output: `${stdout}${stderr}${error === null ? "" : `\n${error.message}`}`.trim()
        })
      )
    const options = {
      ...user,
      cwd: "/",
      env: cleanEnvironment,
      timeout: commandTimeoutMillis,
      maxBuffer: outputMaxBytes
    }
    try {
      const child = execFile(file, args, options, finish)
      return Effect.sync(() => child.kill("SIGKILL"))
    } catch (error) {
      finish(error instanceof Error ? error : new Error(String(error)), "", "")
      return undefined
    }
  })

/** Whether `user` can enter `directory`, asked of the kernel itself, so that ACLs and mounts count too. */
export const canEnter = (user: ServerUser, directory: string): Effect.Effect<boolean> =>
  Effect.map(run(user, "/bin/sh", ["-c", 'cd "$0"', directory]), ({ ok }) => ok)

const idOf = (flag: "-u" | "-g", name: string) =>
  Effect.map(run(undefined, "id", [flag, name]), ({ ok, output }) => (ok ? Number(output) : undefined))

const lookUp = Effect.fnUntraced(function* (name: string) {
  const uid = yield* idOf("-u", name)
  const gid = yield* idOf("-g", name)
  return uid === undefined || gid === undefined || uid === 0 ? undefined : { uid, gid }
})

/**
 * The server refuses to run as root. Root therefore runs it as the owner of the data that is already there, or as
 * an unprivileged user that every system has; anybody else runs it as themselves.
 */
export const find = Effect.fnUntraced(function* (existingData: string) {
  if (process.getuid?.() !== 0) return undefined
  const owner = yield* Effect.promise(() => stat(existingData).catch(() => undefined))
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  for (const name of candidates) {
    const user = yield* lookUp(name)
    if (user !== undefined) return user
  }
  return yield* new EmbeddedPostgresError({
    reason: "NoUser",
    explanation: `root may not run Postgres, and none of the users ${candidates.join(", ")} exists to run it as.`
  })
})
