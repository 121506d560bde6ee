import { Schema } from "effect"
import { AuthorityState } from "../../domain/pki/Authority.ts"
import { CertificateProfile, ClientId, DnsName, KeyAlgorithm } from "../../domain/pki/CertificateProfile.ts"
import { CertificateStatus, ClientLimits } from "../../domain/pki/Client.ts"
import { RevocationReason } from "../../domain/pki/RevocationReason.ts"

export const SerialText = Schema.String.check(
  Schema.isPattern(/^[0-9a-fA-F]{1,40}$/, { expected: "a serial number in hexadecimal" })
)

/** One certificate; `pem` is the certificate itself. Instants are ISO 8601, UTC. */
export const CertificateView = Schema.Struct({
  serial: Schema.String,
  clientId: Schema.String,
  domain: Schema.String,
  profile: CertificateProfile,
  status: CertificateStatus,
  fingerprint: Schema.String,
  issuer: Schema.String,
  notBefore: Schema.String,
  notAfter: Schema.String,
  revokedAt: Schema.NullOr(Schema.String),
  revocationReason: Schema.NullOr(RevocationReason),
  revocationNote: Schema.NullOr(Schema.String),
  renews: Schema.NullOr(Schema.String),
  pem: Schema.String,
  createdAt: Schema.String
}).annotate({ identifier: "Certificate" })
export type CertificateView = typeof CertificateView.Type

/** A certificate as it is handed out, with what its holder needs beside it. */
export const IssuedView = Schema.Struct({
  clientId: Schema.String,
  serial: Schema.String,
  fingerprint: Schema.String,
  notAfter: Schema.String,
  pem: Schema.String,
  /** The issuer's certificate, which goes along with the client's own. */
  chainPem: Schema.String,
  /** The root, which the client trusts the listener by. */
  rootPem: Schema.String,
  /** A key that was made here is shown this once and kept nowhere; null with a signing request or PKCS#12. */
  privateKeyPem: Schema.NullOr(Schema.String),
  /** Key and certificates in PKCS#12 (RFC 7292), Base64; null unless a password was given. */
  pkcs12: Schema.NullOr(Schema.String)
}).annotate({ identifier: "IssuedCertificate" })
export type IssuedView = typeof IssuedView.Type

/** Either a signing request (PKCS#10 in PEM), or which kind of key is to be made here, and how it is handed out. */
export const keySource = {
  signingRequest: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(16_384))),
  keyAlgorithm: Schema.optionalKey(KeyAlgorithm),
  password: Schema.optionalKey(
    Schema.String.check(Schema.isMinLength(8), Schema.isMaxLength(128)).annotate({
      description: "Hands the key out as PKCS#12 under this password."
    })
  )
}

export const validityDays = Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3_650 })))

export const IssueRequest = Schema.Struct({
  clientId: ClientId,
  profile: Schema.optionalKey(CertificateProfile),
  validityDays,
  ...keySource,
  dnsNames: Schema.optionalKey(Schema.Array(DnsName)),
  ipAddresses: Schema.optionalKey(Schema.Array(Schema.String.check(Schema.isMaxLength(45)))),
  limits: Schema.optionalKey(ClientLimits)
})

export const RevokeRequest = Schema.Struct({
  reason: Schema.optionalKey(RevocationReason),
  note: Schema.String.check(Schema.isPattern(/^[^\p{Cc}]{1,500}$/u, { expected: "1 to 500 characters" }))
})

const years = Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 })))

export const AuthorityRequest = Schema.Struct({
  commonName: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[^\p{C}]{1,50}$/u))),
  algorithm: Schema.optionalKey(KeyAlgorithm),
  rootYears: years,
  issuerYears: years
})

export const AuthorityView = Schema.Struct({ ...AuthorityState.fields }).annotate({ identifier: "Authority" })

/** What the six checks of a certificate found. */
export const CertificateReport = Schema.Struct({
  ok: Schema.Boolean,
  checks: Schema.Array(
    Schema.Struct({
      name: Schema.Literals(["signature", "validity", "expiry", "revocation", "usage", "fingerprint"]),
      status: Schema.Literals(["passed", "warning", "failed"]),
      detail: Schema.String
    })
  )
}).annotate({ identifier: "CertificateReport" })
