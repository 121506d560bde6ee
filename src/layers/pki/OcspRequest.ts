import { Result, Schema } from "effect"
import type { DerValue } from "./DerReader.ts"
import { childTagged, dottedOid, integerText, readDer, readExtensions } from "./DerReader.ts"
import { oids } from "./ObjectIdentifiers.ts"

/** Largest request that is read, in bytes. */
export const maxOcspRequestBytes = 8192

/** Most certificates that one request may ask about. */
export const maxOcspCertificates = 32

/** A nonce has 1 to 128 octets (RFC 9654 §2.1). */
const maxNonceOctets = 128

/** Hashes by which an issuer may be named. */
const hashAlgorithms = new Map([
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"]
])

/** Which certificate is asked about: its issuer by hashes of its name and its key, and its serial. */
export interface OcspCertId {
  /** As node:crypto calls it. */
  readonly hashAlgorithm: string
  readonly issuerNameHash: Buffer
  readonly issuerKeyHash: Buffer
  /** Lower-case hexadecimal. */
  readonly serial: string
  /** All of it as it was sent, since the answer repeats it. */
  readonly der: Buffer
}

export interface OcspRequest {
  readonly certIds: ReadonlyArray<OcspCertId>
  readonly nonce: Buffer | null
}

export class OcspRequestRefused extends Schema.TaggedError<OcspRequestRefused>()("OcspRequestRefused", {
  reason: Schema.Literals(["TooLarge", "Malformed", "TooManyCertificates", "HashUnsupported"])
}) {}

type Problem = OcspRequestRefused["reason"]

const certIdOf = (request: DerValue): Result.Result<OcspCertId, Problem> => {
  const certId = request.children[0]
  const [algorithm, name, key, number] = certId?.children ?? []
  const serial = integerText(number)
  if (certId?.tag !== 0x30 || name?.tag !== 0x04 || key?.tag !== 0x04 || serial === undefined) {
    return Result.fail("Malformed")
  }
  const hashAlgorithm = hashAlgorithms.get(dottedOid(algorithm?.children[0]))
  return hashAlgorithm === undefined
    ? Result.fail("HashUnsupported")
    : Result.succeed({
        hashAlgorithm,
        issuerNameHash: name.content,
        issuerKeyHash: key.content,
        serial,
        der: certId.raw
      })
}

const nonceOf = (tbs: DerValue): Result.Result<Buffer | null, Problem> => {
  const tagged = childTagged(tbs, 0xa2)
  if (tagged === undefined) return Result.succeed(null)
  const extensions = readExtensions(tagged.children[0])
  if (extensions === undefined) return Result.fail("Malformed")
  const value = extensions.find(({ oid }) => oid === oids.ocspNonce)?.value
  if (value === undefined) return Result.succeed(null)
  const length = value[1] ?? 0
  // An OCTET STRING that is longer than 127 octets has one more octet of length.
  const nonce = length === 0x81 ? value.subarray(3) : value.subarray(2)
  const isWhole = value[0] === 0x04 && nonce.length === (length === 0x81 ? value[2] : length)
  return isWhole && nonce.length > 0 && nonce.length <= maxNonceOctets
    ? Result.succeed(nonce)
    : Result.fail("Malformed")
}

const read = (bytes: Uint8Array): Result.Result<OcspRequest, Problem> =>
  Result.gen(function* () {
    if (bytes.length > maxOcspRequestBytes) return yield* Result.fail("TooLarge" as const)
    const request = yield* Result.mapError(readDer(Buffer.from(bytes)), (): Problem => "Malformed")
    const tbs = request.children[0]
    const list = tbs && childTagged(tbs, 0x30)
    if (tbs?.tag !== 0x30 || list === undefined || list.children.length === 0) {
      return yield* Result.fail("Malformed" as const)
    }
    if (list.children.length > maxOcspCertificates) return yield* Result.fail("TooManyCertificates" as const)
    const certIds = yield* Result.all(list.children.map(certIdOf))
    return { certIds, nonce: yield* nonceOf(tbs) }
  })

/** OCSPRequest (RFC 6960 §4.1) in DER. Who asks, and whether it is signed, does not matter. */
export const readOcspRequest = (bytes: Uint8Array): Result.Result<OcspRequest, OcspRequestRefused> =>
  Result.mapError(read(bytes), (reason) => new OcspRequestRefused({ reason }))
