import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto"
import { integer, nullValue, octets, oid, sequence } from "./Der.ts"

const keyLength = 32

/** What was encrypted under a password, with the AlgorithmIdentifier that tells how. */
export interface Encrypted {
  readonly algorithm: Buffer
  readonly bytes: Buffer
}

/** PBES2 (RFC 8018 §6.2): AES-256-CBC under a key that PBKDF2 with HMAC-SHA-256 makes. The password is UTF-8. */
export const encryptPbes2 = (content: Uint8Array, password: string, iterations: number): Encrypted => {
  const salt = randomBytes(16)
  const iv = randomBytes(16)
  const key = pbkdf2Sync(password, salt, iterations, keyLength, "sha256")
  const cipher = createCipheriv("aes-256-cbc", key, iv)
  const pbkdf2 = sequence(
    oid("1.2.840.113549.1.5.12"),
    sequence(octets(salt), integer(iterations), integer(keyLength), sequence(oid("1.2.840.113549.2.9"), nullValue))
  )
  const aes256Cbc = sequence(oid("2.16.840.1.101.3.4.1.42"), octets(iv))
  return {
    algorithm: sequence(oid("1.2.840.113549.1.5.13"), sequence(pbkdf2, aes256Cbc)),
    bytes: Buffer.concat([cipher.update(content), cipher.final()])
  }
}

/** EncryptedPrivateKeyInfo (RFC 5958 §3) around a PKCS#8 key in DER. */
export const encryptedKeyInfo = (pkcs8: Uint8Array, password: string, iterations: number): Buffer => {
  const { algorithm, bytes } = encryptPbes2(pkcs8, password, iterations)
  return sequence(algorithm, octets(bytes))
}
