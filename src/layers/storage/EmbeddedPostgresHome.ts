import { Effect } from "effect"
import { createHash } from "node:crypto"
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import * as Owner from "./EmbeddedPostgresOwner.ts"
import { onDisk, publicPlace } from "./EmbeddedPostgresPlaces.ts"
import * as Postmaster from "./EmbeddedPostgresPostmaster.ts"
import { canEnter, find, type ServerUser } from "./EmbeddedPostgresUser.ts"

/**
 * Where the server lives: `root` holds `data` (the cluster), `password`, `server.log` and the owner's lock. It is
 * `<dataDir>/postgres`, unless the server's user cannot get there.
 */
export interface Home {
  readonly root: string
  readonly data: string
  readonly user: ServerUser
  readonly owner: { readonly file: string; readonly mark: string }
}

const exists = (path: string) =>
  Effect.promise(() =>
    stat(path).then(
      () => true,
      () => false
    )
  )

const makeDirectory = (path: string, mode: number) =>
  onDisk(`making ${path}`, async () => {
    await mkdir(path, { recursive: true })
    await chmod(path, mode)
    return realpath(path)
  })

/**
 * Data left in the place that is derived from `dataDir`, though `dataDir` does not know of it: somebody deleted
 * `dataDir` to begin afresh. One such generation is kept, in case that was a mistake.
 */
const setAside = Effect.fnUntraced(function* (data: string) {
  const orphan = yield* Postmaster.findAlive(data)
  if (orphan !== undefined) yield* Postmaster.stop(data, orphan.pid)
  yield* onDisk(`setting aside ${data}`, async () => {
    await rm(`${data}.previous`, { recursive: true, force: true })
    await rename(data, `${data}.previous`)
  })
})

/** Takes possession of the server's home in `dataDir`, making it first when it is not there. */
export const open = Effect.fnUntraced(function* (dataDir: string) {
  yield* onDisk(`making ${dataDir}`, () => mkdir(dataDir, { recursive: true }))
  const inside = yield* makeDirectory(join(dataDir, "postgres"), process.getuid?.() === 0 ? 0o711 : 0o700)
  const owner = yield* Owner.claim(inside)
  const elsewhere = join(inside, "location")
  const recorded = (yield* Effect.promise(() => readFile(elsewhere, "utf8").catch(() => ""))).trim()
  const known = recorded === "" ? inside : recorded
  const user = yield* find(join(known, "data"))

  if (recorded === "" && ((yield* exists(join(inside, "data"))) || (yield* canEnter(user, inside)))) {
    if (!(yield* canEnter(user, inside))) {
      return yield* new EmbeddedPostgresError({
        reason: "PermissionDenied",
        explanation: `the user ${user?.uid} that owns ${inside}/data cannot reach it; open the directories above it.`
      })
    }
    return { root: inside, data: join(inside, "data"), user, owner } satisfies Home
  }

  const hash = createHash("sha256").update(inside).digest("hex").slice(0, 16)
  const root = yield* makeDirectory(
    recorded === "" ? join(yield* publicPlace(user, inside), `data-${hash}`) : recorded,
    0o711
  )
  const data = join(root, "data")
  const ownerElsewhere = yield* Owner.claim(root)
  if (recorded === "") {
    if (yield* exists(data)) yield* setAside(data)
    yield* Effect.logInfo(`Keeping the database's files in ${root}, since their user cannot reach ${basename(dataDir)}`)
    yield* onDisk("recording where the data is", () => writeFile(elsewhere, `${root}\n`))
  }
  return { root, data, user, owner: ownerElsewhere } satisfies Home
})
