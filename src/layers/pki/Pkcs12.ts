import { Redacted } from "effect"
import { createHmac, hash, randomBytes } from "node:crypto"
import type { KeyObject } from "node:crypto"
import forge from "node-forge"
import { contextTag, der, integer, nullValue, octets, oid, plainContextTag, sequence, tags } from "./Der.ts"
import { encryptedKeyInfo, encryptPbes2 } from "./Pbes2.ts"
import { fromPem } from "./Pem.ts"

export interface Pkcs12Request {
  readonly privateKey: KeyObject
  readonly certificatePem: string
  /** The authorities above it, the nearest first. */
  readonly chainPem: ReadonlyArray<string>
  readonly password: Redacted.Redacted<string>
  /** The name under which a browser or a key store shows it. */
  readonly friendlyName: string
}

/** Rounds of the key derivations. Those of the MAC run in JavaScript, some 40 ms. */
const iterations = 10_000

/** RFC 7292 §4, RFC 2985. */
const data = oid("1.2.840.113549.1.7.1")
const encryptedData = oid("1.2.840.113549.1.7.6")
const shroudedKeyBag = oid("1.2.840.113549.1.12.10.1.2")
const certBag = oid("1.2.840.113549.1.12.10.1.3")
const x509Certificate = oid("1.2.840.113549.1.9.22.1")
const friendlyNameType = oid("1.2.840.113549.1.9.20")
const localKeyIdType = oid("1.2.840.113549.1.9.21")
const sha256 = oid("2.16.840.1.101.3.4.2.1")

const attribute = (type: Buffer, value: Buffer): Buffer => sequence(type, der(tags.set, value))

const bmpString = (text: string): Buffer => der(tags.bmp, Buffer.from(text, "utf16le").swap16())

const bag = (type: Buffer, value: Buffer, attributes: ReadonlyArray<Buffer>): Buffer =>
  sequence(type, der(contextTag(0), value), attributes.length === 0 ? Buffer.alloc(0) : der(tags.set, ...attributes))

const certificateBag = (certificate: Buffer, attributes: ReadonlyArray<Buffer>): Buffer =>
  bag(certBag, sequence(x509Certificate, der(contextTag(0), octets(certificate))), attributes)

const certificateOf = (pem: string): Buffer => {
  const bytes = fromPem(["CERTIFICATE"], pem)
  if (bytes === undefined) throw new TypeError("Not one certificate in PEM.")
  return bytes
}

const encryptedContent = (content: Buffer, password: string): Buffer => {
  const { algorithm, bytes } = encryptPbes2(content, password, iterations)
  const info = sequence(data, algorithm, der(plainContextTag(0), bytes))
  return sequence(encryptedData, der(contextTag(0), sequence(integer(0), info)))
}

const plainContent = (content: Buffer): Buffer => sequence(data, der(contextTag(0), octets(content)))

/** The key derivation of PKCS #12 itself (RFC 7292 appendix B), with SHA-256. */
const macKey = (password: string, salt: Buffer): Buffer => {
  const salted = forge.util.createBuffer(salt.toString("latin1"))
  const forMac = 3
  const key = forge.pkcs12.generateKey(password, salted, forMac, iterations, 32, forge.md.sha256.create())
  return Buffer.from(key.getBytes(), "latin1")
}

const macData = (content: Buffer, password: string): Buffer => {
  const salt = randomBytes(16)
  const mac = createHmac("sha256", macKey(password, salt)).update(content).digest()
  return sequence(sequence(sequence(sha256, nullValue), octets(mac)), octets(salt), integer(iterations))
}

/** A key with its certificate and those above it, as a PKCS #12 file (RFC 7292): PBES2 with AES-256, MAC with SHA-256. */
export const makePkcs12 = (request: Pkcs12Request): Buffer => {
  const password = Redacted.value(request.password)
  const certificate = certificateOf(request.certificatePem)
  const attributes = [
    attribute(friendlyNameType, bmpString(request.friendlyName)),
    attribute(localKeyIdType, octets(hash("sha256", certificate, "buffer").subarray(0, 20)))
  ]
  const certificates = sequence(
    certificateBag(certificate, attributes),
    ...request.chainPem.map((pem) => certificateBag(certificateOf(pem), []))
  )
  const pkcs8 = request.privateKey.export({ format: "der", type: "pkcs8" })
  const key = sequence(bag(shroudedKeyBag, encryptedKeyInfo(pkcs8, password, iterations), attributes))
  const safe = sequence(encryptedContent(certificates, password), plainContent(key))
  return sequence(integer(3), plainContent(safe), macData(safe, password))
}
