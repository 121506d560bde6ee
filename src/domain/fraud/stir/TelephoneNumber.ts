/** Longest number that is compared, in digits: E.164 has 15; some plans add a few for routing. */
export const maxDigits = 24

/**
 * A number in the canonical form of RFC 8224 §8.3: digits alone, without the + and what people write between them. The
 * country code must be there already. Undefined for what is no number.
 */
export const canonicalNumber = (text: string): string | undefined => {
  if (text.length > 2 * maxDigits) return undefined
  const digits = text.replace(/[\s().-]/g, "").replace(/^\+/, "")
  return /^[0-9#*]+$/.test(digits) && digits.length <= maxDigits ? digits : undefined
}
