import { Schema } from "effect"
import { Stock } from "../numbers/Stock.ts"
import type { Store } from "../store/Store.ts"
import type { Table } from "../store/Table.ts"

const maxRentedNumbers = 500_000

/** Plivo's series of numbers begins at this exchange. */
const firstExchange = 220

/** Numbers that a fresh sandbox's Plivo has in each area code, and in each toll-free code. */
const seededPerAreaCode = 25
const seededTollFree = 5

/**
 * One number that was ever rented. `times` counts the purchases that Plivo accepted, `attempts` all that were asked for;
 * `releasedAt` is null as long as the number is rented.
 */
export const RentedNumber = Schema.Struct({
  number: Schema.String,
  at: Schema.String,
  times: Schema.Int,
  attempts: Schema.Int,
  releasedAt: Schema.NullOr(Schema.String),
  appId: Schema.NullOr(Schema.String),
  alias: Schema.NullOr(Schema.String),
  subaccount: Schema.NullOr(Schema.String)
})
export type RentedNumber = typeof RentedNumber.Type

export interface PlivoState {
  readonly stock: Stock
  readonly rented: Table<RentedNumber>
}

export const makePlivoState = (store: Store): PlivoState => {
  const rented = store.table("plivo.rented", RentedNumber, maxRentedNumbers)
  const stock = new Stock(store, "plivo", firstExchange, (digits) => rented.get(digits)?.releasedAt === null)
  stock.seed(seededPerAreaCode, seededTollFree)
  return { stock, rented }
}
