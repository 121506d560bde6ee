import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { explain } from "../../../src/layers/storage/EmbeddedPostgresError.ts"
import * as Home from "../../../src/layers/storage/EmbeddedPostgresHome.ts"

const asRoot = process.getuid?.() === 0

/** A directory that only we may enter, as a home directory of root is. */
const closed = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "tandem-closed-"))),
  (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
)

const opened = (dataDir: string) =>
  Effect.scoped(
    Effect.tap(Home.open(dataDir), ({ root }) =>
      root.startsWith(dataDir)
        ? Effect.void
        : Effect.addFinalizer(() => Effect.promise(() => rm(root, { recursive: true, force: true })))
    )
  )

const present = (path: string) =>
  Effect.promise(() =>
    stat(path).then(
      () => true,
      () => false
    )
  )

describe("the home of the embedded server", () => {
  it.live("lies in the data directory when the server's user can reach it", () =>
    Effect.gen(function* () {
      const dataDir = yield* closed
      yield* Effect.promise(() => chmod(dataDir, 0o711))
      const { root, user } = yield* opened(dataDir)
      assert.strictEqual(root, join(dataDir, "postgres"))
      assert.strictEqual(user === undefined, !asRoot)
    }).pipe(Effect.scoped)
  )

  it.live.skipIf(!asRoot)("run by root: lies elsewhere when it cannot, and is found again", () =>
    Effect.gen(function* () {
      const parent = yield* closed
      const dataDir = join(parent, ".tandem")
      const moved = join(parent, "moved")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const first = yield* Effect.scoped(Home.open(dataDir))
          yield* Effect.addFinalizer(() => Effect.promise(() => rm(first.root, { recursive: true, force: true })))
          assert.isFalse(first.root.startsWith(parent))
          assert.strictEqual((yield* Effect.scoped(Home.open(dataDir))).root, first.root)
          yield* Effect.promise(() => rename(dataDir, moved))
          assert.strictEqual((yield* Effect.scoped(Home.open(moved))).root, first.root)
        })
      )
    }).pipe(Effect.scoped)
  )

  it.live.skipIf(!asRoot)(
    "run by root: begins afresh when the data directory was deleted, and keeps one older generation",
    () =>
      Effect.gen(function* () {
        const dataDir = join(yield* closed, ".tandem")
        const { data, root } = yield* Effect.scoped(Home.open(dataDir))
        yield* Effect.addFinalizer(() => Effect.promise(() => rm(root, { recursive: true, force: true })))
        for (const generation of ["first", "second"]) {
          yield* Effect.promise(async () => {
            await mkdir(data)
            await writeFile(join(data, generation), "")
            await rm(dataDir, { recursive: true })
          })
          assert.strictEqual((yield* Effect.scoped(Home.open(dataDir))).root, root)
          assert.isFalse(yield* present(data))
          assert.isTrue(yield* present(join(`${data}.previous`, generation)))
        }
      }).pipe(Effect.scoped)
  )

  it.live("one owner at a time, also within one process", () =>
    Effect.gen(function* () {
      const dataDir = yield* closed
      yield* Effect.promise(() => chmod(dataDir, 0o711))
      yield* Home.open(dataDir)
      const refusal = yield* Effect.flip(Home.open(dataDir))
      assert.strictEqual(refusal._tag, "DataDirectoryInUse")
      assert.include(refusal.message, `process ${process.pid}`)
    }).pipe(Effect.scoped)
  )
})

describe("what went wrong with the embedded server", () => {
  const cases: ReadonlyArray<readonly [said: string, reason: string]> = [
    ["could not write to file: No space left on device", "NoSpace"],
    ["Error: ENOSPC: no space left on device, write", "NoSpace"],
    ["Error: EACCES: permission denied, open '/x'", "PermissionDenied"],
    ["data directory has wrong ownership", "PermissionDenied"],
    ["could not bind IPv4 address: Address already in use", "PortTaken"],
    ["FATAL: pre-existing shared memory block (key 1) is still in use", "MemoryStillInUse"],
    ["something nobody foresaw", "StartFailed"]
  ]
  it.each(cases)("%s is %s", (said, reason) => {
    const error = explain("StartFailed", "starting the server", said)
    assert.strictEqual(error.reason, reason)
    assert.include(error.message, said)
  })
})
