import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Layer, Option } from "effect"
import { readFile, writeFile } from "node:fs/promises"
import { createKeyFile, readKeyFile, replaceKeyFile, withNewKey } from "../../../src/layers/messaging/KeyFile.ts"
import * as KeyManagement from "../../../src/layers/messaging/KeyManagement.ts"
import { KeyRing } from "../../../src/layers/messaging/KeyRing.ts"
import { KeyWrapping } from "../../../src/layers/messaging/KeyWrapping.ts"
import { openKeys, sealKeys } from "../../../src/layers/messaging/SealedKeys.ts"
import { sealed, vaultServer, vaultToken } from "../../fixtures/VaultServer.ts"
import { directory, keyFileIn } from "./TestKeys.ts"

type Settings = Readonly<Record<string, string>>

/** A Vault, a place for the file, and nodes that use both. */
const world = Effect.gen(function* () {
  const vault = yield* vaultServer
  const file = keyFileIn(yield* directory)
  const configured = (more: Settings) =>
    ConfigProvider.layer(ConfigProvider.fromUnknown({ MESSAGE_KEY_FILE: file, ...more }))
  const node = (settings: Settings = vault.settings) =>
    Effect.map(Layer.build(Layer.fresh(KeyRing.layer).pipe(Layer.provide(configured(settings)))), (context) =>
      KeyRing.pipe(Effect.provide(context))
    ).pipe(Effect.flatten)
  const refusal = (settings?: Settings) => Effect.map(Effect.flip(Effect.scoped(node(settings))), String)
  const management = yield* Layer.build(
    KeyManagement.layer.pipe(Layer.provide(configured(vault.settings)), Layer.fresh)
  )
  const wrapping = Context.get(management, KeyWrapping)
  const text = Effect.promise(() => readFile(file, "utf8"))
  const change = (by: (content: string) => string) =>
    Effect.flatMap(text, (content) => Effect.promise(() => writeFile(file, by(content))))
  /** As another node would add a key. */
  const rotate = Effect.gen(function* () {
    const { content } = Option.getOrThrow(yield* readKeyFile(file))
    const next = yield* withNewKey(yield* openKeys(wrapping, file, content, "once"), content.current + 1)
    yield* replaceKeyFile(file, yield* sealKeys(wrapping, file, next))
  })
  return { vault, file, node, refusal, text, change, rotate }
})

describe("keys that Vault wraps", () => {
  it.live("lie in the file wrapped alone, and every node has the same", () =>
    Effect.gen(function* () {
      const { node, rotate, text } = yield* world
      const one = yield* node()
      const first = yield* one.current
      yield* rotate
      const other = yield* node()
      assert.strictEqual((yield* other.current).version, 2)
      assert.isTrue((yield* other.key(1)).secret.equals(first.secret))
      assert.isTrue((yield* other.senderKey).equals(yield* one.senderKey))
      assert.isTrue((yield* one.key(2)).secret.equals((yield* other.current).secret))
      const content = yield* text
      for (const key of [first.secret, (yield* other.current).secret, yield* one.senderKey]) {
        assert.notInclude(content, key.export().toString("base64"))
      }
      assert.strictEqual(content.match(/"vault:v1:/g)?.length, 3)
    }).pipe(Effect.scoped)
  )

  it.live("are in memory: while Vault is away, only a new key is missed", () =>
    Effect.gen(function* () {
      const { node, rotate, vault } = yield* world
      const ring = yield* node()
      const first = yield* ring.current
      yield* rotate
      vault.fail(sealed)
      const missed = yield* Effect.flip(ring.key(2))
      assert.include(String(missed), "Vault is sealed")
      const asked = vault.requests()
      yield* Effect.forEach(Array.from({ length: 50 }), () => Effect.flip(ring.key(2)), { concurrency: "unbounded" })
      assert.isAtMost(vault.requests() - asked, 8)
      assert.isTrue((yield* ring.current).secret.equals(first.secret))
      assert.isTrue((yield* ring.key(1)).secret.equals(first.secret))
      vault.fail("none")
      yield* ring.current.pipe(Effect.repeat({ until: ({ version }) => version === 2 }), Effect.timeout("5 seconds"))
    }).pipe(Effect.scoped)
  )

  it.live("are waited for at the start, but not for ever, and a refusal is told at once", () =>
    Effect.gen(function* () {
      const { node, refusal, vault } = yield* world
      yield* Effect.scoped(Effect.flatMap(node(), ({ current }) => current))
      vault.fail(sealed, "silence", { status: 500, errors: [] }, "none")
      yield* Effect.scoped(node())

      vault.fail(sealed)
      assert.match(yield* refusal(), /cannot be unwrapped.* Vault: it is sealed, or being maintained \(503\)/)
      vault.fail({ status: 403, errors: ["permission denied"] })
      const before = vault.requests()
      const forbidden = yield* refusal()
      assert.match(
        forbidden,
        /the token is not valid, or its policy does not let it decrypt with transit\/tandem-messages/
      )
      assert.notInclude(forbidden, vaultToken)
      assert.isAtMost(vault.requests() - before, 2)
      vault.fail("nonsense")
      assert.match(yield* refusal(), /its answer to decrypt is not as documented/)
      vault.fail("none")
      assert.match(
        yield* refusal({ ...vault.settings, VAULT_TRANSIT_MOUNT: "elsewhere" }),
        /the settings name vault:elsewhere/
      )
      assert.match(
        yield* refusal({ MESSAGE_KEY_KMS: "vault", VAULT_ADDR: vault.url }),
        /VAULT_TOKEN or VAULT_TOKEN_FILE is missing/
      )
    }).pipe(Effect.scoped)
  )

  it.live("are bound to their version, and are not mixed with others", () =>
    Effect.gen(function* () {
      const { change, node, refusal, rotate, text } = yield* world
      yield* Effect.scoped(Effect.flatMap(node(), ({ current }) => current))
      yield* rotate
      const whole = yield* text
      const [one, two] = [...whole.matchAll(/"key": "(.*)"/g)].map(([, key]) => key ?? "")
      yield* change((content) =>
        content
          .replace(one ?? "", "-")
          .replace(two ?? "", one ?? "")
          .replace('"-"', `"${two}"`)
      )
      assert.match(yield* refusal(), /refuses to decrypt .*authentication failed/)
      yield* change(() => whole.replace(two ?? "", Buffer.alloc(32).toString("base64")))
      assert.match(yield* refusal(), /mixes wrapped keys with others/)
      yield* change(() => whole.replace(/"wrappedBy".*\n/, ""))
      assert.match(yield* refusal(), /mixes wrapped keys with others/)
      yield* change(() => whole)
      assert.match(
        yield* refusal({}),
        /wrapped by vault:transit\/tandem-messages, and MESSAGE_KEY_KMS names no service/
      )
      yield* Effect.scoped(node())
    }).pipe(Effect.scoped)
  )

  it.live("are asked for: a file with plain ones is not taken", () =>
    Effect.gen(function* () {
      const { file, refusal } = yield* world
      yield* createKeyFile(file)
      assert.match(yield* refusal(), /has its keys as they are.*run `tandem keys wrap`/)
    }).pipe(Effect.scoped)
  )
})
