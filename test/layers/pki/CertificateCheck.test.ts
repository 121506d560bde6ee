import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { generateKeyPairSync } from "node:crypto"
import type { CertificateCheckRequest } from "../../../src/layers/pki/CertificateCheck.ts"
import { checkCertificate } from "../../../src/layers/pki/CertificateCheck.ts"
import { issueAuthority, issueCertificate, newSerial, selfSigned } from "../../../src/layers/pki/Certificates.ts"
import { generateKeyPair } from "../../../src/layers/pki/Keys.ts"
import type { SampleAuthority } from "./SampleAuthority.ts"
import { dayMillis, issuerOf, issueSample, makeAuthority, now, pemOf, times } from "./SampleAuthority.ts"

const requestFor = (
  { issuer, root }: SampleAuthority,
  { fingerprint, pem }: { readonly fingerprint: string; readonly pem: string }
): CertificateCheckRequest => ({
  certificatePem: pem,
  authorities: [root.certificate, issuer.certificate],
  usage: "client",
  isRevoked: () => false,
  knownFingerprint: fingerprint,
  nowMillis: now
})

/** The checks that have not passed, by name. */
const wrong = (request: CertificateCheckRequest) => {
  const { checks, ok } = checkCertificate(request)
  assert.strictEqual(ok, !checks.some(({ status }) => status === "failed"))
  assert.deepStrictEqual(
    checks.map(({ name }) => name),
    ["signature", "validity", "expiry", "revocation", "usage", "fingerprint"]
  )
  return checks.filter(({ status }) => status !== "passed").map(({ name, status }) => `${name} ${status}`)
}

const weakPair = () => generateKeyPairSync("rsa", { modulusLength: 1024 })

describe("the check of a certificate", () => {
  it.effect("finds nothing wrong with a good one, of any profile and key", () =>
    Effect.gen(function* () {
      for (const algorithm of ["ecdsa-p256", "rsa-2048"] as const) {
        const authority = yield* makeAuthority(algorithm)
        for (const profile of ["client", "server", "gateway"] as const) {
          const request = { ...requestFor(authority, issueSample(authority, profile)), usage: profile }
          assert.deepStrictEqual(wrong(request), [])
        }
      }
    })
  )

  it.effect("finds what is wrong with its time, and warns 30 days before the end", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const issued = issueSample(authority, "client", times(365))
      const at = (nowMillis: number) => wrong({ ...requestFor(authority, issued), nowMillis })
      assert.deepStrictEqual(at(issued.notBeforeMillis - 1000), ["validity failed"])
      assert.deepStrictEqual(at(issued.notBeforeMillis), [])
      assert.deepStrictEqual(at(issued.notAfterMillis - 30 * dayMillis), [])
      assert.deepStrictEqual(at(issued.notAfterMillis - 30 * dayMillis + 1), ["expiry warning"])
      assert.deepStrictEqual(at(issued.notAfterMillis + 999), ["expiry warning"])
      assert.deepStrictEqual(at(issued.notAfterMillis + 1000), ["validity failed", "expiry warning"])
    })
  )

  it.effect("finds that it, or what has issued it, is revoked", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const issued = issueSample(authority, "client")
      const revoking = (revoked: string) =>
        wrong({ ...requestFor(authority, issued), isRevoked: (serial) => serial === revoked })
      assert.deepStrictEqual(revoking(issued.serial), ["revocation failed"])
      assert.deepStrictEqual(revoking(authority.issuer.certificate.serialNumber.toLowerCase()), ["revocation failed"])
      assert.deepStrictEqual(revoking(newSerial()), [])
    })
  )

  it.effect("finds that it is for another use, or its key is weak", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const used = (profile: "client" | "server" | "gateway", usage: "client" | "server" | "gateway") =>
        wrong({ ...requestFor(authority, issueSample(authority, profile)), usage })
      assert.deepStrictEqual(used("client", "server"), ["usage failed"])
      assert.deepStrictEqual(used("client", "gateway"), ["usage failed"])
      assert.deepStrictEqual(used("server", "client"), ["usage failed"])
      assert.deepStrictEqual(used("gateway", "client"), [])
      const weak = issueSample(authority, "client", weakPair())
      assert.deepStrictEqual(wrong(requestFor(authority, weak)), ["usage failed"])
      const issuing = { pem: pemOf(authority.issuer), fingerprint: authority.issuer.certificate.fingerprint256 }
      assert.deepStrictEqual(wrong(requestFor(authority, issuing)), ["usage failed"])
    })
  )

  it.effect("finds that another is on record, none, or that there is no record", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const issued = issueSample(authority, "client")
      const knowing = (knownFingerprint: string | null | undefined) =>
        wrong({ ...requestFor(authority, issued), knownFingerprint })
      assert.deepStrictEqual(knowing(issueSample(authority, "client").fingerprint), ["fingerprint failed"])
      assert.deepStrictEqual(knowing(null), ["fingerprint failed"])
      assert.deepStrictEqual(knowing(undefined), ["fingerprint warning"])
      const spelled = issued.fingerprint.toUpperCase().replace(/..(?!$)/g, "$&:")
      assert.deepStrictEqual(knowing(spelled), [])
    })
  )

  it.effect("trusts no other authority, also one of the same name", () =>
    Effect.gen(function* () {
      const [authority, twin] = [yield* makeAuthority("ecdsa-p256"), yield* makeAuthority("ecdsa-p256")]
      assert.deepStrictEqual(wrong(requestFor(authority, issueSample(twin, "client"))), ["signature failed"])
      const { keys } = authority
      const own = selfSigned({
        ...keys,
        commonName: "client-1",
        organization: null,
        serial: newSerial(),
        ...times(365)
      })
      assert.deepStrictEqual(wrong(requestFor(authority, own)), ["signature failed", "usage failed"])
      const issued = issueSample(authority, "client")
      const rootAlone = { ...requestFor(authority, issued), authorities: [authority.root.certificate] }
      assert.deepStrictEqual(wrong(rootAlone), ["signature failed"])
      const withoutRoot = { ...requestFor(authority, issued), authorities: [authority.issuer.certificate] }
      assert.deepStrictEqual(wrong(withoutRoot), ["signature failed"])
    })
  )

  it.effect("lets nobody issue who may not: below a client, and beyond a path length", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const pair = yield* generateKeyPair("ecdsa-p256")
      const request = {
        profile: "client" as const,
        publicKey: authority.keys.publicKey,
        subject: { commonName: "client-2", organization: null, organizationalUnit: null },
        dnsNames: [],
        ipAddresses: [],
        serial: newSerial(),
        ...times(30),
        crlUrl: null,
        ocspUrl: null
      }
      const client = issuerOf(issueSample(authority, "client", pair).pem, pair)
      const names = { commonName: "Beyond", organization: null, serial: newSerial(), ...times(365) }
      const beyond = issuerOf(issueAuthority(authority.issuer, { ...names, publicKey: pair.publicKey }).pem, pair)
      for (const issuer of [client, beyond]) {
        const below = requestFor(authority, issueCertificate(issuer, request))
        const trusting = { ...below, authorities: [...below.authorities, issuer.certificate] }
        assert.include(wrong(trusting), "signature failed")
      }
    })
  )

  it.effect("fails all of what cannot be read", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const issued = issueSample(authority, "client")
      const { checks, ok } = checkCertificate({
        ...requestFor(authority, issued),
        certificatePem: issued.pem.slice(0, 300)
      })
      assert.isFalse(ok)
      assert.isTrue(checks.every(({ status }) => status === "failed"))
    })
  )
})
