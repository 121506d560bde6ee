import { Schema } from "effect"
import { areaCodeOfNumber } from "../numbers/AreaCodes.ts"
import { tenDigits } from "../numbers/NanpDigits.ts"
import type { LiveSettings } from "../SandboxSettings.ts"
import {
  type BusinessReply,
  decodeWith,
  isBusinessReply,
  noResult,
  numbersOf,
  refusal,
  success,
  TnList
} from "./InteliquentReply.ts"
import { dropExpiredReservations, type InteliquentState, maxReservations } from "./InteliquentState.ts"

const maxQuantity = 9_999
const maxRadiusMiles = 50

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

export const PageSort = Schema.Struct({
  page: Schema.optionalKey(Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0)))),
  size: Schema.optionalKey(Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0)))),
  direction: Schema.optionalKey(Schema.Literals(["asc", "desc"])),
  property: Schema.optionalKey(Schema.String)
})

const Search = Schema.Struct({
  tnMask: Text,
  tnWildcard: Text,
  lata: Schema.optionalKey(Schema.Union([Schema.String, Schema.Int, Schema.Null])),
  rateCenter: Text,
  city: Text,
  province: Text,
  radius: Schema.optionalKey(Schema.Int),
  quantity: Schema.optionalKey(Schema.Int),
  reserve: Schema.optionalKey(Schema.String),
  pageSort: Schema.optionalKey(PageSort)
})
type Search = typeof Search.Type

const keypad: ReadonlyArray<readonly [RegExp, string]> = [
  [/[A-C]/gi, "2"],
  [/[D-F]/gi, "3"],
  [/[G-I]/gi, "4"],
  [/[J-L]/gi, "5"],
  [/[M-O]/gi, "6"],
  [/[P-S]/gi, "7"],
  [/[T-V]/gi, "8"],
  [/[W-Z]/gi, "9"]
]

/** The TNs that a mask (`212xxxxxxx`) or a wildcard (`312?Hi*7`) stands for; the mask wins when both are given. */
const maskPattern = (search: Search): RegExp | undefined => {
  if (search.tnMask !== undefined && search.tnMask !== null) {
    if (!/^[0-9xX ]{10}$/.test(search.tnMask)) return undefined
    return new RegExp(`^${search.tnMask.replace(/[xX ]/g, "\\d")}$`)
  }
  const wildcard = search.tnWildcard ?? ""
  if (!/^[0-9A-Za-z*?]{1,30}$/.test(wildcard)) return undefined
  const digits = keypad.reduce((text, [letters, digit]) => text.replace(letters, digit), wildcard)
  return new RegExp(`^${digits.replace(/\*+/g, "\\d*").replace(/\?/g, "\\d")}$`)
}

const refusedSearch = (search: Search): BusinessReply | undefined => {
  const { city, province, quantity, radius, tnMask, tnWildcard } = search
  if (!tnMask && !tnWildcard) return refusal("408", "tnMask or tnWildcard is required")
  if (city && !province) return refusal("408", "Province is required with city")
  if (province && province.length !== 2) return refusal("408", "Province must be two character long")
  if (quantity !== undefined && quantity > maxQuantity) return refusal("417", "Quantity must be less than 10000")
  if (quantity !== undefined && quantity < 1) return refusal("409", "Invalid Input Parameters: quantity")
  if (radius !== undefined && radius > maxRadiusMiles) return refusal("409", "Invalid Input Parameters: radius")
  return maskPattern(search) === undefined ? refusal("409", "Invalid Input Parameters: tnMask") : undefined
}

const isSame = (wanted: string | number | null | undefined, present: string | number): boolean =>
  wanted === undefined ||
  wanted === null ||
  wanted === "" ||
  String(wanted).toUpperCase() === String(present).toUpperCase()

const isInPlace =
  (search: Search) =>
  (number: string): boolean => {
    const place = areaCodeOfNumber(number)
    return (
      isSame(search.lata, place.lata) &&
      isSame(search.rateCenter, place.rateCenter) &&
      isSame(search.city, place.city) &&
      isSame(search.province, place.region)
    )
  }

/** A number in the fields of the vendor's search and reservation lists. */
const inventoryItem = (number: string) => {
  const place = areaCodeOfNumber(number)
  return {
    telephoneNumber: tenDigits(number),
    rateCenter: place.rateCenter,
    lata: place.lata,
    province: place.region,
    city: place.city,
    postalCode: null,
    rateCenterTier: place.country === "CA" ? "CAN" : "0",
    cnamAllowed: "Y",
    dlAllowed: "Y",
    e911Allowed: "Y",
    msgAllowed: "Y",
    countryCode: "1",
    allowPortOutPin: "Y",
    portoutNotification: "Y"
  }
}

