import { sign } from "node:crypto"
import type { KeyObject, X509Certificate } from "node:crypto"
import { factsOf } from "./CertificateFacts.ts"
import { bits, sequence } from "./Der.ts"
import { ecdsaWithSha256, sha256WithRsa } from "./ObjectIdentifiers.ts"
import { keyIdentifierOf } from "./SubjectPublicKey.ts"

/** An authority that signs. Keep the object: what all that it signs has in common is worked out once for it. */
export interface Issuer {
  readonly certificate: X509Certificate
  readonly privateKey: KeyObject
}

export interface IssuerParts {
  /** Its subject, in DER. */
  readonly name: Buffer
  readonly spki: Buffer
  readonly keyIdentifier: Buffer
  readonly notAfterMillis: number
}

const known = new WeakMap<X509Certificate, IssuerParts>()

export const issuerParts = ({ certificate }: Issuer): IssuerParts => {
  const found = known.get(certificate)
  if (found !== undefined) return found
  const facts = factsOf(certificate)
  if (facts === undefined) throw new TypeError("An issuer's certificate is one of version 3.")
  const parts = {
    name: facts.subject,
    spki: facts.spki,
    keyIdentifier: facts.subjectKeyIdentifier ?? keyIdentifierOf(facts.spki),
    notAfterMillis: certificate.validToDate.getTime()
  }
  known.set(certificate, parts)
  return parts
}

/** The AlgorithmIdentifier of what the key signs: ECDSA or RSA (PKCS #1 v1.5), with SHA-256. */
export const signatureAlgorithm = (key: KeyObject): Buffer =>
  key.asymmetricKeyType === "ec" ? ecdsaWithSha256 : sha256WithRsa

/** `SIGNED` (RFC 5280 §4.1): what is to be signed, the algorithm, the signature, and what comes after it. */
export const signed = (toBeSigned: Buffer, key: KeyObject, ...after: ReadonlyArray<Buffer>): Buffer =>
  sequence(toBeSigned, signatureAlgorithm(key), bits(sign("sha256", toBeSigned, key)), ...after)
