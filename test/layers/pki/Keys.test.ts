import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Result } from "effect"
import { createPublicKey, generateKeyPairSync } from "node:crypto"
import { generateKeyPair, openKey, sealKey } from "../../../src/layers/pki/Keys.ts"
import { spkiOf } from "../../../src/layers/pki/SubjectPublicKey.ts"
import { court, isHere } from "./Judge.ts"

const passphrase = Redacted.make("Zwölf Boxkämpfer")

const problemOf = (pem: string, words = passphrase) => {
  const opened = openKey(pem, words)
  return Result.isFailure(opened) ? opened.failure.reason : "opened"
}

describe("a sealed key", () => {
  it.effect("opens with its passphrase alone", () =>
    Effect.gen(function* () {
      for (const algorithm of ["ecdsa-p256", "rsa-2048"] as const) {
        const { privateKey } = yield* generateKeyPair(algorithm)
        const sealed = sealKey(privateKey, passphrase)
        const opened = Result.getOrThrow(openKey(sealed, passphrase))
        assert.isTrue(opened.equals(privateKey))
        assert.strictEqual(problemOf(sealed, Redacted.make("Zwolf Boxkampfer")), "WrongPassphrase")
        assert.notStrictEqual(sealed, sealKey(privateKey, passphrase))
      }
    })
  )

  it.effect("does not open as another key when it is damaged", () =>
    Effect.gen(function* () {
      const { privateKey } = yield* generateKeyPair("ecdsa-p256")
      const sealed = sealKey(privateKey, passphrase)
      for (const part of [0.3, 0.5, 0.6, 0.7]) {
        const at = Math.floor(sealed.length * part)
        const damaged = `${sealed.slice(0, at)}${/[A-Z]/.test(sealed[at] ?? "") ? "a" : "A"}${sealed.slice(at + 1)}`
        assert.notStrictEqual(problemOf(damaged), "opened", `at ${at}`)
      }
    })
  )

  it("is refused when it was never sealed, or is of no use to an authority", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    assert.strictEqual(problemOf(privateKey.export({ format: "pem", type: "pkcs8" }).toString()), "NotEncrypted")
    assert.strictEqual(problemOf(sealKey(generateKeyPairSync("ed25519").privateKey, passphrase)), "KeyRefused")
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 })
    assert.strictEqual(problemOf(sealKey(weak.privateKey, passphrase)), "KeyRefused")
  })

  it.effect.runIf(isHere.openssl)("is PKCS #8 that OpenSSL opens too", () =>
    Effect.gen(function* () {
      const { ask, file } = yield* court
      const { privateKey } = yield* generateKeyPair("ecdsa-p256")
      const sealed = file("key.pem", sealKey(privateKey, passphrase))
      const opened = ask("openssl", ["pkey", "-in", sealed, "-passin", `pass:${Redacted.value(passphrase)}`])
      assert.strictEqual(opened.output, privateKey.export({ format: "pem", type: "pkcs8" }))
    }).pipe(Effect.scoped)
  )
})

describe("a public key", () => {
  it("has the DER that Node would give it", () => {
    const keys = [
      generateKeyPairSync("ec", { namedCurve: "P-256" }),
      generateKeyPairSync("ec", { namedCurve: "P-384" }),
      generateKeyPairSync("rsa", { modulusLength: 2048 })
    ]
    for (const { privateKey } of keys) {
      const publicKey = createPublicKey(privateKey)
      assert.isTrue(spkiOf(publicKey).equals(publicKey.export({ format: "der", type: "spki" })))
    }
  })
})
