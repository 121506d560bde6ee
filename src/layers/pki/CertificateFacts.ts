import { Result } from "effect"
import type { X509Certificate } from "node:crypto"
import type { DerValue, ReadExtension } from "./DerReader.ts"
import { childTagged, readDer, readExtensions } from "./DerReader.ts"
import { oids } from "./ObjectIdentifiers.ts"

/** What of a certificate (RFC 5280 §4) node:crypto does not tell. */
export interface CertificateFacts {
  /** The subject and the key, in DER. */
  readonly subject: Buffer
  readonly spki: Buffer
  readonly subjectKeyIdentifier: Buffer | undefined
  /** Bits that are set, by their number; undefined when it says nothing of its use. */
  readonly keyUsage: ReadonlySet<number> | undefined
  /** How many authorities may follow below this one; undefined for any number. */
  readonly pathLength: number | undefined
  readonly criticalExtensions: ReadonlyArray<string>
}

const content = (extensions: ReadonlyArray<ReadExtension>, oid: string): Buffer | undefined =>
  extensions.find((extension) => extension.oid === oid)?.value

/** Extensions that are no SEQUENCE are wrapped into one to be read. */
const plainValue = (bytes: Buffer | undefined): DerValue | undefined =>
  bytes === undefined || bytes.length > 100
    ? undefined
    : Result.getOrUndefined(readDer(Buffer.concat([Buffer.of(0x30, bytes.length), bytes])))?.children[0]

const bitsOf = (value: DerValue | undefined): ReadonlySet<number> | undefined => {
  if (value?.tag !== 0x03) return undefined
  const set = new Set<number>()
  for (const [index, byte] of value.content.subarray(1).entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) set.add(index * 8 + bit)
  }
  return set
}

const pathLengthOf = (bytes: Buffer | undefined): number | undefined => {
  const constraints = bytes === undefined ? undefined : Result.getOrUndefined(readDer(bytes))
  const length = constraints === undefined ? undefined : childTagged(constraints, 0x02)
  // A length of several octets bounds nothing.
  return length?.content.length === 1 ? length.content[0] : undefined
}

/** Undefined for a certificate without the extensions that version 3 has, or with damaged ones. */
export const factsOf = (certificate: X509Certificate): CertificateFacts | undefined => {
  const tbs = Result.getOrUndefined(readDer(certificate.raw))?.children[0]
  // version, serial, signature, issuer, validity, subject, subjectPublicKeyInfo
  const subject = tbs?.children[5]
  const spki = tbs?.children[6]
  const extensions = readExtensions(tbs && childTagged(tbs, 0xa3)?.children[0])
  if (subject === undefined || spki === undefined || extensions === undefined) return undefined
  return {
    subject: subject.raw,
    spki: spki.raw,
    subjectKeyIdentifier: plainValue(content(extensions, oids.subjectKeyIdentifier))?.content,
    keyUsage: bitsOf(plainValue(content(extensions, oids.keyUsage))),
    pathLength: pathLengthOf(content(extensions, oids.basicConstraints)),
    criticalExtensions: extensions.flatMap(({ critical, oid }) => (critical ? [oid] : []))
  }
}
