import { Result, Schema } from "effect"
import { createPublicKey, verify } from "node:crypto"
import type { KeyObject } from "node:crypto"
import { formatIp } from "../../domain/network/IpAddress.ts"
import { DnsName, maxAlternativeNames, SubjectText } from "../../domain/pki/CertificateProfile.ts"
import type { DerValue } from "./DerReader.ts"
import { childTagged, dottedOid, readDer, readExtensions, wholeBits } from "./DerReader.ts"
import { keyProblem } from "./Keys.ts"
import { believedSignatures, oids, rsaEncryption } from "./ObjectIdentifiers.ts"
import { fromPem } from "./Pem.ts"
import { isPlainCurveKey, rememberSpki } from "./SubjectPublicKey.ts"

/** Largest request that is read, in bytes: one with an RSA-8192 key and a hundred names has less. */
export const maxRequestBytes = 16_384

const explanations = {
  TooLarge: `it has more than ${maxRequestBytes} bytes`,
  Malformed: "it is not one PKCS #10 request in PEM or DER",
  Truncated: "its end is missing",
  TrailingBytes: "something follows after its end",
  AlgorithmUnsupported: "it is signed neither by RSA (PKCS #1 v1.5) nor by ECDSA, with SHA-256, SHA-384 or SHA-512",
  KeyUnsupported: "its key is neither RSA of at most 8192 bits nor on the curves P-256 or P-384",
  KeyWeak: "its RSA key has fewer than 2048 bits, or a bad exponent",
  BadSignature: "its signature is wrong",
  NameUnreadable: "it has not exactly one readable common name, or asks for names that are no hosts"
} as const

export type SigningRequestProblem = keyof typeof explanations

/** A certificate signing request that is not taken, and why. */
export class SigningRequestRefused extends Schema.TaggedError<SigningRequestRefused>()("SigningRequestRefused", {
  reason: Schema.Literals([
    "TooLarge",
    "Malformed",
    "Truncated",
    "TrailingBytes",
    "AlgorithmUnsupported",
    "KeyUnsupported",
    "KeyWeak",
    "BadSignature",
    "NameUnreadable"
  ])
}) {
  override get message(): string {
    return `the signing request is refused: ${explanations[this.reason]}`
  }
}

export interface SigningRequest {
  readonly publicKey: KeyObject
  readonly commonName: string
  readonly organizationalUnit: string | null
  readonly dnsNames: ReadonlyArray<string>
  /** In the one spelling that an address has. */
  readonly ipAddresses: ReadonlyArray<string>
}

type Read<A> = Result.Result<A, SigningRequestProblem>

const bytesOf = (input: string | Uint8Array): Read<Buffer> => {
  if (input.length > maxRequestBytes) return Result.fail("TooLarge")
  const bytes = Buffer.from(input)
  if (bytes[0] === 0x30) return Result.succeed(bytes)
  const inside = fromPem(["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"], bytes.toString("latin1"))
  return inside === undefined ? Result.fail("Malformed") : Result.succeed(inside)
}

/** An RSA key has this algorithm and a pair of integers, each in DER. */
const isPlainRsaKey = ({ children: [algorithm, key] }: DerValue): boolean => {
  const pair = wholeBits(key)
  return algorithm?.raw.equals(rsaEncryption) === true && pair !== undefined && Result.isSuccess(readDer(pair))
}

const keyOf = (spki: DerValue): Read<KeyObject> => {
  if (!isPlainCurveKey(spki.raw) && !isPlainRsaKey(spki)) return Result.fail("KeyUnsupported")
  return Result.try({
    try: () => createPublicKey({ key: spki.raw, format: "der", type: "spki" }),
    catch: (): SigningRequestProblem => "KeyUnsupported"
  }).pipe(
    Result.flatMap((key) => {
      const problem = keyProblem(key)
      return problem === undefined ? Result.succeed(key) : Result.fail(problem)
    })
  )
}

/** The requester has the private key: it has signed the request with it (RFC 2986 §3). */
const provesPossession = (tbs: DerValue, key: KeyObject, algorithm: DerValue, signature: Buffer): Read<true> => {
  const known = believedSignatures.find((believed) => algorithm.raw.equals(believed.algorithm))
  if (known === undefined || known.keyType !== key.asymmetricKeyType) return Result.fail("AlgorithmUnsupported")
  try {
    return verify(known.hash, tbs.raw, key, signature) ? Result.succeed(true) : Result.fail("BadSignature")
  } catch {
    return Result.fail("BadSignature")
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true })
const isSubjectText = Schema.is(SubjectText)
const isDnsName = Schema.is(DnsName)

