import { Schema } from "effect"
import { Stock } from "../numbers/Stock.ts"
import type { Store } from "../store/Store.ts"
import type { Table } from "../store/Table.ts"

const maxOrders = 200_000
const maxSoldNumbers = 500_000
const maxTokens = 10_000

/** What the vendor lets one account reserve at a time. */
export const maxReservations = 10_000

/** Inteliquent's series of numbers for sale begins at this exchange, and that of its back-orders at the other. */
const firstExchange = 640
export const firstBackorderExchange = 820

/** Numbers that a fresh sandbox's Inteliquent has in each area code. */
const seededPerAreaCode = 40

/** Numbers are eleven digits here, and ten on the wire. */
export const Order = Schema.Struct({
  orderId: Schema.Int,
  kind: Schema.Literals(["tnOrder", "tnRequest"]),
  reference: Schema.String,
  status: Schema.Literals(["Pending", "Closed", "Canceled"]),
  quantity: Schema.Int,
  npa: Schema.NullOr(Schema.String),
  nxx: Schema.NullOr(Schema.String),
  trunkGroup: Schema.NullOr(Schema.String),
  items: Schema.Array(Schema.Struct({ number: Schema.String, trunkGroup: Schema.NullOr(Schema.String) })),
  at: Schema.String,
  closedAt: Schema.NullOr(Schema.String),
  fillDueMillis: Schema.NullOr(Schema.Finite)
})
export type Order = typeof Order.Type

export const Reservation = Schema.Struct({ number: Schema.String, untilMillis: Schema.Finite })
export type Reservation = typeof Reservation.Type

/** A number that Inteliquent sold, and by which of its orders. */
export const SoldNumber = Schema.Struct({
  number: Schema.String,
  orderId: Schema.Int,
  reference: Schema.String,
  at: Schema.String
})
export type SoldNumber = typeof SoldNumber.Type

export interface InteliquentState {
  readonly store: Store
  readonly stock: Stock
  readonly reservations: Table<Reservation>
  readonly orders: Table<Order>
  readonly sold: Table<SoldNumber>
  /** Access tokens, with the instant of their expiry in milliseconds since the epoch. */
  readonly tokens: Table<number>
}

export const makeInteliquentState = (store: Store): InteliquentState => {
  const sold = store.table("inteliquent.sold", SoldNumber, maxSoldNumbers)
  const stock = new Stock(store, "inteliquent", firstExchange, (digits) => sold.has(digits))
  stock.seed(seededPerAreaCode, 0)
  return {
    store,
    stock,
    sold,
    reservations: store.table("inteliquent.reservations", Reservation, maxReservations),
    orders: store.table("inteliquent.orders", Order, maxOrders),
    tokens: store.table("inteliquent.tokens", Schema.Finite, maxTokens)
  }
}

/** Reservations end by themselves. */
export const dropExpiredReservations = (state: InteliquentState, nowMillis: number): void => {
  for (const { number, untilMillis } of state.reservations.values()) {
    if (untilMillis <= nowMillis) state.reservations.delete(number)
  }
}
