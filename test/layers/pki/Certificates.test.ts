import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { createPrivateKey, hash, X509Certificate } from "node:crypto"
import { issueCertificate, newSerial } from "../../../src/layers/pki/Certificates.ts"
import { court, isHere } from "./Judge.ts"
import type { SampleAuthority } from "./SampleAuthority.ts"
import { dayMillis, issueSample, makeAuthority, now, pemOf, times } from "./SampleAuthority.ts"

const algorithms = ["ecdsa-p256", "rsa-2048"] as const
const profiles = ["client", "server", "gateway"] as const

const purposes = { client: "sslclient", server: "sslserver", gateway: "sslserver" } as const

const chainPem = ({ issuer, root }: SampleAuthority) => `${pemOf(issuer)}${pemOf(root)}`

describe.each(algorithms)("certificates of a private CA with %s keys", (algorithm) => {
  it.effect.runIf(isHere.openssl)("are good for OpenSSL in its strict mode, for their purpose alone", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority(algorithm)
      const { ask, file } = yield* court
      const strict = ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", file("root.pem", pemOf(authority.root))]
      const issuing = file("issuing.pem", pemOf(authority.issuer))
      assert.isTrue(ask("openssl", [...strict, issuing]).ok)
      for (const profile of profiles) {
        const leaf = file(`${profile}.pem`, issueSample(authority, profile).pem)
        const args = [...strict, "-untrusted", issuing, "-purpose"]
        const verdict = ask("openssl", [...args, purposes[profile], leaf])
        assert.isTrue(verdict.ok, verdict.output)
        const other = ask("openssl", [...args, profile === "server" ? "sslclient" : "crlsign", leaf])
        assert.isFalse(other.ok, other.output)
      }
    }).pipe(Effect.scoped)
  )

  it.effect.runIf(isHere.certtool)("are good for GnuTLS", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority(algorithm)
      const { ask, file } = yield* court
      const root = file("root.pem", pemOf(authority.root))
      for (const profile of profiles) {
        const { pem } = issueSample(authority, profile)
        const args = ["--verify", "--verify-profile=medium", `--load-ca-certificate=${root}`]
        const verdict = ask("certtool", args, pem + chainPem(authority))
        assert.isTrue(verdict.ok, verdict.output)
        assert.include(verdict.output, "Chain verification output: Verified.")
      }
    }).pipe(Effect.scoped)
  )

  it.effect("say what was asked for", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority(algorithm)
      const issued = issueSample(authority, "gateway", { serial: "00ff" })
      const read = new X509Certificate(issued.pem)
      assert.strictEqual(read.subject, "O=Ölfeld Telecom\nOU=north\nCN=gateway-1")
      assert.strictEqual(read.issuer, authority.issuer.certificate.subject)
      assert.strictEqual(
        read.subjectAltName,
        "DNS:gw-1.example.com, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7"
      )
      assert.deepStrictEqual(read.keyUsage, ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"])
      assert.strictEqual(read.infoAccess, "OCSP - URI:http://127.0.0.1:8080/pki/ocsp")
      assert.strictEqual(read.serialNumber, "FF")
      assert.isFalse(read.ca)
      assert.isTrue(read.verify(authority.issuer.certificate.publicKey))
      assert.isTrue(
        read.checkPrivateKey(createPrivateKey(authority.keys.privateKey.export({ format: "pem", type: "pkcs8" })))
      )
      assert.strictEqual(issued.fingerprint, hash("sha256", issued.der))
      assert.strictEqual(issued.fingerprint, read.fingerprint256.replaceAll(":", "").toLowerCase())
      assert.isTrue(read.raw.equals(issued.der))
    })
  )
})

