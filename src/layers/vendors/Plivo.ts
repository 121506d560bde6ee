import type { Effect, Option } from "effect"
import { Context } from "effect"
import type { Country, Locality } from "../../domain/numbers/RequestedLine.ts"
import type { NumberNotAvailable } from "./NumberNotAvailable.ts"
import type { VendorError } from "./VendorError.ts"

/** Plivo's largest page. */
export const maxPageSize = 20

/** A number on sale. Prices are in millionths of a US dollar. */
export interface OfferedNumber {
  readonly e164: string
  readonly city: string | null
  readonly region: string | null
  readonly rateCenter: string | null
  readonly monthlyPriceMicros: number
  readonly setupPriceMicros: number
  readonly voiceEnabled: boolean
  readonly smsEnabled: boolean
  readonly mmsEnabled: boolean
}

/** A number that our account rents. */
export interface RentedNumber {
  readonly e164: string
  readonly alias: string | null
}

export interface NumbersPage<A> {
  readonly numbers: ReadonlyArray<A>
  /** All matches at the vendor, not only those of this page. */
  readonly total: number
  /** Where the next page starts; absent on the last page. */
  readonly nextOffset?: number
}

export interface NumberSearch {
  readonly country: Country
  readonly locality: Locality
  readonly offset: number
  /** 1 … {@link maxPageSize}; more is cut down to it. */
  readonly limit: number
}

/** Plivo's number API, https://www.plivo.com/docs/numbers/api/phone-number (search, buy) and /account-phone-number (rented). */
export class Plivo extends Context.Service<
  Plivo,
  {
    readonly search: (search: NumberSearch) => Effect.Effect<NumbersPage<OfferedNumber>, VendorError>
    /** Not idempotent: after `committed: "unknown"` ask {@link rented} before buying again. */
    readonly buy: (
      e164: string
    ) => Effect.Effect<{ readonly status: "fulfilled" | "pending" }, VendorError | NumberNotAvailable>
    readonly rented: (e164: string) => Effect.Effect<Option.Option<RentedNumber>, VendorError>
    /** `prefix` is the beginning of the number, with or without the +. */
    readonly listRented: (query: {
      readonly prefix?: string
      readonly offset: number
    }) => Effect.Effect<NumbersPage<RentedNumber>, VendorError>
    /** A number that is not ours (any more) counts as released. */
    readonly release: (e164: string) => Effect.Effect<void, VendorError>
  }
>()("tandem/layers/vendors/Plivo") {}
