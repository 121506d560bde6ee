import { hash } from "node:crypto"
import type { KeyObject } from "node:crypto"
import { bits, oid, sequence } from "./Der.ts"

/** What stands before the point of a key on the curve, in its SubjectPublicKeyInfo (RFC 5480). */
const curvePrefix = (curve: string, pointLength: number): Buffer => {
  const algorithm = sequence(oid("1.2.840.10045.2.1"), oid(curve))
  const whole = sequence(algorithm, bits(Buffer.alloc(pointLength, 4)))
  return whole.subarray(0, whole.length - pointLength + 1)
}

const curvePrefixes: Readonly<Record<string, Buffer>> = {
  "P-256": curvePrefix("1.2.840.10045.3.1.7", 65),
  "P-384": curvePrefix("1.3.132.0.34", 97)
}

/** Keys on the curves, with all of their point: this and nothing else is the DER of such a key. */
export const isPlainCurveKey = (spki: Buffer): boolean =>
  Object.values(curvePrefixes).some((prefix) => spki.subarray(0, prefix.length).equals(prefix))

const known = new WeakMap<KeyObject, Buffer>()

/** Keeps the DER that a key was read from, since asking the key for it takes longer than to sign a certificate. */
export const rememberSpki = (key: KeyObject, spki: Buffer): void => {
  known.set(key, spki)
}

const exported = (key: KeyObject): Buffer => {
  if (key.asymmetricKeyType === "ec") {
    // Half the time of asking for the DER.
    const { crv = "", x = "", y = "" } = key.export({ format: "jwk" })
    const prefix = curvePrefixes[crv]
    if (prefix !== undefined) return Buffer.concat([prefix, Buffer.from(x, "base64url"), Buffer.from(y, "base64url")])
  }
  return key.export({ format: "der", type: "spki" })
}

/** The SubjectPublicKeyInfo of a public key, in DER. */
export const spkiOf = (key: KeyObject): Buffer => {
  const found = known.get(key)
  if (found !== undefined) return found
  const spki = exported(key)
  known.set(key, spki)
  return spki
}

const headerEnd = (bytes: Buffer, at: number): number =>
  at + 2 + ((bytes[at + 1] ?? 0) < 0x80 ? 0 : (bytes[at + 1] ?? 0) & 0x7f)

/** The content of its BIT STRING, without the count of unused bits: what key identifiers are hashes of. */
export const keyBitsOf = (spki: Buffer): Buffer => {
  const algorithm = headerEnd(spki, 0)
  // An AlgorithmIdentifier is shorter than 128 bytes.
  const bitString = algorithm + 2 + (spki[algorithm + 1] ?? 0)
  return spki.subarray(headerEnd(spki, bitString) + 1)
}

/** The leftmost 160 bits of the SHA-256 of the key (RFC 7093 §2, method 1). */
export const keyIdentifierOf = (spki: Buffer): Buffer => hash("sha256", keyBitsOf(spki), "buffer").subarray(0, 20)
