import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { MessageRows } from "../../src/layers/storage/MessageRows.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { sealed, vaultServer, vaultToken } from "../fixtures/VaultServer.ts"
import { accept, message, nodeOf } from "../layers/storage/messages/SampleMessages.ts"
import { directory, runTandem } from "./RunTandem.ts"

describe("tandem keys wrap and unwrap", () => {
  it.live("bring the file over to Vault and back, and lose no key", () =>
    Effect.gen(function* () {
      const vault = yield* vaultServer
      const url = yield* TestDatabase.url
      const dir = directory()
      const keyFile = join(dir, "keys.json")
      const tokenFile = join(dir, "token")
      writeFileSync(tokenFile, `${vaultToken}\n`)
      const plain = { DATABASE_URL: Redacted.value(url), MESSAGE_KEY_FILE: keyFile }
      const wrapped = { ...plain, MESSAGE_KEY_KMS: "vault", VAULT_ADDR: vault.url, VAULT_TOKEN_FILE: tokenFile }
      const run = (env: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
        Effect.promise(() => runTandem(["keys", ...args], { env }))
      const onNode = Effect.provide(Layer.fresh(nodeOf(keyFile).pipe(Layer.provideMerge(Database.layerUrl(url)))), {
        local: true
      })
      const [sent] = yield* accept(message()).pipe(onNode)
      const before = readFileSync(keyFile, "utf8")
      const keys: ReadonlyArray<string> = before.match(/[A-Za-z0-9+/]{43}=/g) ?? []
      assert.lengthOf(keys, 2)

      const unnamed = yield* run(plain, "wrap")
      assert.deepStrictEqual(
        [unnamed.code, unnamed.stderr],
        [exitCodes.failed, "tandem: MESSAGE_KEY_KMS names no service that could wrap the keys\n"]
      )
      vault.fail("nonsense")
      assert.strictEqual((yield* run(wrapped, "wrap")).code, exitCodes.failed)
      assert.strictEqual(readFileSync(keyFile, "utf8"), before)
      vault.fail("none")

      const done = yield* run(wrapped, "wrap")
      assert.strictEqual(done.code, exitCodes.ok, done.stderr)
      for (const key of keys) assert.notInclude(readFileSync(keyFile, "utf8"), key)
      const strange = yield* run(plain, "rotate")
      assert.strictEqual(strange.code, exitCodes.failed)
      assert.match(strange.stderr, /wrapped by vault:transit\/tandem-messages, and MESSAGE_KEY_KMS names no service/)

      const rotated = yield* run(wrapped, "rotate", "--wait", "-o", "json")
      assert.strictEqual(rotated.code, exitCodes.ok, rotated.stderr)
      assert.deepInclude(JSON.parse(rotated.stdout), { current: 2, total: 1, remaining: 0 })
      const two = readFileSync(keyFile, "utf8")
      vault.fail(sealed)
      const refused = yield* run(wrapped, "rotate")
      assert.match(refused.stderr, /Vault: it is sealed/)
      assert.strictEqual(readFileSync(keyFile, "utf8"), two)
      vault.fail("none")
      const anew = yield* run(wrapped, "wrap")
      assert.match(anew.stderr, /has 2 keys, wrapped by vault:transit\/tandem-messages/)
      assert.notStrictEqual(readFileSync(keyFile, "utf8"), two)

      const back = yield* run(wrapped, "unwrap")
      assert.strictEqual(back.code, exitCodes.ok, back.stderr)
      for (const key of keys) assert.include(readFileSync(keyFile, "utf8"), key)
      const read = yield* Effect.flatMap(MessageRows, (rows) => rows.readBody(sent?.messageId ?? "")).pipe(onNode)
      assert.strictEqual(Option.getOrThrow(read).body, message().body)
    }).pipe(Effect.scoped)
  )
})
