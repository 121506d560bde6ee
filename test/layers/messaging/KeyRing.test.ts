import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { createKeyFile, readKeyFile, replaceKeyFile, withNewKey } from "../../../src/layers/messaging/KeyFile.ts"
import { KeyRing } from "../../../src/layers/messaging/KeyRing.ts"
import { directory, keyFileIn, ringOf } from "./TestKeys.ts"

const inFile = <A, E>(use: (file: string) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(directory, (path) => use(keyFileIn(path))))

const nodeOf = (file: string) =>
  Effect.map(Layer.build(ringOf(file)), (context) => KeyRing.pipe(Effect.provide(context)))

const rotate = Effect.fnUntraced(function* (file: string, version: number) {
  const { content } = Option.getOrThrow(yield* readKeyFile(file))
  yield* replaceKeyFile(file, yield* withNewKey(content, version))
})

describe("the key ring", () => {
  it.live("makes its file at the first use, for its owner alone, and once for all nodes", () =>
    inFile((file) =>
      Effect.gen(function* () {
        const rings = yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], () => Effect.flatten(nodeOf(file)))
        assert.isFalse(Option.isSome(yield* readKeyFile(file)))
        const keys = yield* Effect.forEach(rings, ({ current }) => current, { concurrency: "unbounded" })
        const senderKeys = yield* Effect.forEach(rings, ({ senderKey }) => senderKey)
        for (const [index, { secret, version }] of keys.entries()) {
          assert.strictEqual(version, 1)
          assert.isTrue(keys[0]?.secret.equals(secret))
          assert.isTrue(senderKeys[0]?.equals(senderKeys[index] ?? secret))
          assert.isFalse(senderKeys[0]?.equals(secret))
        }
        assert.strictEqual((yield* Effect.promise(() => stat(file))).mode & 0o777, 0o600)
        assert.lengthOf(yield* Effect.promise(() => readdir(dirname(file))), 1)
      }).pipe(Effect.scoped)
    )
  )

  it.live("refuses a file that others can read, and one that is damaged, and tells nothing that is in it", () =>
    inFile((file) =>
      Effect.gen(function* () {
        yield* createKeyFile(file)
        const text = yield* Effect.promise(() => readFile(file, "utf8"))
        const refusal = Effect.flip(Effect.scoped(Layer.build(ringOf(file))))
        yield* Effect.promise(() => chmod(file, 0o604))
        const open = yield* refusal
        assert.strictEqual(open._tag, "MessageKeysUnusable")
        assert.include(String(open), "can be read by others")
        yield* Effect.promise(() => chmod(file, 0o600))
        for (const damaged of ["", text.slice(0, -20), text.replace('"current": 1', '"current": 2'), "[]"]) {
          yield* Effect.promise(() => writeFile(file, damaged))
          const error = yield* refusal
          assert.strictEqual(error._tag, "MessageKeysUnusable")
          for (const secret of text.match(/[A-Za-z0-9+/]{30,}/g) ?? []) assert.notInclude(String(error), secret)
        }
        yield* Effect.promise(() => writeFile(file, text))
        yield* Effect.scoped(Layer.build(ringOf(file)))
      })
    )
  )

  it.live("notices a new key within two seconds, and at once when a message names it", () =>
    inFile((file) =>
      Effect.gen(function* () {
        const ring = yield* Effect.flatten(nodeOf(file))
        const first = yield* ring.current
        yield* rotate(file, 2)
        const second = yield* ring.key(2)
        assert.strictEqual((yield* ring.current).version, 2)
        assert.isFalse(second.secret.equals(first.secret))
        assert.isTrue((yield* ring.key(1)).secret.equals(first.secret))
        assert.deepStrictEqual(yield* ring.versions, [1, 2])
        assert.strictEqual((yield* Effect.flip(ring.key(9)))._tag, "KeyVersionUnknown")
        yield* rotate(file, 3)
        yield* ring.current.pipe(Effect.repeat({ until: ({ version }) => version === 3 }), Effect.timeout("3 seconds"))
      }).pipe(Effect.scoped)
    )
  )

  it.live("keeps the keys that it has when the file is gone or holds others, and makes none in their place", () =>
    inFile((file) =>
      Effect.gen(function* () {
        const ring = yield* Effect.flatten(nodeOf(file))
        const first = yield* ring.current
        yield* Effect.promise(() => rm(file))
        assert.strictEqual((yield* Effect.flip(ring.refresh))._tag, "MessageKeysUnusable")
        assert.isFalse(Option.isSome(yield* readKeyFile(file)))
        yield* createKeyFile(file)
        assert.include(String(yield* Effect.flip(ring.refresh)), "another key for senders")
        assert.isTrue((yield* ring.current).secret.equals(first.secret))
      }).pipe(Effect.scoped)
    )
  )
})
