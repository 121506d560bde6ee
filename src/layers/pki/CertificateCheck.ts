import { hash, X509Certificate } from "node:crypto"
import type { CertificateProfile } from "../../domain/pki/CertificateProfile.ts"
import { extendedKeyUsageOids, keyUsageBits, profileRules } from "../../domain/pki/CertificateProfile.ts"
import { expiryWarningDays } from "../../domain/pki/ClientDecisions.ts"
import type { CertificateFacts } from "./CertificateFacts.ts"
import { factsOf } from "./CertificateFacts.ts"
import { keyProblem } from "./Keys.ts"
import { oids } from "./ObjectIdentifiers.ts"

export type CheckName = "signature" | "validity" | "expiry" | "revocation" | "usage" | "fingerprint"

export interface Check {
  readonly name: CheckName
  readonly status: "passed" | "warning" | "failed"
  readonly detail: string
}

export interface CertificateCheck {
  /** No check has failed. */
  readonly ok: boolean
  readonly checks: ReadonlyArray<Check>
}

export interface CertificateCheckRequest {
  readonly certificatePem: string
  /** Trusted ones: roots, and those that issue below them. */
  readonly authorities: ReadonlyArray<X509Certificate>
  readonly usage: CertificateProfile
  /** Asked for the certificate and for each authority above it but the root. */
  readonly isRevoked: (serial: string) => boolean
  /** SHA-256 in hexadecimal. Null: none is on record, so the certificate was never issued. Undefined: there is no record. */
  readonly knownFingerprint: string | null | undefined
  readonly nowMillis: number
}

const dayMillis = 86_400_000

/** Most certificates between a root and a client's own, both included. */
const maxPathLength = 6

/** Extensions that are looked at here; another critical one makes a certificate unusable (RFC 5280 §4.2). */
const understood = new Set<string>([
  oids.basicConstraints,
  oids.keyUsage,
  oids.extendedKeyUsage,
  oids.subjectAltName,
  oids.subjectKeyIdentifier,
  oids.authorityKeyIdentifier
])

const passed = (name: CheckName, detail: string): Check => ({ name, status: "passed", detail })
const warning = (name: CheckName, detail: string): Check => ({ name, status: "warning", detail })
const failed = (name: CheckName, detail: string): Check => ({ name, status: "failed", detail })

/** The serial of a certificate in lower-case hexadecimal, as it is written everywhere here. */
export const serialOf = (certificate: X509Certificate): string => certificate.serialNumber.toLowerCase()

const fingerprintOf = (certificate: X509Certificate): string => hash("sha256", certificate.raw, "hex")

/** The subject's own words, for people: its last line is its common name. */
const nameOf = ({ subject }: X509Certificate): string => subject.split("\n").at(-1) ?? subject

const isUnderstood = ({ criticalExtensions }: CertificateFacts): boolean =>
  criticalExtensions.every((oid) => understood.has(oid))

/** Whether the authority may vouch for certificates with so many authorities between it and the last one. */
const mayIssue = (authority: X509Certificate, below: number): boolean => {
  const facts = authority.ca ? factsOf(authority) : undefined
  if (facts === undefined || !isUnderstood(facts)) return false
  return facts.keyUsage?.has(keyUsageBits.keyCertSign) === true && below <= (facts.pathLength ?? Infinity)
}

const isSignedBy = (certificate: X509Certificate, authority: X509Certificate): boolean => {
  try {
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  } catch {
    return false
  }
}

const isSelfSigned = (certificate: X509Certificate): boolean => isSignedBy(certificate, certificate)

/** From the certificate up to a root, both included; undefined when no authority vouches for it. */
const pathOf = (
  path: ReadonlyArray<X509Certificate>,
  authorities: ReadonlyArray<X509Certificate>
): ReadonlyArray<X509Certificate> | undefined => {
  const last = path.at(-1)
  if (last === undefined || path.length > maxPathLength) return undefined
  if (path.length > 1 && isSelfSigned(last)) return path
  for (const authority of authorities) {
    if (path.some(({ raw }) => raw.equals(authority.raw))) continue
    if (!mayIssue(authority, path.length - 1) || !isSignedBy(last, authority)) continue
    const whole = pathOf([...path, authority], authorities)
    if (whole !== undefined) return whole
  }
  return undefined
}

