import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { newSerial } from "../../../src/layers/pki/Certificates.ts"
import { makeRevocationList } from "../../../src/layers/pki/RevocationList.ts"
import { RevocationReason } from "../../../src/domain/pki/RevocationReason.ts"
import { court, isHere } from "./Judge.ts"
import { dayMillis, issueSample, makeAuthority, now, pemOf } from "./SampleAuthority.ts"

const request = {
  number: 7,
  baseNumber: null,
  thisUpdateMillis: now - 60_000,
  nextUpdateMillis: now + dayMillis,
  revoked: []
}

const reasons = RevocationReason.literals

describe.runIf(isHere.openssl)("a revocation list", () => {
  it.effect.each(["ecdsa-p256", "rsa-2048"] as const)(
    "refuses what is on it and nothing else, by %s keys",
    (algorithm) =>
      Effect.gen(function* () {
        const authority = yield* makeAuthority(algorithm)
        const { ask, file } = yield* court
        const [revoked, other] = [issueSample(authority, "client"), issueSample(authority, "client")]
        const list = makeRevocationList(authority.issuer, {
          ...request,
          revoked: [
            { serial: newSerial(), revokedAtMillis: now - 1000, reason: "superseded" },
            { serial: revoked.serial, revokedAtMillis: now - 1000, reason: "keyCompromise" }
          ]
        })
        const issuing = file("issuing.pem", pemOf(authority.issuer))
        const crl = file("list.pem", list.pem)
        const seen = ask("openssl", ["crl", "-in", crl, "-CAfile", issuing, "-noout", "-verify"])
        assert.include(seen.output, "verify OK")
        assert.isTrue(ask("openssl", ["crl", "-inform", "DER", "-in", file("list.der", list.der), "-noout"]).ok)
        const check = [
          "verify",
          "-x509_strict",
          "-crl_check",
          "-CRLfile",
          crl,
          "-CAfile",
          file("root.pem", pemOf(authority.root))
        ]
        const refused = ask("openssl", [...check, "-untrusted", issuing, file("revoked.pem", revoked.pem)])
        assert.isFalse(refused.ok)
        assert.include(refused.output, "certificate revoked")
        const taken = ask("openssl", [...check, "-untrusted", issuing, file("other.pem", other.pem)])
        assert.isTrue(taken.ok, taken.output)
      }).pipe(Effect.scoped)
  )

  it.effect("may be empty, and have a number of any size", () =>
    Effect.gen(function* () {
      const { issuer } = yield* makeAuthority("ecdsa-p256")
      const { ask, file } = yield* court
      const { pem } = makeRevocationList(issuer, { ...request, number: 1n << 70n })
      const { output } = ask("openssl", ["crl", "-in", file("list.pem", pem), "-noout", "-text", "-crlnumber"])
      assert.include(output, "No Revoked Certificates.")
      assert.include(output, "0x400000000000000000")
    }).pipe(Effect.scoped)
  )

  it.effect("tells as a delta which full list it continues, and takes off what is no longer held", () =>
    Effect.gen(function* () {
      const { issuer } = yield* makeAuthority("ecdsa-p256")
      const { ask, file } = yield* court
      const revoked = [{ serial: "0a", revokedAtMillis: now, reason: "removeFromCRL" as const }]
      const { pem } = makeRevocationList(issuer, { ...request, number: 300, baseNumber: 255, revoked })
      const args = ["crl", "-in", file("delta.pem", pem), "-CAfile", file("issuing.pem", pemOf(issuer)), "-verify"]
      const { output } = ask("openssl", [...args, "-noout", "-text"])
      assert.include(output, "verify OK")
      assert.match(output, /X509v3 Delta CRL Indicator: critical\s+255/)
      assert.match(output, /X509v3 CRL Number:\s+300/)
      assert.match(output, /Remove From CRL/)
    }).pipe(Effect.scoped)
  )

  it.effect("keeps every serial, time and reason, also after 2049", () =>
    Effect.gen(function* () {
      const { issuer } = yield* makeAuthority("ecdsa-p256")
      const { ask, file } = yield* court
      const entry = fc.record({
        serial: fc.bigInt({ min: 1n, max: (1n << 159n) - 1n }).map((serial) => serial.toString(16)),
        revokedAtMillis: fc.integer({ min: 0, max: Date.UTC(2090, 0, 1) }),
        reason: fc.constantFrom(...reasons)
      })
      fc.assert(
        fc.property(fc.array(entry, { minLength: 1, maxLength: 2000, size: "max" }), (revoked) => {
          const crl = file("list.pem", makeRevocationList(issuer, { ...request, revoked }).pem)
          const { output } = ask("openssl", ["crl", "-in", crl, "-noout", "-text"])
          const serials = [...output.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial = ""]) =>
            BigInt(`0x${serial}`)
          )
          const dates = [...output.matchAll(/Revocation Date: (.*) GMT/g)].map(([, date]) => Date.parse(`${date} GMT`))
          assert.deepStrictEqual(
            serials,
            revoked.map(({ serial }) => BigInt(`0x${serial}`))
          )
          assert.deepStrictEqual(
            dates,
            revoked.map(({ revokedAtMillis }) => Math.floor(revokedAtMillis / 1000) * 1000)
          )
          const said = revoked.filter(({ reason }) => reason !== "unspecified").length
          assert.strictEqual(output.split("X509v3 CRL Reason Code").length - 1, said)
        }),
        { numRuns: 8 }
      )
    }).pipe(Effect.scoped)
  )

  it.effect("of a hundred thousand is made in a moment", () =>
    Effect.gen(function* () {
      const { issuer } = yield* makeAuthority("ecdsa-p256")
      const { ask, file } = yield* court
      const revoked = Array.from({ length: 100_000 }, (_, n) => ({
        serial: newSerial(),
        revokedAtMillis: now - n * 7000,
        reason: reasons[n % reasons.length] ?? "unspecified"
      }))
      const startedAt = performance.now()
      const { der } = makeRevocationList(issuer, { ...request, revoked })
      const millis = performance.now() - startedAt
      assert.isBelow(millis, 5000)
      const args = ["crl", "-inform", "DER", "-in", file("list.der", der), "-CAfile", file("ca.pem", pemOf(issuer))]
      assert.include(ask("openssl", [...args, "-noout", "-verify"]).output, "verify OK")
    }).pipe(Effect.scoped)
  )
})

describe("a serial number that is none", () => {
  it.effect("is put on no list", () =>
    Effect.gen(function* () {
      const { issuer } = yield* makeAuthority("ecdsa-p256")
      for (const serial of ["client-1", "0x12", "f".repeat(42)]) {
        const revoked = [{ serial, revokedAtMillis: now, reason: "unspecified" as const }]
        assert.throws(() => makeRevocationList(issuer, { ...request, revoked }), /serial number/)
      }
    })
  )
})
