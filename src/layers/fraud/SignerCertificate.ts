import { X509Certificate } from "node:crypto"
import type { KeyObject } from "node:crypto"
import type { PassportProblem } from "../../domain/fraud/stir/PassportReason.ts"
import type { TnEntry } from "../../domain/fraud/stir/TnAuthList.ts"
import { tnAuthListOf } from "../../domain/fraud/stir/TnAuthList.ts"

/** Most certificates that are read from one file or answer of a signer. */
export const maxChainLength = 6

/** A certificate that leads to a trust anchor. Its times are those for which the whole chain is valid. */
export interface SignerCertificate {
  readonly key: KeyObject
  readonly validFromMillis: number
  readonly validToMillis: number
  readonly speaksFor: ReadonlyArray<TnEntry>
}

const begin = "-----BEGIN CERTIFICATE-----"
const end = "-----END CERTIFICATE-----"

const pemBlocks = (text: string): ReadonlyArray<string> =>
  text
    .split(begin)
    .slice(1)
    .flatMap((rest) => (rest.includes(end) ? [`${begin}${rest.slice(0, rest.indexOf(end))}${end}\n`] : []))

/** Certificates in PEM (RFC 7468) or a single one in DER; undefined when one of them is damaged, or there is none. */
export const certificatesOf = (bytes: Uint8Array, max: number): ReadonlyArray<X509Certificate> | undefined => {
  const text = Buffer.from(bytes).toString("latin1")
  const blocks = text.includes(begin) ? pemBlocks(text) : [Buffer.from(bytes)]
  try {
    return blocks.length === 0 || blocks.length > max ? undefined : blocks.map((block) => new X509Certificate(block))
  } catch {
    return undefined
  }
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean => {
  try {
    return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
  } catch {
    return false
  }
}

/** The certificates from the first one given up to a trust anchor, both included. */
const pathOf = (
  [leaf, ...others]: ReadonlyArray<X509Certificate>,
  anchors: ReadonlyArray<X509Certificate>
): ReadonlyArray<X509Certificate> | undefined => {
  const path = leaf === undefined ? [] : [leaf]
  for (let last = leaf; last !== undefined && path.length <= maxChainLength; last = path.at(-1)) {
    const child = last
    const anchor = anchors.find((anchor) => isIssuedBy(child, anchor))
    if (anchor !== undefined) return [...path, anchor]
    const issuer = others.find((other) => !path.includes(other) && isIssuedBy(child, other))
    if (issuer === undefined) return undefined
    path.push(issuer)
  }
  return undefined
}

const isP256 = (key: KeyObject): boolean =>
  key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1"

/**
 * Checks a signer's certificates, its own first (RFC 8226, RFC 5280 §6): each is signed by the next, the last by an anchor.
 * Whether they are valid at the time of a call is for the caller to look at.
 */
export const signerCertificateOf = (
  bytes: Uint8Array,
  anchors: ReadonlyArray<X509Certificate>
): SignerCertificate | PassportProblem => {
  const certificates = certificatesOf(bytes, maxChainLength)
  const leaf = certificates?.[0]
  if (certificates === undefined || leaf === undefined) return "MalformedCertificate"
  const path = pathOf(certificates, anchors)
  if (path === undefined || leaf.ca) return "UntrustedCertificate"
  const speaksFor = tnAuthListOf(leaf.raw)
  if (speaksFor === undefined) return "NoTnAuthList"
  const key = leaf.publicKey
  if (!isP256(key)) return "CertificateKeyRefused"
  return {
    key,
    speaksFor,
    validFromMillis: Math.max(...path.map(({ validFromDate }) => validFromDate.getTime())),
    validToMillis: Math.min(...path.map(({ validToDate }) => validToDate.getTime()))
  }
}