/** UTF8String, PrintableString or IA5String; undefined for what cannot be read, or should not be shown. */
const textOf = (value: DerValue | undefined): string | undefined => {
  try {
    const isAscii = value?.tag === 0x13 || value?.tag === 0x16
    const text = value?.tag === 0x0c || isAscii ? utf8.decode(value.content) : ""
    return isSubjectText(text) && !(isAscii && /[^\x20-\x7e]/.test(text)) ? text : undefined
  } catch {
    return undefined
  }
}

/** The values of the attribute in a Name. */
const attributes = (name: DerValue, oid: string): ReadonlyArray<string | undefined> =>
  name.children
    .flatMap(({ children }) => children)
    .filter(({ children }) => dottedOid(children[0]) === oid)
    .map(({ children }) => textOf(children[1]))

const subjectOf = (name: DerValue): Read<Pick<SigningRequest, "commonName" | "organizationalUnit">> => {
  const [commonName, ...otherNames] = attributes(name, oids.commonName)
  const units = attributes(name, oids.organizationalUnit)
  return commonName === undefined || otherNames.length > 0 || units.length > 1 || units.includes(undefined)
    ? Result.fail("NameUnreadable")
    : Result.succeed({ commonName, organizationalUnit: units[0] ?? null })
}

type Hosts = Pick<SigningRequest, "dnsNames" | "ipAddresses">

const hostsOf = (value: Buffer): Read<Hosts> => {
  const names = Result.getOrUndefined(readDer(value))?.children ?? []
  if (names.length === 0 || names.length > maxAlternativeNames) return Result.fail("NameUnreadable")
  const dnsNames = names.filter(({ tag }) => tag === 0x82).map(({ content }) => content.toString("latin1"))
  const addresses = names.filter(({ tag }) => tag === 0x87).map(({ content }) => content)
  const isReadable =
    dnsNames.length + addresses.length === names.length &&
    dnsNames.every((name) => isDnsName(name)) &&
    addresses.every(({ length }) => length === 4 || length === 16)
  return isReadable
    ? Result.succeed({ dnsNames, ipAddresses: addresses.map((address) => formatIp(address)) })
    : Result.fail("NameUnreadable")
}

/** Hosts that the request asks for (RFC 2985 §5.4.2). What else it asks for, its profile decides. */
const requestedHosts = (attributes: DerValue): Read<Hosts> => {
  const requests = attributes.children.filter(({ children }) => dottedOid(children[0]) === oids.extensionRequest)
  if (requests.length === 0) return Result.succeed({ dnsNames: [], ipAddresses: [] })
  const extensions = readExtensions(requests[0]?.children[1]?.children[0])
  if (requests.length > 1 || extensions === undefined) return Result.fail("Malformed")
  const names = extensions.find(({ oid }) => oid === oids.subjectAltName)
  return names === undefined ? Result.succeed({ dnsNames: [], ipAddresses: [] }) : hostsOf(names.value)
}

const version1 = Buffer.from("020100", "hex")

const read = (input: string | Uint8Array): Read<SigningRequest> =>
  Result.gen(function* () {
    const request = yield* readDer(yield* bytesOf(input))
    const [tbs, algorithm, signatureBits] = request.children
    const signature = wholeBits(signatureBits)
    const [version, subject, spki] = tbs?.children ?? []
    if (tbs === undefined || algorithm === undefined || signature === undefined || request.children.length !== 3) {
      return yield* Result.fail("Malformed" as const)
    }
    if (version?.raw.equals(version1) !== true || subject?.tag !== 0x30 || spki?.tag !== 0x30) {
      return yield* Result.fail("Malformed" as const)
    }
    const publicKey = yield* keyOf(spki)
    yield* provesPossession(tbs, publicKey, algorithm, signature)
    const names = yield* subjectOf(subject)
    const attributes = childTagged(tbs, 0xa0)
    const hosts = yield* attributes === undefined
      ? Result.succeed<Hosts>({ dnsNames: [], ipAddresses: [] })
      : requestedHosts(attributes)
    rememberSpki(publicKey, Buffer.from(spki.raw))
    return { publicKey, ...names, ...hosts }
  })

/** A certificate signing request (PKCS #10, RFC 2986) in PEM or DER, whose own signature is right and whose key is strong. */
export const readSigningRequest = (input: string | Uint8Array): Result.Result<SigningRequest, SigningRequestRefused> =>
  Result.mapError(read(input), (reason) => new SigningRequestRefused({ reason }))
