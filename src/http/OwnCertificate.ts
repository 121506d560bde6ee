import { Effect } from "effect"
import { X509Certificate } from "node:crypto"
import type { CertificateProfile } from "../domain/pki/CertificateProfile.ts"
import { ClientCertificate } from "../entities/ClientCertificate.ts"
import { generateKeyPair } from "../layers/pki/Keys.ts"

const validityDays = 365

export interface OwnCertificate {
  readonly clientId: string
  readonly profile: CertificateProfile
  readonly dnsNames: ReadonlyArray<string>
  readonly ipAddresses: ReadonlyArray<string>
  /** Of the command, given the new public key in PEM: a key that is new makes a command that is new. */
  readonly commandKey: (publicKeyPem: string) => string
}

/** Has the plane's authority certify keys that are made here and go nowhere else. */
export const makeOwnCertificates = Effect.gen(function* () {
  const clientOf = yield* ClientCertificate.client
  return Effect.fnUntraced(function* ({ clientId, commandKey, ...wanted }: OwnCertificate) {
    const { privateKey, publicKey } = yield* generateKeyPair("ecdsa-p256")
    const publicKeyPem = publicKey.export({ type: "spki", format: "pem" }).toString()
    const state = yield* clientOf(clientId).Issue({
      ...wanted,
      commandKey: commandKey(publicKeyPem),
      by: "tandem",
      publicKeyPem,
      validityDays
    })
    const held = state.certificates.findLast(({ pem }) => new X509Certificate(pem).checkPrivateKey(privateKey))
    if (held === undefined) return yield* Effect.die(`the new certificate of ${clientId} is not among its actor's`)
    return { key: privateKey, held }
  })
})
