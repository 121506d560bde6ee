import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import fc from "fast-check"
import { readSigningRequest } from "../../../src/layers/pki/SigningRequest.ts"
import { spkiOf } from "../../../src/layers/pki/SubjectPublicKey.ts"
import type { Court } from "./Judge.ts"
import { court, isHere } from "./Judge.ts"

const problemOf = (request: string | Uint8Array) => {
  const read = readSigningRequest(request)
  return Result.isFailure(read) ? read.failure.reason : "taken"
}

interface Wanted {
  readonly key: ReadonlyArray<string>
  readonly subject?: string
  readonly more?: ReadonlyArray<string>
}

const p256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]

/** A request that OpenSSL makes, in PEM. */
const made = ({ ask, path }: Court, { key, more = [], subject = "/O=Ölfeld/OU=north/CN=client-1" }: Wanted) => {
  const names = ["-subj", subject, "-utf8", "-nodes", "-keyout", path("key.pem")]
  const { ok, output } = ask("openssl", ["req", "-new", "-batch", ...key, ...names, ...more])
  assert.isTrue(ok, output)
  const end = "-----END CERTIFICATE REQUEST-----\n"
  return output.slice(output.indexOf("-----BEGIN"), output.indexOf(end) + end.length)
}

const derOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]*-----/g, ""), "base64")

