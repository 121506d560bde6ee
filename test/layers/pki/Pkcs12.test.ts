import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { makePkcs12 } from "../../../src/layers/pki/Pkcs12.ts"
import { court, isHere } from "./Judge.ts"
import { issueSample, makeAuthority, pemOf } from "./SampleAuthority.ts"

const password = "Größe-42"

describe.each(["ecdsa-p256", "rsa-2048"] as const)("a PKCS #12 file with %s keys", (algorithm) => {
  const made = Effect.gen(function* () {
    const authority = yield* makeAuthority(algorithm)
    const { pem } = issueSample(authority, "client")
    const chainPem = [pemOf(authority.issuer), pemOf(authority.root)]
    const { privateKey } = authority.keys
    const file = makePkcs12({
      privateKey,
      certificatePem: pem,
      chainPem,
      password: Redacted.make(password),
      friendlyName: "client-1 at Ölfeld"
    })
    return { authority, pem, chainPem, file }
  })

  it.effect.runIf(isHere.openssl)("is read by OpenSSL: the key, the certificate, and those above it", () =>
    Effect.gen(function* () {
      const { authority, chainPem, file, pem } = yield* made
      const there = yield* court
      const args = ["pkcs12", "-in", there.file("client.p12", file), "-passin", `pass:${password}`, "-nodes"]
      const info = there.ask("openssl", [...args, "-info"])
      assert.isTrue(info.ok, info.output)
      for (const one of [
        pem,
        ...chainPem,
        authority.keys.privateKey.export({ format: "pem", type: "pkcs8" }).toString()
      ]) {
        assert.include(info.output, one)
      }
      assert.include(info.output, "MAC: sha256, Iteration 10000")
      assert.include(info.output, "PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256")
      assert.include(info.output, "friendlyName: client-1 at ")
      assert.isFalse(there.ask("openssl", [...args.slice(0, 4), "pass:another", "-nodes"]).ok)
    }).pipe(Effect.scoped)
  )

  it.effect.runIf(isHere.certtool)("is read by GnuTLS", () =>
    Effect.gen(function* () {
      const { file } = yield* made
      const there = yield* court
      const path = there.file("client.p12", file)
      const info = there.ask("certtool", ["--p12-info", "--inder", "--infile", path, "--password", password])
      assert.isTrue(info.ok, info.output)
      assert.strictEqual(info.output.split("-----BEGIN CERTIFICATE-----").length - 1, 3)
      assert.include(info.output, "PRIVATE KEY-----")
    }).pipe(Effect.scoped)
  )
})
