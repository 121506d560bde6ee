import type { CallAttempt } from "../CallAttempt.ts"
import { sourceOf } from "../CallTraits.ts"

/** As many digits as fit into 32 bits: whole numbers of these are quicker than doubles. */
const halfDigits = 8

/**
 * A number as a key that costs no memory of its own: its digits, at most 15 of them (ITU-T E.164), which a double holds
 * exactly. 0 for a text without digits, such as a withheld number.
 */
export const numberKey = (e164: string): number => {
  const end = Math.min(e164.length, 2 * halfDigits)
  let high = 0
  let low = 0
  let scale = 1
  for (let i = 0; i < end; i++) {
    const digit = e164.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) continue
    if (i < halfDigits) high = high * 10 + digit
    else {
      low = low * 10 + digit
      scale *= 10
    }
  }
  return high * scale + low
}

/** 32 bits of a text (FNV-1a). */
export const hashText = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** 32 well mixed bits of a key (the finaliser of MurmurHash3 over both halves). */
export const hashKey = (key: number): number => {
  let hash = (key | 0) ^ Math.imul((key / 4_294_967_296) | 0, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Stands for the caller of a call: the number, or for a withheld one the source that it came from. */
export const callerKey = (aNumber: string, sourceIp: string): number => {
  const key = numberKey(aNumber)
  return key === 0 ? -1 - hashText(sourceIp) : key
}

/** What the windows know a call by. */
export interface CallKeys {
  readonly caller: number
  readonly called: number
  readonly source: number
}

let lastCall: CallAttempt | undefined
const lastKeys = { caller: 0.5, called: 0.5, source: 0.5 }

/** The keys of a call, which never changes; several windows look at the same call one after the other. */
export const keysOf = (call: CallAttempt): CallKeys => {
  if (call !== lastCall) {
    lastCall = call
    lastKeys.caller = callerKey(call.aNumber, call.sourceIp)
    lastKeys.called = numberKey(call.bNumber)
    lastKeys.source = hashText(sourceOf(call))
  }
  return lastKeys
}