describe.runIf(isHere.openssl)("a signing request", () => {
  it.effect("made by OpenSSL is taken, with RSA and on both curves, in PEM and DER", () =>
    Effect.gen(function* () {
      const there = yield* court
      const keys = [p256, ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], ["-newkey", "rsa:2048"]]
      for (const key of keys) {
        const hosts = "subjectAltName=DNS:gw.example.com,DNS:*.gw.example.com,IP:192.0.2.1,IP:2001:db8::1"
        const pem = made(there, { key, more: ["-addext", hosts, "-addext", "basicConstraints=critical,CA:TRUE"] })
        for (const request of [pem, derOf(pem), pem.replaceAll("\n", "\r\n"), `a comment\n${pem}`]) {
          const read = Result.getOrThrow(readSigningRequest(request))
          assert.deepStrictEqual(
            { ...read, publicKey: undefined },
            {
              publicKey: undefined,
              commonName: "client-1",
              organizationalUnit: "north",
              dnsNames: ["gw.example.com", "*.gw.example.com"],
              ipAddresses: ["192.0.2.1", "2001:db8::1"]
            }
          )
          const { publicKey } = read
          assert.isTrue(spkiOf(publicKey).equals(publicKey.export({ format: "der", type: "spki" })))
        }
      }
      const bare = Result.getOrThrow(readSigningRequest(made(there, { key: p256, subject: "/CN=client-1" })))
      assert.deepStrictEqual([bare.organizationalUnit, bare.dnsNames, bare.ipAddresses], [null, [], []])
    }).pipe(Effect.scoped)
  )

  it.effect("is refused for a key that is weak, or of another kind", () =>
    Effect.gen(function* () {
      const there = yield* court
      const by = (key: ReadonlyArray<string>, more: ReadonlyArray<string> = []) => problemOf(made(there, { key, more }))
      assert.strictEqual(by(["-newkey", "rsa:1024"]), "KeyWeak")
      assert.strictEqual(by(["-newkey", "rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:3"]), "KeyWeak")
      assert.strictEqual(by(["-newkey", "ed25519"]), "KeyUnsupported")
      assert.strictEqual(by(["-newkey", "ed448"]), "KeyUnsupported")
      assert.strictEqual(by(["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"]), "KeyUnsupported")
      for (const curve of ["secp256k1", "P-521", "P-224"]) {
        assert.strictEqual(by(["-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${curve}`]), "KeyUnsupported", curve)
      }
      const explicit = ["-pkeyopt", "ec_param_enc:explicit"]
      assert.strictEqual(by([...p256, ...explicit]), "KeyUnsupported")
      assert.strictEqual(by(["-newkey", "rsa:2048"], ["-sha1"]), "AlgorithmUnsupported")
      assert.strictEqual(by(p256, ["-sha1"]), "AlgorithmUnsupported")
      assert.strictEqual(by(["-newkey", "rsa:2048"], ["-sigopt", "rsa_padding_mode:pss"]), "AlgorithmUnsupported")
    }).pipe(Effect.scoped)
  )

  it.effect("is refused for names that cannot be read, or should not be shown", () =>
    Effect.gen(function* () {
      const there = yield* court
      const named = (subject: string) => problemOf(made(there, { key: p256, subject }))
      const asking = (names: string) =>
        problemOf(made(there, { key: p256, more: ["-addext", `subjectAltName=${names}`] }))
      assert.strictEqual(named("/O=nobody"), "NameUnreadable")
      assert.strictEqual(named("/CN=one/CN=two"), "NameUnreadable")
      assert.strictEqual(named("/CN=client\u202e1"), "NameUnreadable")
      assert.strictEqual(named("/CN=client-1/OU=north\nsouth"), "NameUnreadable")
      assert.strictEqual(asking("email:someone@example.com"), "NameUnreadable")
      assert.strictEqual(asking("DNS:a.example.com,URI:https://a.example.com"), "NameUnreadable")
      assert.strictEqual(asking("DNS:not a host"), "NameUnreadable")
      const many = Array.from({ length: 101 }, (_, n) => `DNS:h${n}.example.com`).join(",")
      assert.strictEqual(asking(many), "NameUnreadable")
    }).pipe(Effect.scoped)
  )

  it.effect("is refused when it is damaged, wherever that is", () =>
    Effect.gen(function* () {
      const there = yield* court
      const pem = made(there, { key: p256, more: ["-addext", "subjectAltName=DNS:gw.example.com"] })
      const der = derOf(pem)
      assert.strictEqual(problemOf("junk"), "Malformed")
      assert.strictEqual(problemOf(""), "Malformed")
      assert.strictEqual(problemOf(pem + pem), "Malformed")
      assert.strictEqual(problemOf(pem.replaceAll("CERTIFICATE REQUEST", "CERTIFICATE")), "Malformed")
      assert.strictEqual(problemOf(Buffer.concat([der, Buffer.of(0)])), "TrailingBytes")
      assert.strictEqual(problemOf(Buffer.alloc(16_385, 0x30)), "TooLarge")
      assert.strictEqual(problemOf(`${" ".repeat(16_384)}${pem}`), "TooLarge")
      assert.strictEqual(problemOf(Buffer.alloc(0x3e80, Buffer.from("30823e7c", "hex"))), "Malformed")
      for (let length = 1; length < der.length; length++) {
        assert.include(["Truncated", "Malformed"], problemOf(der.subarray(0, length)))
      }
      assert.strictEqual(problemOf(der.subarray(0, der.length - 1)), "Truncated")
      // The signature covers all of it: no bit can be changed without notice, not even in how the same is written.
      fc.assert(
        fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const changed = Buffer.from(der)
          changed[at] = (changed[at] ?? 0) ^ change
          assert.notStrictEqual(problemOf(changed), "taken")
        }),
        { numRuns: 1000 }
      )
      const wrongName = Buffer.from(der)
      wrongName.write("client-2", wrongName.indexOf("client-1"))
      assert.strictEqual(problemOf(wrongName), "BadSignature")
    }).pipe(Effect.scoped)
  )
})

describe("random bytes", () => {
  it("are no signing request, and do no harm", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.notStrictEqual(problemOf(bytes), "taken")
        assert.notStrictEqual(
          problemOf(Buffer.concat([Buffer.of(0x30, 0x82, bytes.length >> 8, bytes.length & 255), bytes])),
          "taken"
        )
      })
    )
  })
})
