import { Effect, Redacted, Result } from "effect"
import type { KeyObject } from "node:crypto"
import type { KeyAlgorithm } from "../domain/pki/CertificateProfile.ts"
import type { ClientState, HeldCertificate } from "../domain/pki/Client.ts"
import { chainOf } from "../domain/pki/Trust.ts"
import { generateKeyPair } from "../layers/pki/Keys.ts"
import { makePkcs12 } from "../layers/pki/Pkcs12.ts"
import { readSigningRequest } from "../layers/pki/SigningRequest.ts"
import type { TrustStore } from "../layers/pki/TrustStore.ts"
import { SigningRequestRefused } from "./api/CertificateProblems.ts"
import type { IssuedView } from "./api/CertificateViews.ts"

/** A serial number as the lists have it. */
export const serialOf = (text: string): string => text.toLowerCase().replace(/^0+(?=.)/, "")

export interface KeySource {
  readonly signingRequest?: string | undefined
  readonly keyAlgorithm?: KeyAlgorithm | undefined
  readonly password?: string | undefined
}

/** The key that a certificate is for, and its private half when it is made here. */
export interface Keys {
  readonly publicKeyPem: string
  readonly privateKey: KeyObject | null
}

const spki = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString()

/** The key of a signing request, which must be for the client that it is sent for, or a new one. */
export const keysFor = Effect.fnUntraced(function* (clientId: string, source: KeySource) {
  if (source.signingRequest === undefined) {
    const { privateKey, publicKey } = yield* generateKeyPair(source.keyAlgorithm ?? "ecdsa-p256")
    return { publicKeyPem: spki(publicKey), privateKey } satisfies Keys
  }
  const read = readSigningRequest(source.signingRequest)
  if (Result.isFailure(read)) {
    const { message, reason } = read.failure
    return yield* new SigningRequestRefused({ reason, detail: `${message}.` })
  }
  const { commonName, publicKey } = read.success
  if (commonName !== clientId) {
    const detail = `The signing request is for ${JSON.stringify(commonName)}, not for ${clientId}.`
    return yield* new SigningRequestRefused({ reason: "OtherName", detail })
  }
  return { publicKeyPem: spki(publicKey), privateKey: null } satisfies Keys
})

/** What the holder of a new certificate gets. A private key leaves here this once. */
export const issuedView = Effect.fnUntraced(function* (
  state: ClientState,
  held: HeldCertificate,
  {
    keys,
    password,
    trust
  }: {
    readonly keys: Keys
    readonly password: string | undefined
    readonly trust: TrustStore["Service"]
  }
) {
  const authority = yield* trust.authorityWith(held.issuer)
  const chain = chainOf(authority, held.issuer)
  const { privateKey } = keys
  const pkcs12 =
    password === undefined || privateKey === null
      ? null
      : makePkcs12({
          privateKey,
          certificatePem: held.pem,
          chainPem: [...chain],
          password: Redacted.make(password),
          friendlyName: state.clientId
        }).toString("base64")
  const view: IssuedView = {
    clientId: state.clientId,
    serial: held.serial,
    fingerprint: held.fingerprint,
    notAfter: new Date(held.notAfterMillis).toISOString(),
    pem: held.pem,
    chainPem: chain.join(""),
    rootPem: authority.root?.pem ?? "",
    privateKeyPem:
      privateKey === null || pkcs12 !== null ? null : privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    pkcs12
  }
  return view
})
