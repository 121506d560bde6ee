/** How a number begins of which the records keep the hash alone; no E.164 number does. */
export const hashMark = "hmac:"

/** The caller withheld the number, and so there is no hash either. */
export const hashedNothing = `${hashMark}withheld`

export const isHashed = (number: string): boolean => number.startsWith(hashMark)

const hexDigits = 12
const standIns = 1e11

/**
 * A number that stands for a hashed one, the same for the same hash. It counts as one of the home country, which most
 * callers are, and is longer than any number that was given out there.
 */
export const standInOf = (number: string): string => {
  if (!isHashed(number)) return number
  if (number === hashedNothing) return ""
  const part = Number.parseInt(number.slice(hashMark.length, hashMark.length + hexDigits), 16) || 0
  return `+234${String(part % standIns).padStart(11, "0")}`
}
