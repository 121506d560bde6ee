import { assert, layer } from "@effect/vitest"
import { Effect, Result } from "effect"
import { BrokerPort } from "../../../src/http/broker/BrokerPort.ts"
import type { IssuedView } from "../../../src/http/api/CertificateViews.ts"
import { TrustStore } from "../../../src/layers/pki/TrustStore.ts"
import type { KeyKind } from "../../fixtures/BadCertificates.ts"
import { forge, holding, newPair, signerOf, tampered } from "../../fixtures/BadCertificates.ts"
import type { BrokerCall, Holder } from "../../fixtures/BrokerClient.ts"
import { callBroker } from "../../fixtures/BrokerClient.ts"
import { postJson } from "../../fixtures/PlaneRequests.ts"
import * as Plane from "../../fixtures/TestPlane.ts"

const message = { sender_number: "+15551234567", message_body: "Hello" }

/** Every way to ask; each is a handshake of its own. */
const ways: ReadonlyArray<BrokerCall> = [
  { body: message },
  { path: "/api/v1/messages/batch", body: { messages: [message] } },
  { path: "/api/v1/messages/3f0d7a52-0c3e-4a5b-8f43-2f6f0d2f6a11" }
]

const versions = ["TLSv1.2", "TLSv1.3"] as const
const kinds: ReadonlyArray<KeyKind> = ["ec", "rsa"]
const serverAuth = "1.3.6.1.5.5.7.3.1"
const emailProtection = "1.3.6.1.5.5.7.3.4"

interface Case {
  readonly name: string
  readonly holder: Holder
  readonly call?: BrokerCall
}

const holderOf = (issued: IssuedView): Holder => ({
  cert: issued.pem + issued.chainPem,
  key: issued.privateKeyPem ?? "",
  ca: issued.rootPem
})

const issue = (clientId: string, more: Readonly<Record<string, unknown>> = {}) =>
  Effect.map(postJson("/api/v1/certificates", { body: { clientId, ...more } }), (issued): IssuedView => issued)

const keyAlgorithms: Readonly<Record<KeyKind, string>> = { ec: "ecdsa-p256", rsa: "rsa-2048" }

/** Certificates that must open nothing, each wrong in its own way, made with the authority's own key where that matters. */
const badCases = Effect.fnUntraced(function* (kind: KeyKind, ca: string) {
  const trust = yield* TrustStore
  const issuer = yield* trust.issuer
  const chain = [trust.authority().issuers.at(-1)?.pem ?? ""]
  const commonName = "victim"
  const made = (wanted: Parameters<typeof forge>[0], signer?: Parameters<typeof forge>[1]) =>
    Effect.promise(() => forge(wanted, signer))

  const stranger = yield* made({ commonName: "Other CA", isAuthority: true, usages: [] })
  const twin = yield* made({ commonName: "Tandem CA Issuing 1", isAuthority: true, usages: [] })
  const below = yield* made({ commonName: "Below", isAuthority: true, usages: [] }, issuer)
  const client = yield* made({ commonName: "client" }, issuer)
  const revoked = yield* issue(`revoked-${kind}`, { keyAlgorithm: keyAlgorithms[kind] })
  yield* postJson(`/api/v1/certificates/${revoked.serial}/revoke`, { body: { note: "test" } })
  const server = yield* issue(`server-${kind}`, { profile: "server", keyAlgorithm: keyAlgorithms[kind] })
  const own = { commonName, kind }

  const cases: ReadonlyArray<readonly [string, Holder]> = [
    ["expired", holding(yield* made({ ...own, from: -30, to: -1 }, issuer), ca, chain)],
    ["not yet valid", holding(yield* made({ ...own, from: 1, to: 30 }, issuer), ca, chain)],
    ["revoked", holderOf(revoked)],
    ["of a server", holderOf(server)],
    ["never issued", holding(yield* made(own, issuer), ca, chain)],
    ["self-signed", holding(yield* made(own), ca)],
    ["of another authority", holding(yield* made(own, signerOf(stranger)), ca, [stranger.pem])],
    ["of an authority of the same name", holding(yield* made(own, signerOf(twin)), ca, [twin.pem])],
    [
      "without its chain's key",
      holding(
        yield* made({ ...own, issuerName: issuer.certificate.subject.replace("\n", ", ") }, signerOf(stranger)),
        ca,
        chain
      )
    ],
    ["below a path that may not be", holding(yield* made(own, signerOf(below)), ca, [below.pem, ...chain])],
    ["signed by a client", holding(yield* made(own, signerOf(client)), ca, [client.pem, ...chain])],
    ["of an authority itself", holding(yield* made({ ...own, isAuthority: true }, issuer), ca, chain)],
    ["for servers alone", holding(yield* made({ ...own, usages: [serverAuth] }, issuer), ca, chain)],
    ["for mail alone", holding(yield* made({ ...own, usages: [emailProtection] }, issuer), ca, chain)],
    ["with a changed signature", holding(tampered(yield* made(own, issuer)), ca, chain)],
    ["with an empty name", holding(yield* made({ ...own, commonName: " " }, issuer), ca, chain)],
    ["with a name that is none", holding(yield* made({ ...own, commonName: "victim/../admin" }, issuer), ca, chain)],
    ["with a weak key", holding(yield* made({ ...own, pair: newPair("rsa", 1024) }, issuer), ca, chain)],
    ["with SHA-1", holding(yield* made({ ...own, hash: "SHA-1" }, issuer), ca, chain)],
    ["missing", { ca }]
  ]
  return cases.map(([name, holder]): Case => ({ name: `${name}, ${kind}`, holder }))
})

