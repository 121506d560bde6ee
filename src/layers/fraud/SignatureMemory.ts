import type { KeyObject } from "node:crypto"
import { hash, verify } from "node:crypto"

/** Checks that are remembered: a call's retransmissions and forks carry the same PASSporT again, within seconds. */
export const maxRemembered = 20_000

/** How long one is remembered. */
export const rememberedMillis = 30_000

interface Remembered {
  readonly key: KeyObject
  readonly isGood: boolean
  readonly untilMillis: number
}

/** ES256 (RFC 7518 §3.4) with a short memory. What the PASSporT is about is not remembered, so each call is compared anew. */
export const makeSignatureMemory = () => {
  const remembered = new Map<string, Remembered>()

  const forgetOldest = () => {
    for (const digest of remembered.keys()) {
      if (remembered.size < maxRemembered) return
      remembered.delete(digest)
    }
  }

  return (signingInput: string, signature: Uint8Array, key: KeyObject, atMillis: number): boolean => {
    const digest = hash("sha256", `${signingInput}.${Buffer.from(signature).toString("base64url")}`, "base64")
    const known = remembered.get(digest)
    if (known !== undefined && known.key === key && atMillis < known.untilMillis) return known.isGood
    const isGood = verify("sha256", Buffer.from(signingInput), { key, dsaEncoding: "ieee-p1363" }, signature)
    remembered.delete(digest)
    forgetOldest()
    remembered.set(digest, { key, isGood, untilMillis: atMillis + rememberedMillis })
    return isGood
  }
}
