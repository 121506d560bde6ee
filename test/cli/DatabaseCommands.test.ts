import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { runTandem } from "./RunTandem.ts"

const run = (url: Redacted.Redacted, ...args: ReadonlyArray<string>) =>
  Effect.promise(() => runTandem(args, { env: { DATABASE_URL: Redacted.value(url) } }))

describe("the commands that work on the database", () => {
  it.live(
    "migrate once, and --check says what is pending by its exit code",
    Effect.fnUntraced(function* () {
      const url = yield* TestDatabase.emptyUrl
      const early = yield* run(url, "keys", "create", "--name", "n", "--role", "admin")
      assert.strictEqual(early.code, exitCodes.failed)
      assert.match(early.stderr, /^tandem: the database lacks \d+ migrations; run `tandem migrate` first\n$/)
      const before = yield* run(url, "migrate", "--check", "-o", "json")
      assert.strictEqual(before.code, exitCodes.found)
      assert.include(JSON.parse(before.stdout)[0].migration, "0001_")
      assert.match(before.stderr, /^tandem: \d+ pending\n$/)

      const migrated = yield* run(url, "migrate")
      assert.strictEqual(migrated.code, exitCodes.ok)
      assert.match(migrated.stdout, /^MIGRATION\n0001_/)
      const after = yield* run(url, "migrate", "--check")
      assert.deepStrictEqual([after.code, after.stdout.trim()], [exitCodes.ok, "MIGRATION"])
    })
  )

  it.live(
    "verify finds a row that somebody changed by hand",
    Effect.fnUntraced(function* () {
      const url = yield* TestDatabase.url
      const sound = yield* run(url, "audit", "verify")
      assert.strictEqual(sound.code, exitCodes.ok)
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`INSERT INTO journal_events
          (position, entity_type, entity_id, version, event_type, payload, occurred_at, hash)
          VALUES (1, 'Order', '1', 1, 'OrderReceived', '{}', now(), 'made up')`
      }).pipe(Effect.provide(PgClient.layer({ url })))
      const { code, stderr, stdout } = yield* run(url, "audit", "verify")
      assert.strictEqual(code, exitCodes.found)
      assert.match(stdout, /^FINDING\nOrder 1: version 1 \(position 1\) was changed/)
      assert.match(stderr, /the journal is not as it was written/)
    })
  )

  it("say when there is no database at DATABASE_URL", async () => {
    const { code, stderr } = await runTandem(["keys", "list"], {
      env: { DATABASE_URL: "postgres://u:w@127.0.0.1:9/d" }
    })
    assert.strictEqual(code, exitCodes.unreachable)
    assert.match(stderr, /^tandem: the database cannot be used: .*ECONNREFUSED/)
    assert.notInclude(stderr, ":w@")
  })
})
