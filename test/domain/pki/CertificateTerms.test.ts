import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import { ClientId, DnsName, profileRules, SubjectText } from "../../../src/domain/pki/CertificateProfile.ts"
import { lifetimeOf, refusedHosts } from "../../../src/domain/pki/CertificateTerms.ts"
import { RevocationReason, revocationReasonCodes } from "../../../src/domain/pki/RevocationReason.ts"

const day = 86_400_000
const now = Date.UTC(2026, 10, 21)
const profiles = ["client", "server", "gateway"] as const

describe("the lifetime of a certificate", () => {
  it("lies within its profile's and its issuer's, whatever is asked for", () => {
    const days = fc.option(fc.integer({ min: -10, max: 5000 }))
    const issuerDays = fc.integer({ min: -100, max: 4000 })
    fc.assert(
      fc.property(fc.constantFrom(...profiles), days, issuerDays, (profile, wanted, issuerDays) => {
        const issuerEnd = now + issuerDays * day
        const read = lifetimeOf(profile, wanted, now, issuerEnd)
        const { defaultDays, maxDays } = profileRules[profile]
        const isTaken = (wanted === null || (wanted >= 1 && wanted <= maxDays)) && issuerDays > 0
        assert.strictEqual(Result.isSuccess(read), isTaken)
        if (Result.isFailure(read)) return
        const { notAfterMillis, notBeforeMillis } = read.success
        assert.strictEqual(notAfterMillis, Math.min(issuerEnd, now + (wanted ?? defaultDays) * day))
        assert.isTrue(notBeforeMillis < now && notBeforeMillis > now - day)
      })
    )
  })

  it("is refused with what is allowed", () => {
    const refused = lifetimeOf("client", 3651, now, now + 5000 * day)
    assert(Result.isFailure(refused))
    assert.strictEqual(refused.failure.message, "a client certificate is valid for 1 to 3650 days")
  })
})

describe("the hosts of a certificate", () => {
  it("are for servers and gateways, and no more than a hundred", () => {
    const reasonFor = (...[profile, dnsNames, ipAddresses = []]: Parameters<typeof refusedHosts>) =>
      refusedHosts(profile, dnsNames, ipAddresses)?.reason
    assert.isUndefined(reasonFor("client", [], []))
    assert.strictEqual(reasonFor("client", ["a.example.com"], []), "HostsNotAllowed")
    assert.strictEqual(reasonFor("client", [], ["192.0.2.1"]), "HostsNotAllowed")
    assert.isUndefined(reasonFor("server", ["localhost", "*.example.com"], ["::1", "127.0.0.1"]))
    assert.strictEqual(reasonFor("gateway", ["a b"], []), "NotAHost")
    assert.strictEqual(reasonFor("gateway", [], ["192.0.2.256"]), "NotAHost")
    assert.strictEqual(
      reasonFor(
        "server",
        Array.from({ length: 101 }, (_, n) => `h${n}.example.com`),
        []
      ),
      "TooManyNames"
    )
  })
})

describe("names", () => {
  const taken = (schema: Schema.Codec<string>, name: string) => Schema.is(schema)(name)

  it("of clients, hosts and subjects are taken as their rules say", () => {
    for (const name of ["client-1", "a", "0.b_c", "x".repeat(64)]) assert.isTrue(taken(ClientId, name), name)
    for (const name of ["", "-a", "a b", "ä", "a/b", "a\n", "x".repeat(65)]) assert.isFalse(taken(ClientId, name), name)
    const hosts = ["localhost", "a.example.com", "*.example.com", "_sip._tcp.example.com", "xn--lfeld-jua.example"]
    for (const name of hosts) assert.isTrue(taken(DnsName, name), name)
    const others = [
      "",
      ".",
      "a..b",
      "-a.example",
      "a-.example",
      "*",
      "a.*.example",
      "ölfeld.example",
      "a\0b",
      "a.example."
    ]
    for (const name of [...others, `${"a".repeat(64)}.example`, `${"a.".repeat(127)}example`]) {
      assert.isFalse(taken(DnsName, name), name)
    }
    for (const name of ["Ölfeld Telecom", "北", "x".repeat(64)]) assert.isTrue(taken(SubjectText, name), name)
    for (const name of ["", "a\nb", "a\u0000", "a\u202eb", "a\u2028b", "x".repeat(65)]) {
      assert.isFalse(taken(SubjectText, name), name)
    }
  })
})

describe("reasons of revocation", () => {
  it("have the codes of RFC 5280, where there is no 7", () => {
    const codes = RevocationReason.literals.map((reason) => revocationReasonCodes[reason])
    assert.deepStrictEqual(codes, [0, 1, 2, 3, 4, 5, 6, 8, 9, 10])
  })
})
