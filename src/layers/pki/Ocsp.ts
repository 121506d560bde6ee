import { createHash } from "node:crypto"
import type { RevocationReason } from "../../domain/pki/RevocationReason.ts"
import { revocationReasonCodes } from "../../domain/pki/RevocationReason.ts"
import { contextTag, der, enumerated, octets, oid, plainContextTag, sequence } from "./Der.ts"
import { generalizedTime } from "./DerTime.ts"
import { extension } from "./Extensions.ts"
import type { Issuer } from "./Issuer.ts"
import { issuerParts, signed } from "./Issuer.ts"
import { oids } from "./ObjectIdentifiers.ts"
import type { OcspCertId } from "./OcspRequest.ts"
import { keyBitsOf } from "./SubjectPublicKey.ts"

export type OcspStatus =
  | { readonly status: "good" | "unknown" }
  | { readonly status: "revoked"; readonly revokedAtMillis: number; readonly reason: RevocationReason }

export interface OcspAnswerRequest {
  readonly certIds: ReadonlyArray<OcspCertId>
  /** Asked only of certificates of the responder; those of others are unknown. */
  readonly statusOf: (serial: string) => OcspStatus
  readonly thisUpdateMillis: number
  readonly nextUpdateMillis: number
  readonly nonce: Buffer | null
}

/** OCSPResponseStatus (RFC 6960 §4.2.1) of answers that carry nothing else, and are not signed. */
const errorCodes = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const

export const ocspErrorAnswer = (error: keyof typeof errorCodes): Buffer => sequence(enumerated(errorCodes[error]))

const digest = (algorithm: string, bytes: Buffer): Buffer => createHash(algorithm).update(bytes).digest()

/** Whether the certificate that is asked about names this issuer as its own. */
export const isAskedOf = (issuer: Issuer, { hashAlgorithm, issuerKeyHash, issuerNameHash }: OcspCertId): boolean => {
  const { name, spki } = issuerParts(issuer)
  return (
    digest(hashAlgorithm, keyBitsOf(spki)).equals(issuerKeyHash) && digest(hashAlgorithm, name).equals(issuerNameHash)
  )
}

const good = der(plainContextTag(0))
const unknown = der(plainContextTag(2))

const certStatus = (answer: OcspStatus): Buffer => {
  if (answer.status !== "revoked") return answer.status === "good" ? good : unknown
  const code = revocationReasonCodes[answer.reason]
  const revokedAt = generalizedTime(answer.revokedAtMillis)
  return der(contextTag(1), revokedAt, ...(code === 0 ? [] : [der(contextTag(0), enumerated(code))]))
}

const successful = enumerated(0)
const basic = oid(oids.ocspBasic)

/** OCSPResponse (RFC 6960 §4.2), signed by the issuer of the certificates itself, so that it needs no further certificate. */
export const makeOcspAnswer = (responder: Issuer, request: OcspAnswerRequest): Buffer => {
  const { certIds, nextUpdateMillis, nonce, statusOf, thisUpdateMillis } = request
  const thisUpdate = generalizedTime(thisUpdateMillis)
  const nextUpdate = der(contextTag(0), generalizedTime(nextUpdateMillis))
  const responses = certIds.map((certId) => {
    const answer: OcspStatus = isAskedOf(responder, certId) ? statusOf(certId.serial) : { status: "unknown" }
    return sequence(certId.der, certStatus(answer), thisUpdate, nextUpdate)
  })
  const byKey = der(contextTag(2), octets(digest("sha1", keyBitsOf(issuerParts(responder).spki))))
  const toBeSigned = sequence(
    byKey,
    thisUpdate,
    sequence(...responses),
    ...(nonce === null ? [] : [der(contextTag(1), sequence(extension(oids.ocspNonce, octets(nonce))))])
  )
  return sequence(successful, der(contextTag(0), sequence(basic, octets(signed(toBeSigned, responder.privateKey)))))
}
