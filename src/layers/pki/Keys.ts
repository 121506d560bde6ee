import { Effect, Redacted, Result, Schema } from "effect"
import { createPrivateKey, createPublicKey, generateKeyPair as generate, sign, verify } from "node:crypto"
import type { KeyObject } from "node:crypto"
import { promisify } from "node:util"
import type { KeyAlgorithm } from "../../domain/pki/CertificateProfile.ts"
import { encryptedKeyInfo } from "./Pbes2.ts"
import { toPem } from "./Pem.ts"

const generated = promisify(generate)

export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** A new key, made outside of the main thread: RSA-4096 takes seconds. */
export const generateKeyPair = (algorithm: KeyAlgorithm): Effect.Effect<KeyPair> =>
  Effect.promise(() => {
    switch (algorithm) {
      case "ecdsa-p256":
        return generated("ec", { namedCurve: "P-256" })
      case "rsa-2048":
        return generated("rsa", { modulusLength: 2048 })
      case "rsa-4096":
        return generated("rsa", { modulusLength: 4096 })
    }
  })

/** A passphrase is tried against a stolen file; this many rounds make each try take a tenth of a second. */
const sealIterations = 600_000

/** The private key as encrypted PKCS#8 in PEM (RFC 5958, RFC 7468 §11). Takes about a tenth of a second. */
export const sealKey = (privateKey: KeyObject, passphrase: Redacted.Redacted<string>): string => {
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" })
  return toPem("ENCRYPTED PRIVATE KEY", encryptedKeyInfo(pkcs8, Redacted.value(passphrase), sealIterations))
}

/** The sealed key cannot be opened. A wrong passphrase and a damaged file often look the same. */
export class KeyUnreadable extends Schema.TaggedError<KeyUnreadable>()("KeyUnreadable", {
  reason: Schema.Literals(["NotEncrypted", "WrongPassphrase", "KeyRefused"])
}) {}

export const openKey = (
  pem: string,
  passphrase: Redacted.Redacted<string>
): Result.Result<KeyObject, KeyUnreadable> => {
  if (!pem.includes("-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
    return Result.fail(new KeyUnreadable({ reason: "NotEncrypted" }))
  }
  return Result.try({
    try: () => createPrivateKey({ key: pem, format: "pem", passphrase: Redacted.value(passphrase) }),
    catch: () => new KeyUnreadable({ reason: "WrongPassphrase" })
  }).pipe(Result.filterOrFail(isUsable, () => new KeyUnreadable({ reason: "KeyRefused" })))
}

const curves = new Set(["prime256v1", "secp384r1"])

export type KeyProblem = "KeyUnsupported" | "KeyWeak"

/** Why a key is not good enough to be certified: RSA of 2048 to 8192 bits, P-256 and P-384 are. */
export const keyProblem = (key: KeyObject): KeyProblem | undefined => {
  const { modulusLength = 0, namedCurve = "", publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case "ec":
      return curves.has(namedCurve) ? undefined : "KeyUnsupported"
    case "rsa":
      if (modulusLength > 8192) return "KeyUnsupported"
      // NIST SP 800-89 §5.3.3: an odd exponent from 65537 on, of 256 bits at most.
      return modulusLength >= 2048 &&
        publicExponent >= 65_537n &&
        publicExponent % 2n === 1n &&
        publicExponent < 1n << 256n
        ? undefined
        : "KeyWeak"
    default:
      return "KeyUnsupported"
  }
}

const probe = Buffer.from("probe")

/** A file that was damaged inside of the key's numbers still opens, as a key whose signatures are wrong. */
const isUsable = (key: KeyObject): boolean => {
  try {
    return keyProblem(key) === undefined && verify("sha256", probe, createPublicKey(key), sign("sha256", probe, key))
  } catch {
    return false
  }
}
