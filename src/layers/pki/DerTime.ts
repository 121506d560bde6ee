import { der, tags } from "./Der.ts"

/** The last instant that a certificate can name (RFC 5280 §4.1.2.5). */
export const latestMillis = Date.UTC(9999, 11, 31, 23, 59, 59)

const firstGeneralizedMillis = Date.UTC(2050, 0, 1)
const firstUtcTimeMillis = Date.UTC(1950, 0, 1)

const daySeconds = 86_400
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"))

/** A list of revocations has a hundred thousand instants, many of them on the same day. */
let day = Number.NaN
let dayDigits = ""

/** `YYYYMMDDHHMMSSZ` */
const digits = (millis: number): string => {
  const seconds = Math.floor(Math.min(millis, latestMillis) / 1000)
  const wanted = Math.floor(seconds / daySeconds)
  if (wanted !== day) {
    day = wanted
    dayDigits = new Date(wanted * daySeconds * 1000).toISOString().slice(0, 10).replaceAll("-", "")
  }
  const inDay = seconds - wanted * daySeconds
  const hours = Math.floor(inDay / 3600)
  const minutes = Math.floor(inDay / 60) % 60
  return `${dayDigits}${twoDigits[hours]}${twoDigits[minutes]}${twoDigits[inDay % 60]}Z`
}

/** GeneralizedTime to the second. */
export const generalizedTime = (millis: number): Buffer =>
  der(tags.generalizedTime, Buffer.from(digits(millis), "latin1"))

/** Octets of the longest time. */
const maxTimeOctets = 17

/** Writes a time as certificates and lists have it. Returns where it ends. */
export const writeTime = (into: Buffer, at: number, millis: number): number => {
  const isGeneralized = millis >= firstGeneralizedMillis || millis < firstUtcTimeMillis
  const text = isGeneralized ? digits(millis) : digits(millis).slice(2)
  into[at] = isGeneralized ? tags.generalizedTime : tags.utcTime
  into[at + 1] = text.length
  return at + 2 + into.write(text, at + 2, "latin1")
}

/** Time of certificates and revocation lists: UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). */
export const time = (millis: number): Buffer => {
  const into = Buffer.allocUnsafe(maxTimeOctets)
  return into.subarray(0, writeTime(into, 0, millis))
}