/** No certificate, and headers that say whose it was. */
const spoofed = (ca: string, good: IssuedView): ReadonlyArray<Case> => {
  const spoofs: ReadonlyArray<Readonly<Record<string, string>>> = [
    { "x-ssl-client-sha256": good.fingerprint, "x-ssl-client-verify": "0", "x-ssl-client-cn": good.clientId },
    { "x-client-cert-cn": good.clientId, "x-client-verified": "SUCCESS" },
    { "x-forwarded-client-cert": `Hash=${good.fingerprint};Subject="CN=${good.clientId}"` },
    { "ssl-client-cert": encodeURIComponent(good.pem), authorization: `Bearer ${good.fingerprint}` }
  ]
  return spoofs.map((headers, n) => ({ name: `headers alone, ${n + 1}`, holder: { ca }, call: { headers } }))
}

/** What came of it: the status, or why there was none. */
const outcomeOf = (url: string, { call, holder }: Case, way: BrokerCall, tls: NonNullable<BrokerCall["tls"]>) =>
  Effect.result(callBroker(url, holder, { ...way, ...call, tls: { ciphers: "DEFAULT:@SECLEVEL=0", ...tls } })).pipe(
    Effect.map((answer) =>
      Result.isSuccess(answer) ? String(answer.success.status) : `TLS: ${answer.failure.message}`
    )
  )

/** Each way by each version of TLS. */
const handshakes = ways.flatMap((way) =>
  versions.map((version) => ({ way, tls: { minVersion: version, maxVersion: version } }))
)

const makeTable = () => {
  const rows = new Map<string, Array<string>>()
  const counts = (outcomes: ReadonlyArray<string>) =>
    [...new Set(outcomes)].map((each) => `${outcomes.filter((one) => one === each).length} x ${each}`).join(", ")
  return {
    tell: (name: string, outcome: string) => void rows.set(name, [...(rows.get(name) ?? []), outcome]),
    print: Effect.suspend(() => {
      const lines = [...rows].map(([name, outcomes]) => `${name.padEnd(44)} ${counts(outcomes)}`)
      return Effect.logInfo(`handshakes with the broker's listener\n${lines.join("\n")}`)
    })
  }
}

const limits = { domain: "default", rateLimit: 1_000, dailyQuota: null }

/** Clients and gateways with each kind of key. */
const goodCases = Effect.gen(function* () {
  const cases: Array<Case> = []
  for (const kind of kinds) {
    for (const profile of ["client", "gateway"]) {
      const clientId = `good-${kind}-${profile}`
      const issued = yield* issue(clientId, { profile, limits, keyAlgorithm: keyAlgorithms[kind] })
      for (let n = 0; n < 3; n++) cases.push({ name: `good ${profile}, ${kind}`, holder: holderOf(issued) })
    }
  }
  return cases
})

layer(Plane.layer(), { excludeTestServices: true, timeout: "60 seconds" })("the broker's listener", (it) => {
  it.effect("refuses every certificate that is wrong in any way, and takes those that are right", () =>
    Effect.gen(function* () {
      yield* postJson("/api/v1/certificates/authority", { body: {} })
      const url = yield* (yield* BrokerPort).url
      const victim = yield* issue("victim", { limits })
      const ca = victim.rootPem
      const bad = [...(yield* badCases("ec", ca)), ...(yield* badCases("rsa", ca)), ...spoofed(ca, victim)]
      const good = yield* goodCases
      const { print, tell } = makeTable()
      const told = Effect.fnUntraced(function* (each: Case, way: BrokerCall, tls: NonNullable<BrokerCall["tls"]>) {
        const outcome = yield* outcomeOf(url, each, way, tls)
        tell(each.name, outcome)
        return outcome
      })

      for (const each of bad) {
        for (const { tls, way } of handshakes) assert.include(["401", "403"], yield* told(each, way, tls), each.name)
      }
      for (const each of good) {
        for (const { tls, way } of handshakes) {
          assert.strictEqual(yield* told(each, way, tls), way.body === undefined ? "404" : "202", each.name)
        }
      }
      for (const version of ["TLSv1", "TLSv1.1"] as const) {
        const old = { name: `good, downgraded to ${version}`, holder: holderOf(victim) }
        const outcome = yield* told(old, { body: message }, { minVersion: version, maxVersion: version })
        assert.match(outcome, /^TLS: .*(protocol version|unsupported protocol)/)
      }
      yield* print
      assert.isAtLeast(bad.length * handshakes.length, 240)
      assert.isAtLeast(good.length * handshakes.length, 60)
    })
  )
})
