import { Result, Schema } from "effect"
import { parseIp } from "../network/IpAddress.ts"
import type { CertificateProfile } from "./CertificateProfile.ts"
import { DnsName, maxAlternativeNames, profileRules } from "./CertificateProfile.ts"

const dayMillis = 86_400_000

/** How long a certificate was good before it was made: clocks of peers are not exactly right. */
export const backdatedMillis = 5 * 60_000

/** What is asked for goes beyond the certificate's profile. */
export class TermsRefused extends Schema.TaggedError<TermsRefused>()("TermsRefused", {
  reason: Schema.Literals(["TooLong", "IssuerExpired", "HostsNotAllowed", "TooManyNames", "NotAHost"]),
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

export interface Lifetime {
  readonly notBeforeMillis: number
  readonly notAfterMillis: number
}

/** Certificates know whole seconds. */
export const toSeconds = (millis: number) => Math.floor(millis / 1000) * 1000

/** The time that a certificate is given: at most what its profile allows, and cut where its issuer's own time ends. */
export const lifetimeOf = (
  profile: CertificateProfile,
  wantedDays: number | null,
  nowMillis: number,
  issuerNotAfterMillis: number
): Result.Result<Lifetime, TermsRefused> => {
  const { defaultDays, maxDays } = profileRules[profile]
  const days = wantedDays ?? defaultDays
  if (!Number.isInteger(days) || days < 1 || days > maxDays) {
    return Result.fail(
      new TermsRefused({ reason: "TooLong", detail: `a ${profile} certificate is valid for 1 to ${maxDays} days` })
    )
  }
  if (issuerNotAfterMillis <= nowMillis) {
    return Result.fail(new TermsRefused({ reason: "IssuerExpired", detail: "the issuing authority has expired" }))
  }
  return Result.succeed({
    notBeforeMillis: toSeconds(nowMillis - backdatedMillis),
    notAfterMillis: toSeconds(Math.min(nowMillis + days * dayMillis, issuerNotAfterMillis))
  })
}

const isDnsName = Schema.is(DnsName)

/** Why a certificate of the profile cannot carry the names; undefined when it can. */
export const refusedHosts = (
  profile: CertificateProfile,
  dnsNames: ReadonlyArray<string>,
  ipAddresses: ReadonlyArray<string>
): TermsRefused | undefined => {
  const count = dnsNames.length + ipAddresses.length
  if (count > 0 && !profileRules[profile].carriesHosts) {
    return new TermsRefused({ reason: "HostsNotAllowed", detail: `a ${profile} certificate carries no host names` })
  }
  if (count > maxAlternativeNames) {
    return new TermsRefused({ reason: "TooManyNames", detail: `at most ${maxAlternativeNames} names` })
  }
  const wrong =
    dnsNames.find((name) => !isDnsName(name)) ?? ipAddresses.find((address) => parseIp(address) === undefined)
  return wrong === undefined
    ? undefined
    : new TermsRefused({ reason: "NotAHost", detail: `not a host name or address: ${JSON.stringify(wrong)}` })
}
