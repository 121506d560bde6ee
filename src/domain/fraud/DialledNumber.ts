import { isEmergency } from "../numbering/NigerianNumbering.ts"

/** What a switch may write for a caller who does not want to be known (RFC 3323, RFC 3325, TS 24.229). */
const withheld = /^(anonymous|restricted|unavailable|unknown|private|withheld|anonymous\.invalid)?$/i

/** Longest number as it is written, with its URI. */
export const longestNumberText = 256

const homeCode = "234"

/** Of several values, or behind a display name, the first URI in angle brackets. */
const bracketed = /<\s*((?:sips?|tel):[^<>]*)>/i

const scheme = /^(sips?|tel):/i

const plain = /^\+?[0-9]+$/

/** E.164: a country's code does not begin with 0, and 15 digits are the most. */
const complete = /^\+[1-9][0-9]{1,14}$/

/**
 * The user part of a `sip:`, `sips:` or `tel:` URI (RFC 3261, RFC 3966), or the text itself. A SIP URI may be without one:
 * what it names then is a host.
 */
const userPart = (text: string): string => {
  const bare = (bracketed.exec(text)?.[1] ?? text.replace(/^[^<]*<([^<>]*)>.*$/, "$1")).trim()
  const uri = scheme.exec(bare)
  const rest = uri === null ? bare : bare.slice(uri[0].length)
  const [user = ""] = rest.split(/[@;?]/, 1)
  const isHost = /^sip/i.test(uri?.[0] ?? "") && !rest.includes("@") && user.includes(".")
  return isHost && !withheld.test(user) ? `host ${user}` : user.replace(/%2B/gi, "+").trim()
}

/**
 * A dialled or shown number as E.164: `+` stays, `00` is dialled abroad, `0` a national number, `234…` the country's own
 * code. From an international gateway, digits are a whole international number; from elsewhere, national ones. Empty:
 * withheld. Undefined: no number at all, or longer than 15 digits.
 */
export const toE164 = (text: string, international: boolean): string | undefined => {
  // The usual form needs no second look.
  const user = plain.test(text) ? text : userPart(text)
  if (withheld.test(user)) return ""
  const digits = plain.test(user) ? user : user.replace(/[-. ()/]/g, "")
  if (!plain.test(digits)) return undefined
  const e164 = completed(digits, international)
  return complete.test(e164) ? e164 : undefined
}

const completed = (digits: string, international: boolean): string => {
  if (digits.startsWith("+")) return digits
  if (digits.startsWith("00")) return `+${digits.slice(2)}`
  if (digits.startsWith("0")) return `+${homeCode}${digits.slice(1)}`
  if (isEmergency(digits)) return `+${homeCode}${digits}`
  if (digits.startsWith(homeCode) && digits.length > 8) return `+${digits}`
  return international && digits.length > 6 ? `+${digits}` : `+${homeCode}${digits}`
}
