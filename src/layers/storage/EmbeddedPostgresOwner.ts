import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { DataDirectoryInUse, type EmbeddedPostgresError, explain } from "./EmbeddedPostgresError.ts"
import { onDisk } from "./EmbeddedPostgresPlaces.ts"

const sqliteBusy = 5

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

const holder = (file: string) =>
  Effect.promise(async () => {
    const pid = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10)
    return Number.isInteger(pid) && isAlive(pid) ? pid : undefined
  })

const openLocked = (file: string) => {
  const database = new DatabaseSync(file)
  try {
    database.exec("BEGIN EXCLUSIVE")
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const isBusy = (error: unknown) => error instanceof Error && "errcode" in error && error.errcode === sqliteBusy

/**
 * The right to use `directory`, for one process at a time, until the scope closes. The right is a lock that the kernel
 * frees when its holder dies, however it dies (SQLite's file lock, the only one that Node offers), so neither a crash
 * nor a process id that was given out again can confuse it. Yields the text that marks this holder in `owner`.
 */
export const claim = Effect.fnUntraced(function* (directory: string) {
  const file = join(directory, "owner")
  const lock = Effect.try({ try: () => openLocked(join(directory, "owner.lock")), catch: (error) => error })
  yield* Effect.acquireRelease(lock, (database) => Effect.sync(() => database.close())).pipe(
    Effect.catch((error) =>
      Effect.flatMap(holder(file), (ownerPid): Effect.Effect<never, DataDirectoryInUse | EmbeddedPostgresError> =>
        isBusy(error)
          ? Effect.fail(new DataDirectoryInUse({ dataDir: directory, ...(ownerPid === undefined ? {} : { ownerPid }) }))
          : Effect.fail(explain("PermissionDenied", `locking ${directory}`, String(error)))
      )
    )
  )
  const mark = `${process.pid} ${randomUUID()}`
  yield* onDisk("writing the owner's name", () => writeFile(file, `${mark}\n`))
  return { file, mark }
})
