import type { Extension } from "@peculiar/x509"
import { KeyObject, sign } from "node:crypto"
import { signingInputOf } from "../../../src/domain/fraud/stir/Passport.ts"

// The library looks for this one while it is loaded.
await import("reflect-metadata")
const x509 = await import("@peculiar/x509")

const day = 86_400_000

/** DER: a tag, a short length, the content. */
const der = (tag: number, ...content: ReadonlyArray<number>) => [tag, content.length, ...content]
const ia5 = (text: string) => der(0x16, ...Buffer.from(text))

export const provider = (code: string) => der(0xa0, ...ia5(code))
export const oneNumber = (number: string) => der(0xa2, ...ia5(number))
export const numberRange = (first: string, count: number) => der(0xa1, ...der(0x30, ...ia5(first), ...der(0x02, count)))

/** The extension of RFC 8226 §9. */
export const tnAuthList = (...entries: ReadonlyArray<ReadonlyArray<number>>) =>
  new x509.Extension("1.3.6.1.5.5.7.1.26", false, Uint8Array.from(der(0x30, ...entries.flat())))

export interface Keys {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

export const keysOn = async (namedCurve: "P-256" | "P-384"): Promise<Keys> =>
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve }, true, ["sign", "verify"])

export interface Wanted {
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly extensions?: ReadonlyArray<Extension>
  readonly keys?: Keys
}

export interface Issued {
  readonly pem: string
  readonly der: Uint8Array
  readonly keys: Keys
}

const now = Date.UTC(2026, 0, 15)

const issue = async (subject: string, issuer: { readonly name: string; readonly keys?: Keys }, wanted: Wanted) => {
  const keys = wanted.keys ?? (await keysOn("P-256"))
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: `CN=${subject}`,
      issuer: `CN=${issuer.name}`,
      notBefore: wanted.notBefore ?? new Date(now - day),
      notAfter: wanted.notAfter ?? new Date(now + 365 * day),
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      publicKey: keys.publicKey,
      signingKey: (issuer.keys ?? keys).privateKey,
      extensions: [...(wanted.extensions ?? [])]
    },
    crypto
  )
  return { pem: `${certificate.toString("pem")}\n`, der: new Uint8Array(certificate.rawData), keys }
}

const authorityExtensions = [
  new x509.BasicConstraintsExtension(true, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)
]

/** An authority that signs the certificates of signers, and of authorities below it. */
export interface SigningAuthority extends Issued {
  readonly signer: (wanted?: Wanted) => Promise<Issued>
  readonly below: (name: string, wanted?: Wanted) => Promise<SigningAuthority>
}

const authorityOf = (name: string, issued: Issued): SigningAuthority => ({
  ...issued,
  signer: (wanted = {}) =>
    issue("SHAKEN 1234", { name, keys: issued.keys }, { extensions: [tnAuthList(provider("1234"))], ...wanted }),
  below: async (child, wanted = {}) =>
    authorityOf(child, await issue(child, { name, keys: issued.keys }, { extensions: authorityExtensions, ...wanted }))
})

export const rootAuthority = async (name: string, wanted: Wanted = {}): Promise<SigningAuthority> =>
  authorityOf(name, await issue(name, { name }, { extensions: authorityExtensions, ...wanted }))

export const x5u = "https://certificates.example.com/shaken.pem"

/** 2026-01-15, noon: the call of most tests. */
export const atMillis = now + day / 2

export interface Stated {
  readonly header?: Record<string, string>
  readonly claims?: Record<string, unknown>
  readonly parameters?: string
}

export const shakenHeader = { alg: "ES256", ppt: "shaken", typ: "passport", x5u }
export const shakenClaims = {
  attest: "A",
  dest: { tn: ["2348031234567"] },
  iat: atMillis / 1000,
  orig: { tn: "2347031112222" },
  origid: "123e4567-e89b-12d3-a456-426655440000"
}

export const signed = (signingInput: string, keys: Keys): string =>
  sign("sha256", Buffer.from(signingInput), {
    key: KeyObject.from(keys.privateKey),
    dsaEncoding: "ieee-p1363"
  }).toString("base64url")

/** An Identity header for a call from +2347031112222 to +2348031234567, signed with the key. */
export const identityBy = (keys: Keys, { claims, header, parameters }: Stated = {}): string => {
  const stated = { ...shakenHeader, ...header }
  const said = JSON.parse(JSON.stringify({ ...shakenClaims, ...claims }))
  const signingInput = signingInputOf(JSON.parse(JSON.stringify(stated)), said)
  return `${signingInput}.${signed(signingInput, keys)};${parameters ?? `info=<${stated.x5u}>;alg=ES256;ppt=${stated.ppt}`}`
}