const sortKey = (property: string | undefined, number: string): string => {
  const place = areaCodeOfNumber(number)
  const keys: Readonly<Record<string, string>> = {
    state: place.region,
    rateCenter: place.rateCenter,
    lata: String(place.lata)
  }
  return `${keys[property ?? "tn"] ?? ""} ${number}`
}

const decodeSearch = decodeWith(Search)
const decodeReserve = decodeWith(Schema.Struct({ tnReserve: Schema.Struct({ tnList: TnList }) }))
const decodeRelease = decodeWith(Schema.Struct({ tnRelease: Schema.Struct({ tnList: TnList }) }))

/** Searching and reserving. A number that is reserved is not found by a search until it is released or expires. */
export class InteliquentInventory {
  readonly #state: InteliquentState
  readonly #settings: LiveSettings

  constructor(state: InteliquentState, settings: LiveSettings) {
    this.#state = state
    this.#settings = settings
  }

  search(body: unknown, nowMillis: number): BusinessReply {
    const search = decodeSearch(body)
    if (isBusinessReply(search)) return search
    const refused = refusedSearch(search)
    const pattern = maskPattern(search)
    if (refused !== undefined || pattern === undefined) return refused ?? noResult
    dropExpiredReservations(this.#state, nowMillis)
    const fits = isInPlace(search)
    const found = this.#state.stock
      .matching((number) => pattern.test(tenDigits(number)) && fits(number) && !this.#state.reservations.has(number))
      .sort((a, b) => (sortKey(search.pageSort?.property, a) < sortKey(search.pageSort?.property, b) ? -1 : 1))
    if (search.pageSort?.direction === "desc") found.reverse()
    const limited = found.slice(0, search.quantity ?? maxQuantity)
    const { page = 1, size = Math.max(1, limited.length) } = search.pageSort ?? {}
    const shown = limited.slice((page - 1) * size, page * size)
    if (shown.length === 0) return noResult
    if (search.reserve === "Y") {
      const refusedToReserve = this.#reserve(shown, nowMillis)
      if (refusedToReserve !== undefined) return refusedToReserve
    }
    return success({
      page,
      totalPages: Math.ceil(limited.length / size),
      totalItems: limited.length,
      size,
      tnResult: shown.map(inventoryItem)
    })
  }

  reserve(body: unknown, nowMillis: number): BusinessReply {
    const request = decodeReserve(body)
    if (isBusinessReply(request)) return request
    const numbers = numbersOf(request.tnReserve.tnList)
    if (isBusinessReply(numbers)) return numbers
    if (numbers.length === 0) return refusal("420", "Invalid TN List.(TN List is null/empty)")
    dropExpiredReservations(this.#state, nowMillis)
    const free = numbers.filter((number) => this.#state.stock.has(number) && !this.#state.reservations.has(number))
    const refused = this.#reserve(free, nowMillis)
    if (refused !== undefined) return refused
    const excludedTnList = numbers
      .filter((number) => !free.includes(number))
      .map((number) => ({ tn: tenDigits(number) }))
    return success({
      tnReserveResponse: { totalTnCount: numbers.length, reservedTnCount: free.length, excludedTnList }
    })
  }

  release(body: unknown, nowMillis: number): BusinessReply {
    const request = decodeRelease(body)
    if (isBusinessReply(request)) return request
    const numbers = numbersOf(request.tnRelease.tnList)
    if (isBusinessReply(numbers)) return numbers
    dropExpiredReservations(this.#state, nowMillis)
    const released = numbers.filter((number) => this.#state.reservations.delete(number))
    if (released.length === 0) return refusal("201", "Unable to release tns")
    const excludedTnList = numbers
      .filter((number) => !released.includes(number))
      .map((number) => ({ tn: tenDigits(number) }))
    return success({
      tnReleaseResponse: { totalTnCount: numbers.length, releasedTnCount: released.length, excludedTnList }
    })
  }

  reservedList(nowMillis: number): BusinessReply {
    dropExpiredReservations(this.#state, nowMillis)
    const reservedTns = this.#state.reservations.values().map(({ number }) => inventoryItem(number))
    return reservedTns.length === 0 ? noResult : success({ reservedTns })
  }

  #reserve(numbers: ReadonlyArray<string>, nowMillis: number): BusinessReply | undefined {
    if (this.#state.reservations.size + numbers.length > maxReservations) {
      return refusal("431", "Request exceeds the maximum number of reserved TNs")
    }
    const untilMillis = nowMillis + this.#settings.current.inteliquentReservationMillis
    for (const number of numbers) this.#state.reservations.set(number, { number, untilMillis })
    return undefined
  }
}
