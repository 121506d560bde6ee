import { Effect } from "effect"
import { createHash } from "node:crypto"
import { open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { pipeline } from "node:stream/promises"
import { createGzip } from "node:zlib"
import { errorDetail } from "./ErrorDetail.ts"
import { BackupFileError } from "./BackupErrors.ts"

const attempt = <A>(act: () => Promise<A>) =>
  Effect.tryPromise({ try: act, catch: (error) => new BackupFileError({ detail: errorDetail(error) }) })

const syncDirectory = async (path: string) => {
  const directory = await open(path, "r")
  await directory.sync().finally(() => directory.close())
}

/** A backup under way, beside its place; what was not finished is removed when the scope closes. */
export const createBackupFile = Effect.fnUntraced(function* (path: string) {
  const unfinished = `${path}.new`
  // Holds secrets of subscriptions and what customers sent.
  const file = yield* Effect.acquireRelease(
    attempt(() => open(unfinished, "wx", 0o600)),
    (handle) => Effect.ignore(attempt(() => handle.close().finally(() => rm(unfinished, { force: true }))))
  )
  const gzip = createGzip()
  const digest = createHash("sha256")
  const written = pipeline(gzip, async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) await file.writeFile(chunk)
  })
  // Whoever writes or finishes is told.
  written.catch(() => {})
  yield* Effect.addFinalizer(() => Effect.sync(() => gzip.destroy()))

  const put = (text: string) =>
    attempt(() =>
      Promise.race([
        written,
        new Promise<void>((resolve, reject) => gzip.write(text, (error) => (error ? reject(error) : resolve())))
      ])
    )

  return {
    /** Waits until there is room for more. */
    write: (text: string) =>
      Effect.andThen(
        Effect.sync(() => digest.update(text)),
        put(text)
      ),
    /** Ends the file and puts it in its place, durably; gives its size. */
    finish: Effect.gen(function* () {
      yield* put(`${JSON.stringify({ sha256: digest.digest("hex") })}\n`)
      return yield* attempt(async () => {
        gzip.end()
        await written
        await file.sync()
        const { size } = await file.stat()
        await rename(unfinished, path)
        await syncDirectory(dirname(path))
        return size
      })
    })
  }
})
