import { hash, randomBytes } from "node:crypto"
import type { KeyObject } from "node:crypto"
import type { CertificateProfile } from "../../domain/pki/CertificateProfile.ts"
import { profileRules } from "../../domain/pki/CertificateProfile.ts"
import { contextTag, der, integer, integerHex, oid, sequence, tags, utf8 } from "./Der.ts"
import { time } from "./DerTime.ts"
import * as Extensions from "./Extensions.ts"
import type { Issuer } from "./Issuer.ts"
import { issuerParts, signatureAlgorithm, signed } from "./Issuer.ts"
import { oids } from "./ObjectIdentifiers.ts"
import { toPem } from "./Pem.ts"
import { keyIdentifierOf, spkiOf } from "./SubjectPublicKey.ts"

export type { Issuer } from "./Issuer.ts"

/** A certificate as it was signed. Its times may be earlier than those asked for: they are whole seconds, and end with its issuer's. */
export interface Issued {
  readonly der: Buffer
  readonly pem: string
  readonly serial: string
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string
  readonly notBeforeMillis: number
  readonly notAfterMillis: number
}

export interface Subject {
  readonly commonName: string
  readonly organization: string | null
  readonly organizationalUnit: string | null
}

interface Times {
  readonly serial: string
  readonly notBeforeMillis: number
  readonly notAfterMillis: number
}

export interface RootRequest extends Times {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly commonName: string
  readonly organization: string | null
}

export interface AuthorityRequest extends Times {
  readonly publicKey: KeyObject
  readonly commonName: string
  readonly organization: string | null
  readonly crlUrl?: string | null
  readonly ocspUrl?: string | null
}

export interface CertificateRequest extends Times {
  readonly profile: CertificateProfile
  readonly publicKey: KeyObject
  readonly subject: Subject
  readonly dnsNames: ReadonlyArray<string>
  readonly ipAddresses: ReadonlyArray<string>
  readonly crlUrl: string | null
  readonly ocspUrl: string | null
}

/** A serial number that nobody can guess: 128 random bits, positive, in 32 digits of lower-case hexadecimal. */
export const newSerial = (): string => {
  const bytes = randomBytes(16)
  // Without leading zeros each number has one spelling, also in other programs.
  return (bytes[0] ?? 0) < 0x10 ? newSerial() : bytes.toString("hex")
}

const isSerial = (serial: string): boolean => /^(?=.*[1-9a-f])[0-9a-f]{1,40}$/i.test(serial)

const version3 = der(contextTag(0), integer(2))

const attributeStarts = {
  commonName: oid(oids.commonName),
  organization: oid(oids.organization),
  organizationalUnit: oid(oids.organizationalUnit)
}

const attribute = (type: Buffer, text: string | null): Buffer =>
  text === null || text === "" ? Buffer.alloc(0) : der(tags.set, sequence(type, utf8(text)))

/** A Name (RFC 5280 §4.1.2.4), from the widest part to the narrowest. */
const nameOf = ({ commonName, organization, organizationalUnit }: Subject): Buffer =>
  sequence(
    attribute(attributeStarts.organization, organization),
    attribute(attributeStarts.organizationalUnit, organizationalUnit),
    attribute(attributeStarts.commonName, commonName)
  )

interface Signing {
  readonly key: KeyObject
  readonly name: Buffer
  readonly notAfterMillis: number
}

const wholeSeconds = (millis: number): number => Math.floor(millis / 1000) * 1000

const issue = (
  { key, name, notAfterMillis }: Signing,
  request: Times,
  subject: Buffer,
  spki: Buffer,
  extensions: ReadonlyArray<Buffer>
): Issued => {
  if (!isSerial(request.serial))
    throw new TypeError("A serial number is positive, in hexadecimal of at most 20 octets.")
  const begin = wholeSeconds(request.notBeforeMillis)
  const end = wholeSeconds(Math.min(request.notAfterMillis, notAfterMillis))
  const toBeSigned = sequence(
    version3,
    integerHex(request.serial),
    signatureAlgorithm(key),
    name,
    sequence(time(begin), time(end)),
    subject,
    spki,
    der(contextTag(3), sequence(...extensions))
  )
  const bytes = signed(toBeSigned, key)
  return {
    der: bytes,
    pem: toPem("CERTIFICATE", bytes),
    serial: request.serial,
    fingerprint: hash("sha256", bytes, "hex"),
    notBeforeMillis: begin,
    notAfterMillis: end
  }
}

