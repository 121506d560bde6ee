import { Schema } from "effect"
import type { Attestation } from "../CallAttempt.ts"

/** What came of the check of a call's PASSporT, where that is not a verified attestation. */
const outcomes = {
  NoIdentity: ["missing", "the call carries no Identity header"],

  NoTrustAnchors: ["unchecked", "no trust anchors"],
  CertificatePending: ["unchecked", "the signer's certificate is being fetched"],
  CertificateUnavailable: ["unchecked", "the signer's certificate could not be fetched"],
  UnsupportedExtension: ["unchecked", "the PASSporT is of another kind than shaken"],
  NoAttestation: ["unchecked", "the PASSporT is good, and states no attestation level"],
  OriginUnknown: ["unchecked", "the caller's number is withheld"],
  DateUnknown: ["unchecked", "the Identity header is in compact form, and the call's Date is not known"],

  TooLarge: ["failed", "the Identity header is too large"],
  MalformedHeader: ["failed", "the Identity header is not as RFC 8224 says"],
  MalformedPassport: ["failed", "the PASSporT is not as RFC 8225 says"],
  MalformedClaims: ["failed", "the claims are not as RFC 8588 says"],
  CompactNotAllowed: ["failed", "a shaken PASSporT must be in full form"],
  ParameterMismatch: ["failed", "the parameters of the Identity header contradict the PASSporT"],
  AlgorithmRefused: ["failed", "the signature's algorithm is not ES256"],
  CertificateUrlRefused: ["failed", "the address of the signer's certificate is not one that may be asked"],
  UnknownAttestation: ["failed", "the attestation level is none of A, B and C"],
  Stale: ["failed", "the PASSporT was issued too long before the call"],
  IssuedInFuture: ["failed", "the PASSporT was issued after the call"],
  OriginMismatch: ["failed", "the PASSporT is about another caller"],
  DestinationMismatch: ["failed", "the PASSporT is about another called number"],
  MalformedCertificate: ["failed", "what was found in the place of the signer's certificate is none"],
  UntrustedCertificate: ["failed", "the signer's certificate does not lead to a trust anchor"],
  CertificateNotValidYet: ["failed", "the signer's certificate, or one above it, is not valid yet"],
  CertificateExpired: ["failed", "the signer's certificate, or one above it, has expired"],
  CertificateKeyRefused: ["failed", "the signer's key is not on the curve P-256"],
  NoTnAuthList: ["failed", "the signer's certificate names no numbers or provider that it speaks for"],
  NumberNotAuthorized: ["failed", "the signer's certificate does not speak for the caller's number"],
  BadSignature: ["failed", "the signature does not belong to the PASSporT"]
} as const satisfies Record<string, readonly [Exclude<Attestation, "A" | "B" | "C">, string]>

/** Why a call has no verified attestation. */
export type PassportProblem = keyof typeof outcomes

/** {@link PassportProblem}, or "Verified" beside an attestation of A, B or C. */
export type PassportReason = PassportProblem | "Verified"

const isProblem = (key: string): key is PassportProblem => key in outcomes

export const PassportReason = Schema.Literals([...Object.keys(outcomes).filter(isProblem), "Verified"])

export interface PassportCheck {
  readonly attestation: Attestation
  readonly reason: PassportReason
}

export const checkOf = (reason: PassportProblem): PassportCheck => ({ attestation: outcomes[reason][0], reason })

/** The reason as a part of a sentence. */
export const wordsOf = (reason: PassportReason): string => (reason === "Verified" ? "verified" : outcomes[reason][1])
