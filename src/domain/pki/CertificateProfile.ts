import { Schema } from "effect"

export const CertificateProfile = Schema.Literals(["client", "server", "gateway"])
export type CertificateProfile = typeof CertificateProfile.Type

export const KeyAlgorithm = Schema.Literals(["ecdsa-p256", "rsa-2048", "rsa-4096"])
export type KeyAlgorithm = typeof KeyAlgorithm.Type

/** The name of a client; the common name of its certificates (at most 64 characters, RFC 5280 appendix A.1). */
export const ClientId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/))

/** A host name (RFC 1123 §2.1), in a certificate perhaps with a wildcard for its first label (RFC 9525 §6.3). */
export const DnsName = Schema.String.check(
  Schema.isMaxLength(253),
  Schema.isPattern(/^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i)
)

/** Text of a subject (RFC 5280 appendix A.1): nothing that a terminal, a log or a header could take for something else. */
export const SubjectText = Schema.String.check(Schema.isPattern(/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u))

/** Most names beside the common one in a certificate. */
export const maxAlternativeNames = 100

/** Bits of keyUsage (RFC 5280 §4.2.1.3), by their number. */
export const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6
} as const
export type KeyUsage = keyof typeof keyUsageBits

/** RFC 5280 §4.2.1.12. */
export const extendedKeyUsageOids = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" } as const
export type ExtendedKeyUsage = keyof typeof extendedKeyUsageOids

export interface ProfileRules {
  /** TLS 1.2 and later need no more than a signature; the key never encrypts anything. */
  readonly keyUsages: ReadonlyArray<KeyUsage>
  readonly extendedKeyUsages: ReadonlyArray<ExtendedKeyUsage>
  /** Whether it may carry DNS names and IP addresses. A client is its common name and nothing else. */
  readonly carriesHosts: boolean
  readonly defaultDays: number
  /** Never longer than its issuer, too. */
  readonly maxDays: number
}

export const profileRules: Readonly<Record<CertificateProfile, ProfileRules>> = {
  client: {
    keyUsages: ["digitalSignature"],
    extendedKeyUsages: ["clientAuth"],
    carriesHosts: false,
    defaultDays: 365,
    maxDays: 3650
  },
  server: {
    keyUsages: ["digitalSignature"],
    extendedKeyUsages: ["serverAuth"],
    carriesHosts: true,
    defaultDays: 365,
    maxDays: 825
  },
  gateway: {
    keyUsages: ["digitalSignature"],
    extendedKeyUsages: ["clientAuth", "serverAuth"],
    carriesHosts: true,
    defaultDays: 365,
    maxDays: 3650
  }
}