const authorityUsage = Extensions.keyUsage(["keyCertSign", "cRLSign"])

/** A root: an authority that vouches for itself. */
export const selfSigned = (request: RootRequest): Issued => {
  const spki = spkiOf(request.publicKey)
  const name = nameOf({ ...request, organizationalUnit: null })
  const identifier = keyIdentifierOf(spki)
  return issue({ key: request.privateKey, name, notAfterMillis: request.notAfterMillis }, request, name, spki, [
    Extensions.authorityConstraints(undefined),
    authorityUsage,
    Extensions.subjectKeyIdentifier(identifier)
  ])
}

const placesOf = ({ crlUrl, ocspUrl }: Pick<AuthorityRequest, "crlUrl" | "ocspUrl">): ReadonlyArray<Buffer> => [
  ...(typeof crlUrl === "string" ? [Extensions.crlDistributionPoint(crlUrl)] : []),
  ...(typeof ocspUrl === "string" ? [Extensions.ocspResponder(ocspUrl)] : [])
]

const signingOf = (issuer: Issuer): Signing => {
  const { name, notAfterMillis } = issuerParts(issuer)
  return { key: issuer.privateKey, name, notAfterMillis }
}

/** An issuing authority: below it there is no further one. It ends with the root at the latest. */
export const issueAuthority = (root: Issuer, request: AuthorityRequest): Issued => {
  const spki = spkiOf(request.publicKey)
  return issue(signingOf(root), request, nameOf({ ...request, organizationalUnit: null }), spki, [
    Extensions.authorityConstraints(0),
    authorityUsage,
    Extensions.subjectKeyIdentifier(keyIdentifierOf(spki)),
    Extensions.authorityKeyIdentifier(issuerParts(root).keyIdentifier),
    ...placesOf(request)
  ])
}

/** Most different sets of shared extensions that are kept of one issuer: profiles and URLs, which hardly change. */
const maxSharedSets = 32

const sharedSets = new WeakMap<Issuer["certificate"], Map<string, Buffer>>()

/** What all certificates of an issuer, profile and addresses have in common. */
const sharedExtensions = (issuer: Issuer, request: CertificateRequest): Buffer => {
  const sets = sharedSets.get(issuer.certificate) ?? new Map<string, Buffer>()
  sharedSets.set(issuer.certificate, sets)
  const key = `${request.profile} ${request.crlUrl} ${request.ocspUrl}`
  const found = sets.get(key)
  if (found !== undefined) return found
  const { extendedKeyUsages, keyUsages } = profileRules[request.profile]
  const made = Buffer.concat([
    Extensions.endEntityConstraints,
    Extensions.keyUsage(keyUsages),
    Extensions.extendedKeyUsage(extendedKeyUsages),
    Extensions.authorityKeyIdentifier(issuerParts(issuer).keyIdentifier),
    ...placesOf(request)
  ])
  if (sets.size >= maxSharedSets) sets.clear()
  sets.set(key, made)
  return made
}

/**
 * A certificate of the profile. That the key is good enough, and the names are the subject's own and fit the profile, is for
 * the caller to look at before. It ends with its issuer at the latest.
 */
export const issueCertificate = (issuer: Issuer, request: CertificateRequest): Issued => {
  const { dnsNames, ipAddresses, publicKey, subject } = request
  const spki = spkiOf(publicKey)
  const shared = sharedExtensions(issuer, request)
  const own = Extensions.subjectKeyIdentifier(keyIdentifierOf(spki))
  const hasNames = dnsNames.length + ipAddresses.length > 0
  return issue(
    signingOf(issuer),
    request,
    nameOf(subject),
    spki,
    hasNames ? [shared, own, Extensions.subjectAltName(dnsNames, ipAddresses)] : [shared, own]
  )
}
