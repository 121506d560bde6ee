import { Schema } from "effect"

/** A North American number in E.164 form: `+1`, area code and exchange each beginning 2–9 (ITU-T E.164, NANP). */
export const NanpE164 = Schema.String.pipe(Schema.check(Schema.isPattern(/^\+1[2-9]\d{2}[2-9]\d{6}$/)))
export type NanpE164 = typeof NanpE164.Type

/** `+12125550123` → `212`. */
export const areaCodeOf = (e164: string): string => e164.slice(2, 5)

/** `+12125550123` → `12125550123`, the form that Plivo and the inventory tools take. */
export const digitsOf = (e164: string): string => e164.slice(1)

/** `12125550123`, `2125550123` or `+12125550123` → `+12125550123`; anything else → undefined. */
export const e164OfDigits = (text: string): string | undefined => {
  const digits = text.replace(/^\+/, "")
  const e164 = digits.length === 10 ? `+1${digits}` : `+${digits}`
  return Schema.is(NanpE164)(e164) ? e164 : undefined
}
