import { Effect, Result } from "effect"
import type { Extension } from "@peculiar/x509"
import { X509Certificate } from "node:crypto"
import type { KeyObject } from "node:crypto"
import type { Issuer } from "../../src/layers/pki/Certificates.ts"
import { issueCertificate, newSerial, selfSigned } from "../../src/layers/pki/Certificates.ts"
import type { KeyPair } from "../../src/layers/pki/Keys.ts"
import { generateKeyPair } from "../../src/layers/pki/Keys.ts"
import { readSigningRequest } from "../../src/layers/pki/SigningRequest.ts"

// The library looks for this one while it is loaded.
await import("reflect-metadata")
const x509 = await import("@peculiar/x509")

const dayMillis = 86_400_000
const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const crlUrl = "http://ca.example.com/issuing.crl"
const ocspUrl = "http://ca.example.com/ocsp"

/** A key as Web Crypto has it. */
interface WebPair {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}

const webPairOf = async ({ privateKey, publicKey }: KeyPair): Promise<WebPair> => {
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" })
  const spki = publicKey.export({ format: "der", type: "spki" })
  return {
    privateKey: await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), ecdsa, true, ["sign"]),
    publicKey: await crypto.subtle.importKey("spki", new Uint8Array(spki), ecdsa, true, ["verify"])
  }
}

export interface Authorities {
  readonly issuer: Issuer
  readonly webKeys: WebPair
  /** Of so many clients. */
  readonly pairs: ReadonlyArray<KeyPair>
  readonly webPairs: ReadonlyArray<WebPair>
  /** Their signing requests, in PEM. */
  readonly requests: ReadonlyArray<string>
}

const requestOf = (prefix: string, n: number, keys: WebPair) =>
  Effect.promise(async () => {
    const request = await x509.Pkcs10CertificateRequestGenerator.create(
      {
        name: `CN=${prefix}-${n}`,
        keys,
        signingAlgorithm: ecdsa
      },
      crypto
    )
    return request.toString("pem")
  })

export const makeAuthorities = Effect.fnUntraced(function* (clients: number, nowMillis: number, prefix = "client") {
  const keys = yield* generateKeyPair("ecdsa-p256")
  const pairs = yield* Effect.all(Array.from({ length: clients }, () => generateKeyPair("ecdsa-p256")))
  const names = { commonName: "Bench", organization: null, serial: newSerial() }
  const times = { notBeforeMillis: nowMillis - dayMillis, notAfterMillis: nowMillis + 3650 * dayMillis }
  const issuer = { certificate: new X509Certificate(selfSigned({ ...keys, ...names, ...times }).pem), ...keys }
  const webKeys = yield* Effect.promise(() => webPairOf(keys))
  const webPairs = yield* Effect.promise(() => Promise.all(pairs.map(webPairOf)))
  const requests = yield* Effect.forEach(webPairs, (pair, n) => requestOf(prefix, n, pair))
  const made: Authorities = { issuer, webKeys, pairs, webPairs, requests }
  return made
})

const ourCertificate = (issuer: Issuer, commonName: string, publicKey: KeyObject, nowMillis: number) =>
  issueCertificate(issuer, {
    profile: "client",
    publicKey,
    subject: { commonName, organization: null, organizationalUnit: null },
    dnsNames: [],
    ipAddresses: [],
    serial: newSerial(),
    notBeforeMillis: nowMillis,
    notAfterMillis: nowMillis + 365 * dayMillis,
    crlUrl,
    ocspUrl
  }).pem

/** Certificates for keys that are at hand, one after the other. */
export const ourFromKeys = ({ issuer, pairs }: Authorities, nowMillis: number) =>
  Effect.sync(() => pairs.map(({ publicKey }, n) => ourCertificate(issuer, `client-${n}`, publicKey, nowMillis)))

/** Certificates for signing requests, each of which is checked before. */
export const ourFromRequests = ({ issuer, requests }: Authorities, nowMillis: number) =>
  Effect.sync(() =>
    requests.map((request) => {
      const { commonName, publicKey } = Result.getOrThrow(readSigningRequest(request))
      return ourCertificate(issuer, commonName, publicKey, nowMillis)
    })
  )

/** What their certificates have in common is made once, as ours is. */
interface TheirIssuer {
  readonly signingKey: CryptoKey
  readonly shared: ReadonlyArray<Extension>
}

export const theirIssuer = async ({ webKeys }: Authorities): Promise<TheirIssuer> => ({
  signingKey: webKeys.privateKey,
  shared: [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    await x509.AuthorityKeyIdentifierExtension.create(webKeys.publicKey, false, crypto),
    new x509.CRLDistributionPointsExtension([crlUrl]),
    new x509.AuthorityInfoAccessExtension({ ocsp: ocspUrl })
  ]
})

const theirCertificate = async (
  { shared, signingKey }: TheirIssuer,
  subject: string,
  publicKey: CryptoKey,
  nowMillis: number,
  serialNumber = newSerial()
) => {
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber,
      subject,
      issuer: "CN=Bench",
      notBefore: new Date(nowMillis),
      notAfter: new Date(nowMillis + 365 * dayMillis),
      signingAlgorithm: ecdsa,
      publicKey,
      signingKey,
      extensions: [...shared, await x509.SubjectKeyIdentifierExtension.create(publicKey, false, crypto)]
    },
    crypto
  )
  return certificate.toString("pem")
}

/** The same by `@peculiar/x509`, which signs outside of the main thread. */
export const theirFromKeys = (authorities: Authorities, nowMillis: number) =>
  Effect.promise(async () => {
    const issuer = await theirIssuer(authorities)
    const pems: Array<string> = []
    for (const [n, { publicKey }] of authorities.webPairs.entries()) {
      pems.push(await theirCertificate(issuer, `CN=client-${n}`, publicKey, nowMillis))
    }
    return pems
  })

/** For a signing request, which is checked before. */
export const theirCertificateFor = async (issuer: TheirIssuer, text: string, nowMillis: number) => {
  const request = new x509.Pkcs10CertificateRequest(text)
  if (!(await request.verify(crypto))) throw new Error("A signing request is wrong.")
  const { subject } = request
  const serial = newSerial()
  const publicKey = await request.publicKey.export(crypto)
  return { serial, subject, pem: await theirCertificate(issuer, subject, publicKey, nowMillis, serial) }
}

export const theirFromRequests = (authorities: Authorities, nowMillis: number) =>
  Effect.promise(async () => {
    const issuer = await theirIssuer(authorities)
    const pems: Array<string> = []
    for (const text of authorities.requests) {
      pems.push((await theirCertificateFor(issuer, text, nowMillis)).pem)
    }
    return pems
  })
