import { Option, Result, Schema } from "effect"
import { canonicalJson } from "./CanonicalJson.ts"
import type { IdentityHeader } from "./IdentityHeader.ts"
import type { PassportProblem } from "./PassportReason.ts"

/** Most called numbers that one PASSporT may name. */
export const maxDestinations = 100

/** Length of an ES256 signature, two numbers of 32 bytes (RFC 7518 §3.4). */
const signatureBytes = 64

/** The JWS header, RFC 8225 §4. Other members are allowed, but `crit`, which would demand that they are understood. */
const PassportHeader = Schema.Struct({
  alg: Schema.String,
  typ: Schema.String,
  x5u: Schema.String,
  ppt: Schema.optionalKey(Schema.String),
  crit: Schema.optionalKey(Schema.Never)
})

/** Whom the PASSporT is about, RFC 8225 §5, and the shaken claims of RFC 8588, which a base PASSporT does not have. */
const PassportClaims = Schema.Struct({
  iat: Schema.Finite,
  orig: Schema.Struct({ tn: Schema.optionalKey(Schema.String) }),
  dest: Schema.Struct({
    tn: Schema.optionalKey(Schema.Array(Schema.String).pipe(Schema.check(Schema.isMaxLength(maxDestinations))))
  }),
  attest: Schema.optionalKey(Schema.String),
  origid: Schema.optionalKey(Schema.NonEmptyString.pipe(Schema.check(Schema.isMaxLength(255))))
})

const Level = Schema.Literals(["A", "B", "C"])

/** A PASSporT that has been read, and neither compared with the call nor checked against a certificate. */
export interface Passport {
  /** What the signature is over, RFC 7515 §5.1. */
  readonly signingInput: string
  readonly signature: Uint8Array
  readonly x5u: string
  /** Null for a base PASSporT, which attests nothing. */
  readonly attest: typeof Level.Type | null
  /** As the PASSporT has them; undefined and empty when it speaks of addresses and not of numbers. */
  readonly origNumber: string | undefined
  readonly destNumbers: ReadonlyArray<string>
  /** Seconds since 1970. */
  readonly iat: number
}

/** What a PASSporT in compact form leaves out: canonical numbers, and the Date of the INVITE in seconds since 1970. */
export interface CompactCall {
  readonly origNumber: string | undefined
  readonly destNumber: string | undefined
  readonly dateSeconds: number | undefined
}

type Reading<A> = Result.Result<A, PassportProblem>

const bytesOf = Schema.decodeUnknownOption(Schema.Uint8ArrayFromBase64Url)

/** The text that base64url stands for, when it is UTF-8. */
const textOf = (encoded: string): string | undefined => {
  const bytes = Option.getOrUndefined(bytesOf(encoded))
  try {
    return bytes && new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const decodeHeader = Schema.decodeUnknownOption(Schema.fromJsonString(PassportHeader))
const decodeClaims = Schema.decodeUnknownOption(Schema.fromJsonString(PassportClaims))

const encodeJson = (value: Schema.Json) =>
  Schema.encodeSync(Schema.Uint8ArrayFromBase64Url)(new TextEncoder().encode(canonicalJson(value)))

/** The two parts of a PASSporT before its signature, canonical and in base64url, with the dot between them. */
export const signingInputOf = (header: Schema.Json, claims: Schema.Json): string =>
  `${encodeJson(header)}.${encodeJson(claims)}`

const levelOf = (attest: string | undefined, origid: string | undefined): Reading<Passport["attest"]> => {
  if (attest === undefined || origid === undefined) return Result.fail("MalformedClaims")
  return Schema.is(Level)(attest) ? Result.succeed(attest) : Result.fail("UnknownAttestation")
}

const readFull = (identity: IdentityHeader, parts: ReadonlyArray<string>, signature: Uint8Array): Reading<Passport> => {
  const [encodedHeader = "", encodedClaims = ""] = parts
  const header = Option.getOrUndefined(decodeHeader(textOf(encodedHeader)))
  if (header === undefined || header.typ.toLowerCase() !== "passport") return Result.fail("MalformedPassport")
  if (header.alg !== "ES256") return Result.fail("AlgorithmRefused")
  if (identity.info !== header.x5u) return Result.fail("ParameterMismatch")
  if (identity.ppt !== undefined && identity.ppt !== header.ppt) return Result.fail("ParameterMismatch")
  if (header.ppt !== undefined && header.ppt !== "shaken") return Result.fail("UnsupportedExtension")
  const claims = Option.getOrUndefined(decodeClaims(textOf(encodedClaims)))
  if (claims === undefined) return Result.fail("MalformedClaims")
  const attest = header.ppt === undefined ? Result.succeed(null) : levelOf(claims.attest, claims.origid)
  return Result.map(attest, (attest) => ({
    signingInput: `${encodedHeader}.${encodedClaims}`,
    signature,
    x5u: header.x5u,
    attest,
    origNumber: claims.orig.tn,
    destNumbers: claims.dest.tn ?? [],
    iat: claims.iat
  }))
}

/** RFC 8224 §4.1: header and claims are made again from the call. What RFC 8588 adds is not in the call. */
const readCompact = (identity: IdentityHeader, call: CompactCall, signature: Uint8Array): Reading<Passport> => {
  if (identity.ppt === "shaken") return Result.fail("CompactNotAllowed")
  if (identity.ppt !== undefined) return Result.fail("UnsupportedExtension")
  const { dateSeconds: iat, destNumber, origNumber } = call
  if (iat === undefined) return Result.fail("DateUnknown")
  if (origNumber === undefined) return Result.fail("OriginUnknown")
  if (destNumber === undefined) return Result.fail("DestinationMismatch")
  const signingInput = signingInputOf(
    { alg: "ES256", typ: "passport", x5u: identity.info },
    { dest: { tn: [destNumber] }, iat, orig: { tn: origNumber } }
  )
  return Result.succeed({
    signingInput,
    signature,
    x5u: identity.info,
    attest: null,
    origNumber,
    destNumbers: [destNumber],
    iat
  })
}

/** Reads the PASSporT of one Identity header. */
export const readPassport = (identity: IdentityHeader, call: CompactCall): Reading<Passport> => {
  if (identity.alg !== undefined && identity.alg !== "ES256") return Result.fail("AlgorithmRefused")
  const [header = "", claims = "", encodedSignature = ""] = identity.token.split(".")
  const signature = Option.getOrUndefined(bytesOf(encodedSignature))
  const compact = header === "" && claims === ""
  if (!compact && (header === "" || claims === "")) return Result.fail("MalformedPassport")
  if (signature === undefined) return Result.fail("MalformedPassport")
  const passport = compact ? readCompact(identity, call, signature) : readFull(identity, [header, claims], signature)
  return signature.length === signatureBytes || Result.isFailure(passport) ? passport : Result.fail("MalformedPassport")
}

/** Of the Identity headers of a call, the one that attests: it says so, or is the only one that may. */
export const shakenOf = (identities: ReadonlyArray<IdentityHeader>): IdentityHeader | undefined =>
  identities.find(({ ppt }) => ppt === "shaken") ?? identities.find(({ ppt }) => ppt === undefined) ?? identities[0]
