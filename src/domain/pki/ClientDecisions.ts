import { Result } from "effect"
import type { CertificateProfile } from "./CertificateProfile.ts"
import type {
  ClientEvent,
  ClientLimits,
  ClientRefusal,
  ClientState,
  HeldCertificate,
  IssuedCertificate
} from "./Client.ts"
import { CertificateRefused, CertificateUnknown, ClientUnknown, defaultLimits, isGood } from "./Client.ts"
import type { RevocationReason } from "./RevocationReason.ts"

type Decision = Result.Result<ReadonlyArray<ClientEvent>, ClientRefusal>

const dayMillis = 86_400_000

/** A client is warned when its certificate has fewer days left than this. */
export const expiryWarningDays = 30
const warnBeforeMillis = expiryWarningDays * dayMillis

/** Most certificates of one client that are good at the same time. */
export const maxGoodCertificates = 20

const nothing: Decision = Result.succeed([])

const limitsOf = ({ dailyQuota, domain, rateLimit }: ClientState): ClientLimits => ({ dailyQuota, domain, rateLimit })

const sameLimits = (one: ClientLimits, other: ClientLimits): boolean =>
  one.domain === other.domain && one.rateLimit === other.rateLimit && one.dailyQuota === other.dailyQuota

const refused = ({ clientId }: ClientState, detail: string) => Result.fail(new CertificateRefused({ clientId, detail }))

const isAlive = (held: HeldCertificate, nowMillis: number): boolean => isGood(held) && held.notAfterMillis > nowMillis

/** Why the client can have no further certificate; asked before one is signed, and again when it is written down. */
export const refusalToIssue = (state: ClientState, nowMillis: number): CertificateRefused | undefined => {
  const { certificates, clientId } = state
  return certificates.filter((held) => isAlive(held, nowMillis)).length >= maxGoodCertificates
    ? new CertificateRefused({ clientId, detail: `it has ${maxGoodCertificates} valid certificates already` })
    : undefined
}

export interface Issuance {
  readonly certificate: IssuedCertificate
  readonly profile: CertificateProfile
  readonly validityDays: number
  /** What the client may do from now on; absent: as before. */
  readonly limits?: ClientLimits | undefined
  readonly by: string
}

/** Registers a client that is new, and writes down that it asked for a certificate and got it. */
export const decideIssue = (state: ClientState, issuance: Issuance, nowMillis: number): Decision => {
  const refusal = refusalToIssue(state, nowMillis)
  if (refusal !== undefined) return Result.fail(refusal)
  const { by, certificate, limits, profile, validityDays } = issuance
  const wanted = limits ?? (state.status === "unknown" ? defaultLimits : limitsOf(state))
  const clientEvents: ReadonlyArray<ClientEvent> =
    state.status === "unknown"
      ? [{ _tag: "ClientRegistered", limits: wanted, by }]
      : sameLimits(wanted, limitsOf(state))
        ? []
        : [{ _tag: "ClientLimitsChanged", limits: wanted, by }]
  return Result.succeed([
    ...clientEvents,
    { _tag: "CertificateRequested", profile, validityDays, by },
    { _tag: "CertificateIssued", certificate, by }
  ])
}

/** The certificate that a renewal takes over from: the given one, or the newest that is not revoked. */
export const renewable = (state: ClientState, serial: string | null): Result.Result<HeldCertificate, ClientRefusal> => {
  const { certificates, clientId } = state
  if (state.status === "unknown") return Result.fail(new ClientUnknown({ clientId }))
  const held =
    serial === null
      ? certificates.findLast(({ status }) => status !== "revoked")
      : certificates.find((each) => each.serial === serial)
  if (held === undefined) return Result.fail(new CertificateUnknown({ clientId, serial }))
  return held.status === "revoked" ? refused(state, "a revoked certificate is not renewed") : Result.succeed(held)
}

export const decideLimits = (state: ClientState, limits: ClientLimits, by: string): Decision =>
  state.status === "unknown"
    ? Result.fail(new ClientUnknown({ clientId: state.clientId }))
    : Result.succeed(sameLimits(limits, limitsOf(state)) ? [] : [{ _tag: "ClientLimitsChanged", limits, by }])

export interface Revocation {
  /** Null: all that the client has. */
  readonly serial: string | null
  readonly reason: RevocationReason
  readonly note: string
  readonly by: string
}

/** What is revoked already stays as it is; an expired certificate may still be revoked, for its signatures' sake. */
export const decideRevoke = (
  state: ClientState,
  { by, note, reason, serial }: Revocation,
  nowMillis: number
): Decision => {
  const { certificates, clientId } = state
  if (state.status === "unknown") return Result.fail(new ClientUnknown({ clientId }))
  const meant = certificates.filter((held) => serial === null || held.serial === serial)
  if (meant.length === 0) return Result.fail(new CertificateUnknown({ clientId, serial }))
  return Result.succeed(
    meant
      .filter((held) => (serial === null ? isGood(held) : held.status !== "revoked"))
      .map((held) => ({ _tag: "CertificateRevoked", serial: held.serial, atMillis: nowMillis, reason, note, by }))
  )
}

/** What time has made of the certificates. */
export const decideAge = (state: ClientState, nowMillis: number): Decision => {
  const events = state.certificates.flatMap((held): ReadonlyArray<ClientEvent> => {
    if (!isGood(held)) return []
    if (held.notAfterMillis <= nowMillis) return [{ _tag: "CertificateExpired", serial: held.serial }]
    return held.status === "issued" && held.notAfterMillis - warnBeforeMillis <= nowMillis
      ? [{ _tag: "CertificateExpiring", serial: held.serial }]
      : []
  })
  return events.length === 0 ? nothing : Result.succeed(events)
}

/** When the next certificate is to be warned of, or is over; null: never. */
export const nextAgeMillis = (state: ClientState): number | null => {
  const instants = state.certificates.flatMap((held) =>
    isGood(held) ? [held.status === "issued" ? held.notAfterMillis - warnBeforeMillis : held.notAfterMillis] : []
  )
  return instants.length === 0 ? null : Math.min(...instants)
}