const checkSignature = (path: ReadonlyArray<X509Certificate> | undefined): Check =>
  path === undefined
    ? failed("signature", "No trusted authority that may do so has signed it.")
    : passed("signature", `Signed by ${path.slice(1).map(nameOf).join(", which is signed by ")}.`)

const checkValidity = (path: ReadonlyArray<X509Certificate>, nowMillis: number): Check => {
  const early = path.find(({ validFromDate }) => nowMillis < validFromDate.getTime())
  if (early !== undefined) {
    return failed("validity", `${nameOf(early)} is not valid before ${early.validFromDate.toISOString()}.`)
  }
  // The last second belongs to it (RFC 5280 §4.1.2.5).
  const late = path.find(({ validToDate }) => nowMillis >= validToDate.getTime() + 1000)
  return late === undefined
    ? passed("validity", "Within its time, and so are the authorities above it.")
    : failed("validity", `${nameOf(late)} has expired at ${late.validToDate.toISOString()}.`)
}

const checkExpiry = ({ validToDate }: X509Certificate, nowMillis: number): Check => {
  const days = Math.floor((validToDate.getTime() - nowMillis) / dayMillis)
  const detail = `${Math.max(0, days)} days are left.`
  return days < expiryWarningDays ? warning("expiry", detail) : passed("expiry", detail)
}

const checkRevocation = (path: ReadonlyArray<X509Certificate>, isRevoked: (serial: string) => boolean): Check => {
  const revoked = path.find((certificate) => isRevoked(serialOf(certificate)))
  return revoked === undefined
    ? passed("revocation", "Not revoked.")
    : failed("revocation", `${nameOf(revoked)} (serial ${serialOf(revoked)}) is revoked.`)
}

const checkUsage = (certificate: X509Certificate, usage: CertificateProfile): Check => {
  const facts = factsOf(certificate)
  if (facts === undefined) return failed("usage", "Its extensions cannot be read.")
  if (certificate.ca) return failed("usage", "It is an authority's own certificate.")
  if (!isUnderstood(facts)) return failed("usage", "It has a critical extension that is not known here.")
  if (keyProblem(certificate.publicKey) !== undefined)
    return failed("usage", "Its key is too weak, or of a wrong kind.")
  const { extendedKeyUsages, keyUsages } = profileRules[usage]
  // What is not limited by an extension is allowed (RFC 5280 §4.2.1.3), but here every certificate says what it is for.
  const lacking = [
    ...keyUsages.filter((name) => facts.keyUsage?.has(keyUsageBits[name]) !== true),
    ...extendedKeyUsages.filter((name) => !(certificate.keyUsage ?? []).includes(extendedKeyUsageOids[name]))
  ]
  return lacking.length === 0
    ? passed("usage", `Good for a ${usage}.`)
    : failed("usage", `Not good for a ${usage}: it lacks ${lacking.join(", ")}.`)
}

const checkFingerprint = (certificate: X509Certificate, known: string | null | undefined): Check => {
  if (known === undefined) return warning("fingerprint", "There is no record to compare it with.")
  if (known === null) return failed("fingerprint", "No such certificate is on record.")
  return known.replaceAll(":", "").toLowerCase() === fingerprintOf(certificate)
    ? passed("fingerprint", "The same as on record.")
    : failed("fingerprint", "Another certificate is on record under its serial.")
}

const names: ReadonlyArray<CheckName> = ["signature", "validity", "expiry", "revocation", "usage", "fingerprint"]

const certificateOf = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** All that has to be right with a certificate, each said apart. What cannot be read fails all of it. */
export const checkCertificate = (request: CertificateCheckRequest): CertificateCheck => {
  const certificate = certificateOf(request.certificatePem)
  if (certificate === undefined) {
    return { ok: false, checks: names.map((name) => failed(name, "The certificate cannot be read.")) }
  }
  const path = pathOf([certificate], request.authorities)
  const known = path ?? [certificate]
  const checks = [
    checkSignature(path),
    checkValidity(known, request.nowMillis),
    checkExpiry(certificate, request.nowMillis),
    checkRevocation(known.length > 1 ? known.slice(0, -1) : known, request.isRevoked),
    checkUsage(certificate, request.usage),
    checkFingerprint(certificate, request.knownFingerprint)
  ]
  return { ok: checks.every(({ status }) => status !== "failed"), checks }
}
