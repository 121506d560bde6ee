import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { appendFileSync, truncateSync } from "node:fs"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { directory, runTandem } from "./RunTandem.ts"

const run = (url: Redacted.Redacted, ...args: ReadonlyArray<string>) =>
  Effect.promise(() => runTandem(args, { env: { DATABASE_URL: Redacted.value(url) } }))

describe("tandem backup and restore", () => {
  it.live("write a file, prove it, and bring it back with the API's keys", () =>
    Effect.gen(function* () {
      const url = yield* TestDatabase.url
      yield* run(url, "keys", "create", "--name", "the key", "--role", "admin")
      const taken = yield* run(url, "backup", "--out", directory(), "-o", "json")
      assert.strictEqual(taken.code, exitCodes.ok, taken.stderr)
      const { path, position } = JSON.parse(taken.stdout)
      assert.strictEqual(position, 0)
      const verified = yield* run(url, "backup", "verify", path)
      assert.strictEqual(verified.code, exitCodes.ok, verified.stderr)
      assert.match(verified.stdout, /position +0\n/)

      const fresh = yield* TestDatabase.emptyUrl
      const restored = yield* run(fresh, "restore", path)
      assert.strictEqual(restored.code, exitCodes.ok, restored.stderr)
      assert.include((yield* run(fresh, "keys", "list")).stdout, "the key")
      const again = yield* run(fresh, "restore", path)
      assert.strictEqual(again.code, exitCodes.failed)
      assert.match(
        again.stderr,
        /^tandem: A backup is restored into an empty database only, and this one has rows in /m
      )

      truncateSync(path, 200)
      appendFileSync(path, "more")
      const damaged = yield* run(url, "backup", "verify", path)
      assert.strictEqual(damaged.code, exitCodes.found)
      assert.match(damaged.stderr, /^tandem: The backup is damaged: /)
    }).pipe(Effect.scoped)
  )
})
