import { Option } from "effect"
import { Buffer } from "node:buffer"

/** What one hash costs: KiB of memory, rounds, lanes. */
export interface Argon2Cost {
  readonly memoryKib: number
  readonly passes: number
  readonly parallelism: number
}

export interface PasswordHash {
  readonly cost: Argon2Cost
  readonly salt: Uint8Array
  readonly tag: Uint8Array
}

/** What a row may ask for at most: one that was tampered with must not take all memory. */
const most = { memoryKib: 262_144, passes: 16, parallelism: 8 }

const version = 19

const form =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9])\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "")

/** The PHC string format, with the parameters of RFC 9106 in its names: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. */
export const formatPasswordHash = ({ cost, salt, tag }: PasswordHash): string =>
  `$argon2id$v=${version}$m=${cost.memoryKib},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(tag)}`

export const parsePasswordHash = (text: string): Option.Option<PasswordHash> => {
  const [, m, t, p, salt = "", tag = ""] = form.exec(text) ?? []
  const cost = { memoryKib: Number(m), passes: Number(t), parallelism: Number(p) }
  // RFC 9106 §3.1: at least eight KiB for each lane.
  const isPossible =
    cost.memoryKib <= most.memoryKib &&
    cost.passes <= most.passes &&
    cost.parallelism <= most.parallelism &&
    cost.memoryKib >= 8 * cost.parallelism
  return isPossible
    ? Option.some({ cost, salt: Buffer.from(salt, "base64"), tag: Buffer.from(tag, "base64") })
    : Option.none()
}

export const isSameCost = (one: Argon2Cost, other: Argon2Cost): boolean =>
  one.memoryKib === other.memoryKib && one.passes === other.passes && one.parallelism === other.parallelism
