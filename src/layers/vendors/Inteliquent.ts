import type { Effect, Option } from "effect"
import { Context } from "effect"
import type { Locality } from "../../domain/numbers/RequestedLine.ts"
import type { NumberNotAvailable } from "./NumberNotAvailable.ts"
import type { VendorError } from "./VendorError.ts"

/** Most numbers in one order; a larger purchase is split by the caller. */
export const maxNumbersPerOrder = 100

export interface InventoryNumber {
  readonly e164: string
  readonly rateCenter: string | null
  readonly region: string | null
  readonly city: string | null
}

export interface Reservation {
  readonly reserved: ReadonlyArray<string>
  readonly excluded: ReadonlyArray<string>
}

export interface OrderSummary {
  readonly orderId: string
  readonly status: "open" | "closed" | "cancelled"
  readonly reference: string | null
}

export interface OrderDetail extends OrderSummary {
  readonly desiredDueAt?: string
  readonly createdAt?: string
  /** `status` is the vendor's own word; `complete` says that the number is ours to use. */
  readonly numbers: ReadonlyArray<{ readonly e164: string; readonly status: string; readonly complete: boolean }>
}

/**
 * Inteliquent (Sinch) number ordering, Services/2.0.0. Every operation is a POST that answers HTTP 200 also when it
 * refuses; the refusal is a `VendorError` with reason "Rejected" and the vendor's statusCode as `code`. Numbers are E.164
 * with + on our side. A reference may not hold any of `, = ] [ !` and is refused ("Rejected", code "reference") unsent.
 */
export class Inteliquent extends Context.Service<
  Inteliquent,
  {
    /** Empty when the vendor has none there. With `reserve` the numbers found are held for us for a short while. */
    readonly searchInventory: (query: {
      readonly locality: Locality
      readonly quantity: number
      readonly reserve: boolean
    }) => Effect.Effect<ReadonlyArray<InventoryNumber>, VendorError>
    readonly reserved: Effect.Effect<ReadonlyArray<string>, VendorError>
    readonly reserve: (numbers: ReadonlyArray<string>) => Effect.Effect<Reservation, VendorError>
    readonly release: (numbers: ReadonlyArray<string>) => Effect.Effect<void, VendorError>
    /** Not idempotent. `partial`: the vendor took some of the numbers only; {@link orderDetail} tells which. */
    readonly order: (order: {
      readonly reference: string
      readonly numbers: ReadonlyArray<string>
    }) => Effect.Effect<{ readonly orderId: string; readonly partial: boolean }, VendorError | NumberNotAvailable>
    /** Not idempotent. */
    readonly backorder: (order: {
      readonly reference: string
      readonly locality: Locality
      readonly quantity: number
    }) => Effect.Effect<{ readonly orderId: string }, VendorError>
    readonly orderDetail: (
      which: { readonly orderId: string } | { readonly reference: string }
    ) => Effect.Effect<Option.Option<OrderDetail>, VendorError>
    /** All orders with exactly this reference, to find one that was placed although its answer was lost. */
    readonly ordersByReference: (reference: string) => Effect.Effect<ReadonlyArray<OrderSummary>, VendorError>
    readonly cancel: (orderId: string) => Effect.Effect<void, VendorError>
  }
>()("tandem/layers/vendors/Inteliquent") {}
