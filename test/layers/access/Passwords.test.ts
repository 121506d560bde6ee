import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import fc from "fast-check"
import { formatPasswordHash, parsePasswordHash } from "../../../src/layers/access/PasswordHash.ts"
import { Passwords } from "../../../src/layers/access/Passwords.ts"

const cost = { memoryKib: 64, passes: 1, parallelism: 1 }

describe("the form of a hash", () => {
  it("says the same again", () => {
    const bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max })
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 262_144 }),
        fc.integer({ min: 1, max: 16 }),
        bytes(8, 64),
        bytes(16, 64),
        (memoryKib, passes, salt, tag) => {
          const text = formatPasswordHash({ cost: { memoryKib, passes, parallelism: 1 }, salt, tag })
          const again = Option.map(parsePasswordHash(text), formatPasswordHash)
          assert.deepStrictEqual(again, Option.some(text))
        }
      )
    )
  })

  it("is nothing else", () => {
    const good = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    assert.isTrue(Option.isSome(parsePasswordHash(good)))
    const bad = ["argon2i", "v=16", "m=999999", "m=0", "t=0", "t=99", "p=0"]
    const changed = [
      good.replace("argon2id", "argon2i"),
      good.replace("v=19", "v=16"),
      good.replace("m=19456", "m=999999"),
      good.replace("m=19456", "m=0"),
      good.replace("t=2", "t=0"),
      good.replace("t=2", "t=99"),
      good.replace("p=1", "p=0")
    ]
    for (const [index, text] of changed.entries()) assert.isTrue(Option.isNone(parsePasswordHash(text)), bad[index])
  })
})

layer(Passwords.layerWith(cost), { excludeTestServices: true })("passwords", (it) => {
  it.effect("match their own hash, and no two hashes are alike", () =>
    Effect.gen(function* () {
      const passwords = yield* Passwords
      const word = Redacted.make("nine wet otters")
      const [one, other] = [yield* passwords.hash(word), yield* passwords.hash(word)]
      assert.notStrictEqual(one, other)
      for (const hash of [one, other]) {
        assert.deepStrictEqual(yield* passwords.verify(word, hash), { matches: true, isOutdated: false })
        assert.isFalse((yield* passwords.verify(Redacted.make("nine wet otter"), hash)).matches)
      }
      assert.isFalse((yield* passwords.verify(word, null)).matches)
    })
  )

  it.effect("are the same however a keyboard composes them, and are not cut", () =>
    Effect.gen(function* () {
      const passwords = yield* Passwords
      const hash = yield* passwords.hash(Redacted.make("caf\u00e9 caf\u00e9"))
      assert.isTrue((yield* passwords.verify(Redacted.make("cafe\u0301 cafe\u0301"), hash)).matches)
      const long = "x".repeat(256)
      const hashOfLong = yield* passwords.hash(Redacted.make(long))
      assert.isTrue((yield* passwords.verify(Redacted.make(long), hashOfLong)).matches)
      assert.isFalse((yield* passwords.verify(Redacted.make(`${long}y`), hashOfLong)).matches)
      assert.isFalse((yield* passwords.verify(Redacted.make("x".repeat(255)), hashOfLong)).matches)
    })
  )

  it.effect("agree with what the reference implementation made (RFC 9106)", () =>
    Effect.gen(function* () {
      const passwords = yield* Passwords
      // argon2 of the phc-winner-argon2 test suite: version 19, 256 KiB, two rounds, one lane.
      const hash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
      assert.deepStrictEqual(yield* passwords.verify(Redacted.make("password"), hash), {
        matches: true,
        isOutdated: true
      })
    })
  )

  it.effect("wait for their turn, and are refused when too many wait", () =>
    Effect.gen(function* () {
      const passwords = yield* Passwords
      const results = yield* Effect.all(
        Array.from({ length: 100 }, () => Effect.result(passwords.hash(Redacted.make("nine wet otters")))),
        { concurrency: "unbounded" }
      )
      const refused = results.filter(({ _tag }) => _tag === "Failure")
      assert.strictEqual(refused.length, 100 - 66)
      assert.match(yield* passwords.hash(Redacted.make("again")), /^\$argon2id\$/)
    })
  )
})
