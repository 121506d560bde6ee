import { Schema } from "effect"

/** Three digits, first 2–9, second 0–8 (NANP: N11 and N9X are not assigned as area codes). */
export const AreaCode = Schema.String.pipe(Schema.check(Schema.isPattern(/^[2-9][0-8]\d$/)))

/** Central office code: three digits, first 2–9. */
export const ExchangeCode = Schema.String.pipe(Schema.check(Schema.isPattern(/^[2-9]\d\d$/)))

export const Country = Schema.Literals(["US", "CA"])
export type Country = typeof Country.Type

/** Most numbers that one ticket line may ask for; a larger request goes to a person. */
export const maxQuantityPerLine = 1000

/**
 * Where the numbers shall be. At least one field is given, unless they are toll-free. `region` is the two-letter postal code of a US state or a
 * Canadian province; `city` always comes with a `region`; `nxx` always comes with an `npa`.
 */
export const Locality = Schema.Struct({
  npa: Schema.optionalKey(AreaCode),
  nxx: Schema.optionalKey(ExchangeCode),
  city: Schema.optionalKey(Schema.String),
  region: Schema.optionalKey(Schema.String)
})
export type Locality = typeof Locality.Type

/** One wish of a ticket: so many numbers of one kind in one place. Only `local` (long code) lines are ordered. */
export const RequestedLine = Schema.Struct({
  kind: Schema.Literals(["local", "tollFree"]),
  country: Country,
  locality: Locality,
  quantity: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: maxQuantityPerLine })))
})
export type RequestedLine = typeof RequestedLine.Type
