import { Config, Context, Effect, Layer, Metric, Result, Schema } from "effect"
import type { HttpClient } from "effect/http"
import { certificateUrl } from "../../domain/fraud/stir/CertificateUrl.ts"
import { parseIdentity } from "../../domain/fraud/stir/IdentityHeader.ts"
import type { Passport } from "../../domain/fraud/stir/Passport.ts"
import { readPassport, shakenOf } from "../../domain/fraud/stir/Passport.ts"
import type { ComparedCall } from "../../domain/fraud/stir/PassportComparison.ts"
import { comparePassport } from "../../domain/fraud/stir/PassportComparison.ts"
import type { PassportCheck, PassportProblem } from "../../domain/fraud/stir/PassportReason.ts"
import { checkOf } from "../../domain/fraud/stir/PassportReason.ts"
import { canonicalNumber } from "../../domain/fraud/stir/TelephoneNumber.ts"
import { speaksFor } from "../../domain/fraud/stir/TnAuthList.ts"
import { mayBeAsked, publicHttpClient } from "./PublicAddresses.ts"
import { makeSignatureMemory } from "./SignatureMemory.ts"
import type { SignerCertificate } from "./SignerCertificate.ts"
import { makeSignerCertificates } from "./SignerCertificates.ts"
import type { TrustAnchorsUnreadable } from "./TrustAnchors.ts"
import { trustAnchors } from "./TrustAnchors.ts"

/** A call as the switch tells of it. */
export interface PassportInput {
  /** The values of its Identity headers, with commas between them; undefined or blank when it has none. */
  readonly identity: string | undefined
  /** The caller's number, asserted or from From, in E.164 with the +; empty when it is withheld. */
  readonly aNumber: string
  readonly bNumber: string
  /** The INVITE's Date, or its arrival. */
  readonly atMillis: number
  /** The INVITE's Date header, when it has one: without it the compact form cannot be read. */
  readonly dateMillis?: number
}

/**
 * Says how far the caller's number is attested (RFC 8224, RFC 8225, RFC 8226, RFC 8588). It answers at once and never fails:
 * a signer's certificate that is not here yet is fetched in the background, and the call is "unchecked".
 */
export class Passports extends Context.Service<
  Passports,
  { readonly verify: (input: PassportInput) => Effect.Effect<PassportCheck> }
>()("tandem/layers/fraud/Passports") {
  /** With an HTTP client of the caller's choice, which alone decides what may be asked by name. */
  static readonly layerWithClient: Layer.Layer<
    Passports,
    Config.ConfigError | TrustAnchorsUnreadable,
    HttpClient.HttpClient
  > = Layer.effect(
    Passports,
    Effect.suspend(() => makePassports)
  )

  /** Certificates are fetched from public addresses alone, unless FRAUD_STIR_ALLOW_PRIVATE. */
  static readonly layer: Layer.Layer<Passports, Config.ConfigError | TrustAnchorsUnreadable> =
    Passports.layerWithClient.pipe(
      Layer.provide(Layer.unwrap(Effect.suspend(() => Effect.map(allowPrivateSetting, publicHttpClient))))
    )
}

const allowPrivateSetting = Config.Boolean("FRAUD_STIR_ALLOW_PRIVATE").pipe(Config.withDefault(false))

const Seconds = Schema.FiniteFromString.pipe(
  Schema.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 3600 }))
)

const maxAgeSetting = Config.schema(Seconds, "FRAUD_STIR_MAX_AGE_SECONDS").pipe(Config.withDefault(60))

const checks = Metric.counter("tandem_stir_checks_total", {
  description: "Calls whose PASSporT was looked at, by what came of it",
  incremental: true
})

const validityProblem = (certificate: SignerCertificate, atMillis: number): PassportProblem | undefined =>
  atMillis < certificate.validFromMillis
    ? "CertificateNotValidYet"
    : atMillis > certificate.validToMillis
      ? "CertificateExpired"
      : undefined

const makePassports = Effect.gen(function* () {
  const anchors = yield* trustAnchors
  const allowPrivate = yield* allowPrivateSetting
  const maxAgeMillis = (yield* maxAgeSetting) * 1000
  const certificates = yield* makeSignerCertificates(anchors)
  const isSigned = makeSignatureMemory()

  /** The signature, and the certificate's word for the number. A withheld number is told only when all the rest is right. */
  const signedProblem = (
    passport: Passport,
    certificate: SignerCertificate,
    { atMillis }: ComparedCall
  ): PassportProblem | undefined => {
    const problem = validityProblem(certificate, atMillis)
    if (problem !== undefined) return problem
    if (!isSigned(passport.signingInput, passport.signature, certificate.key, atMillis)) return "BadSignature"
    const number = canonicalNumber(passport.origNumber ?? "")
    return number !== undefined && speaksFor(certificate.speaksFor, number) ? undefined : "NumberNotAuthorized"
  }

  const check = Effect.fnUntraced(function* (identity: string, input: PassportInput) {
    const origNumber = canonicalNumber(input.aNumber)
    const destNumber = canonicalNumber(input.bNumber)
    const { atMillis, dateMillis } = input
    const dateSeconds = dateMillis === undefined ? undefined : Math.floor(dateMillis / 1000)
    const read = Result.flatMap(parseIdentity(identity), (identities) => {
      const one = shakenOf(identities)
      return one === undefined
        ? Result.fail("MalformedHeader" as const)
        : readPassport(one, { origNumber, destNumber, dateSeconds })
    })
    if (Result.isFailure(read)) return checkOf(read.failure)
    const passport = read.success
    const call = { origNumber, destNumber, atMillis, maxAgeMillis }
    const different = comparePassport(passport, call)
    if (different !== undefined && different !== "OriginUnknown") return checkOf(different)
    const url = certificateUrl(passport.x5u, allowPrivate)
    if (url === undefined || !(allowPrivate || mayBeAsked(url))) return checkOf("CertificateUrlRefused")
    const certificate = yield* certificates.get(url.href)
    if (typeof certificate === "string") return checkOf(certificate)
    const problem = signedProblem(passport, certificate, call) ?? different
    if (problem !== undefined) return checkOf(problem)
    if (passport.attest === null) return checkOf("NoAttestation")
    const verified: PassportCheck = { attestation: passport.attest, reason: "Verified" }
    return verified
  })

  return Passports.of({
    verify: (input) => {
      const identity = input.identity?.trim() ?? ""
      const checked =
        identity === ""
          ? Effect.succeed(checkOf("NoIdentity"))
          : anchors.length === 0
            ? Effect.succeed(checkOf("NoTrustAnchors"))
            : check(identity, input)
      return Effect.tap(checked, ({ reason }) => Metric.update(Metric.withAttributes(checks, { reason }), 1))
    }
  })
})
