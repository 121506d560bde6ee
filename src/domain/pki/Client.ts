import { Schema } from "effect"
import { messageDomainPattern } from "../messaging/MessageDomain.ts"
import { CertificateProfile } from "./CertificateProfile.ts"
import { RevocationReason } from "./RevocationReason.ts"

/**
 * `issued` and `expiring` ones are good, and so is a `renewed` one until its own time is over: client and operator take the
 * new one into use when it suits them.
 */
export const CertificateStatus = Schema.Literals(["issued", "expiring", "renewed", "revoked", "expired"])
export type CertificateStatus = typeof CertificateStatus.Type

/** What is written down of a certificate when it is issued. Instants are milliseconds since the epoch. */
export const IssuedCertificate = Schema.Struct({
  /** Lower-case hexadecimal. */
  serial: Schema.String,
  /** SHA-256 of the DER, lower-case hexadecimal. */
  fingerprint: Schema.String,
  pem: Schema.String,
  profile: CertificateProfile,
  /** The key of the issuing authority, by the fingerprint of its certificate. */
  issuer: Schema.String,
  notBeforeMillis: Schema.Int,
  notAfterMillis: Schema.Int,
  /** The serial of the certificate that this one takes over from. */
  renews: Schema.NullOr(Schema.String)
})
export type IssuedCertificate = typeof IssuedCertificate.Type

export const HeldCertificate = Schema.Struct({
  ...IssuedCertificate.fields,
  status: CertificateStatus,
  revokedAtMillis: Schema.NullOr(Schema.Int),
  revocationReason: Schema.NullOr(RevocationReason),
  revocationNote: Schema.NullOr(Schema.String)
})
export type HeldCertificate = typeof HeldCertificate.Type

/** What a client may do: its domain, and how fast. */
export const ClientLimits = Schema.Struct({
  domain: Schema.String.check(Schema.isPattern(messageDomainPattern)),
  /** Requests in 60 seconds. */
  rateLimit: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000_000 })),
  /** Messages a UTC day; null: as many as it wants. */
  dailyQuota: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 })))
})
export type ClientLimits = typeof ClientLimits.Type

export const defaultLimits: ClientLimits = { domain: "default", rateLimit: 100, dailyQuota: null }

export const ClientState = Schema.Struct({
  clientId: Schema.String,
  /** `unknown`: there never was such a client. */
  status: Schema.Literals(["unknown", "known"]),
  ...ClientLimits.fields,
  /** Oldest first. */
  certificates: Schema.Array(HeldCertificate)
})
export type ClientState = typeof ClientState.Type

const By = Schema.String

export const ClientEvent = Schema.Union([
  Schema.TaggedStruct("ClientRegistered", { limits: ClientLimits, by: By }),
  Schema.TaggedStruct("ClientLimitsChanged", { limits: ClientLimits, by: By }),
  Schema.TaggedStruct("CertificateRequested", { profile: CertificateProfile, validityDays: Schema.Int, by: By }),
  Schema.TaggedStruct("CertificateIssued", { certificate: IssuedCertificate, by: By }),
  /** Fewer days are left than a renewal should wait for. */
  Schema.TaggedStruct("CertificateExpiring", { serial: Schema.String }),
  Schema.TaggedStruct("CertificateExpired", { serial: Schema.String }),
  Schema.TaggedStruct("CertificateRevoked", {
    serial: Schema.String,
    atMillis: Schema.Int,
    reason: RevocationReason,
    note: Schema.String,
    by: By
  })
])
export type ClientEvent = typeof ClientEvent.Type

/** There is no such client. */
export class ClientUnknown extends Schema.TaggedError<ClientUnknown>()("ClientUnknown", { clientId: Schema.String }) {}

/** The client has no such certificate, or none at all. */
export class CertificateUnknown extends Schema.TaggedError<CertificateUnknown>()("CertificateUnknown", {
  clientId: Schema.String,
  serial: Schema.NullOr(Schema.String)
}) {}

/** What was asked of a certificate cannot be: too many are valid, it is revoked, its key was used before. */
export class CertificateRefused extends Schema.TaggedError<CertificateRefused>()("CertificateRefused", {
  clientId: Schema.String,
  detail: Schema.String
}) {}

export const ClientRefusal = Schema.Union([ClientUnknown, CertificateUnknown, CertificateRefused])
export type ClientRefusal = typeof ClientRefusal.Type

export const unknownClient = (clientId: string): ClientState => ({
  clientId,
  status: "unknown",
  ...defaultLimits,
  certificates: []
})

const changed = (
  state: ClientState,
  serial: string,
  change: (held: HeldCertificate) => Partial<HeldCertificate>
): ClientState => ({
  ...state,
  certificates: state.certificates.map((held) => (held.serial === serial ? { ...held, ...change(held) } : held))
})

/** Certificates that are good no more and are still at hand; older ones are in the journal and in the lists. */
export const maxPast = 30

/** Good as far as its history says; its times are for the caller to look at. */
export const isGood = ({ status }: Pick<HeldCertificate, "status">): boolean =>
  status === "issued" || status === "expiring" || status === "renewed"

const withoutOld = (certificates: ReadonlyArray<HeldCertificate>): ReadonlyArray<HeldCertificate> => {
  const past = certificates.filter((held) => !isGood(held))
  const old = new Set(past.slice(0, Math.max(0, past.length - maxPast)))
  return old.size === 0 ? certificates : certificates.filter((held) => !old.has(held))
}

const notRevoked = { revokedAtMillis: null, revocationReason: null, revocationNote: null }

export const evolveClient = (state: ClientState, event: ClientEvent): ClientState => {
  switch (event._tag) {
    case "ClientRegistered":
    case "ClientLimitsChanged":
      return { ...state, ...event.limits, status: "known" }
    case "CertificateRequested":
      return state
    case "CertificateIssued": {
      const { certificate } = event
      const before = changed(state, certificate.renews ?? "", ({ status }) =>
        status === "revoked" || status === "expired" ? {} : { status: "renewed" }
      )
      const issued: HeldCertificate = { ...certificate, status: "issued", ...notRevoked }
      return { ...before, certificates: [...withoutOld(before.certificates), issued] }
    }
    case "CertificateExpiring":
      return changed(state, event.serial, () => ({ status: "expiring" }))
    case "CertificateExpired":
      return changed(state, event.serial, () => ({ status: "expired" }))
    case "CertificateRevoked":
      return changed(state, event.serial, () => ({
        status: "revoked",
        revokedAtMillis: event.atMillis,
        revocationReason: event.reason,
        revocationNote: event.note
      }))
  }
}