describe("a certificate", () => {
  it.effect("ends with its issuer, and says so", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const issued = issueSample(authority, "client", times(20 * 365))
      assert.strictEqual(issued.notAfterMillis, now + 1825 * dayMillis)
      assert.strictEqual(new X509Certificate(issued.pem).validToDate.getTime(), issued.notAfterMillis)
    })
  )

  it.effect("differs by profile and addresses, whatever was issued before it", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const usages = profiles.map((profile) => new X509Certificate(issueSample(authority, profile).pem).keyUsage.length)
      assert.deepStrictEqual(usages, [1, 1, 2])
      const bare = new X509Certificate(issueSample(authority, "client", { ocspUrl: null, crlUrl: null }).pem)
      assert.isUndefined(bare.infoAccess)
      const elsewhere = Array.from({ length: 40 }, (_, n) => `http://ocsp-${n}.example.com/`)
      const told = elsewhere.map((ocspUrl) => new X509Certificate(issueSample(authority, "client", { ocspUrl }).pem))
      assert.deepStrictEqual(
        told.map(({ infoAccess }) => infoAccess),
        elsewhere.map((url) => `OCSP - URI:${url}`)
      )
    })
  )

  it.effect("is not made with a serial or a name that is none", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      for (const serial of ["", "0", "client", "-1", "f".repeat(41)]) {
        assert.throws(() => issueSample(authority, "client", { serial }), /serial number/, serial)
      }
      assert.throws(() => issueSample(authority, "server", { dnsNames: ["ölfeld.example"] }), /host name/)
      assert.throws(() => issueSample(authority, "server", { ipAddresses: ["192.0.2.256"] }), /IP address/)
    })
  )

  it.effect("has the names, serial and times that it was given, through 2049 and after", () =>
    Effect.gen(function* () {
      const { issuer, keys, root } = yield* makeAuthority("ecdsa-p256")
      const last = issueCertificate(root, {
        profile: "client",
        publicKey: keys.publicKey,
        subject: { commonName: "x", organization: null, organizationalUnit: null },
        dnsNames: [],
        ipAddresses: [],
        serial: "01",
        notBeforeMillis: Date.UTC(1970, 0, 1),
        notAfterMillis: now,
        crlUrl: null,
        ocspUrl: null
      })
      assert.strictEqual(new X509Certificate(last.pem).validFromDate.getTime(), 0)
      const serials = fc.bigInt({ min: 1n, max: (1n << 159n) - 1n })
      const instants = fc.integer({ min: 0, max: issuer.certificate.validToDate.getTime() })
      const texts = fc
        .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
        .filter((text) => /^[^\p{C}"\\]+$/u.test(text))
      fc.assert(
        fc.property(serials, instants, texts, (serial, notBeforeMillis, commonName) => {
          const issued = issueCertificate(issuer, {
            profile: "client",
            publicKey: keys.publicKey,
            subject: { commonName, organization: null, organizationalUnit: null },
            dnsNames: [],
            ipAddresses: [],
            serial: serial.toString(16),
            notBeforeMillis,
            notAfterMillis: now + dayMillis,
            crlUrl: null,
            ocspUrl: null
          })
          const read = new X509Certificate(issued.der)
          assert.strictEqual(BigInt(`0x${read.serialNumber}`), serial)
          assert.strictEqual(read.validFromDate.getTime(), Math.floor(notBeforeMillis / 1000) * 1000)
          assert.strictEqual(read.toLegacyObject().subject.CN, commonName)
        }),
        { numRuns: 200 }
      )
    })
  )
})

describe("a serial number", () => {
  it("is positive, of 128 bits, and never the same", () => {
    const serials = Array.from({ length: 10_000 }, newSerial)
    assert.strictEqual(new Set(serials).size, serials.length)
    for (const serial of serials) assert.match(serial, /^[1-9a-f][0-9a-f]{31}$/)
    // Every bit is chance: each is set in about half of them.
    for (let bit = 0n; bit < 120n; bit++) {
      const set = serials.filter((serial) => ((BigInt(`0x${serial}`) >> bit) & 1n) === 1n).length
      assert.isTrue(set > 4500 && set < 5500, `bit ${bit} is set in ${set}`)
    }
  })
})
