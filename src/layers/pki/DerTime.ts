import { der, tags } from "./Der.ts"

/** The last instant that a certificate can name (RFC 5280 §4.1.2.5). */
export const latestMillis = Date.UTC(9999, 11, 31, 23, 59, 59)

const firstGeneralizedMillis = Date.UTC(2050, 0, 1)
const firstUtcTimeMillis = Date.UTC(1950, 0, 1)

/** `YYYYMMDDHHMMSSZ` */
const digits = (millis: number): string =>
  `${new Date(Math.min(millis, latestMillis)).toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`

/** GeneralizedTime to the second. */
export const generalizedTime = (millis: number): Buffer =>
  der(tags.generalizedTime, Buffer.from(digits(millis), "latin1"))

/** Time of certificates and revocation lists: UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). */
export const time = (millis: number): Buffer =>
  millis >= firstGeneralizedMillis || millis < firstUtcTimeMillis
    ? generalizedTime(millis)
    : der(tags.utcTime, Buffer.from(digits(millis).slice(2), "latin1"))
