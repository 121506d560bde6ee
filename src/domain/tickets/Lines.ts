import { countryOfAreaCode } from "../numbers/AreaCodes.ts"
import { maxQuantityPerLine } from "../numbers/RequestedLine.ts"
import type { RequestedLine } from "../numbers/RequestedLine.ts"
import { regionOfCode } from "../numbers/Regions.ts"
import type { Place } from "./Token.ts"

/** Most lines that one ticket may ask for; a longer list goes to a person. */
export const maxLinesPerTicket = 100

/** Most wishes that are looked at in one ticket before it is called too long. */
export const maxGroupsPerTicket = 4 * maxLinesPerTicket

/** The line for so many numbers in a clear place; undefined for an unclear one. */
export const lineOf = (place: Place, quantity: number): RequestedLine | undefined => {
  switch (place.tag) {
    case "npa": {
      const locality = place.nxx === undefined ? { npa: place.npa } : { npa: place.npa, nxx: place.nxx }
      return { kind: "local", country: countryOfAreaCode(place.npa) ?? "US", locality, quantity }
    }
    case "tollFree":
      return { kind: "tollFree", country: "US", locality: place.npa === undefined ? {} : { npa: place.npa }, quantity }
    case "city":
      return {
        kind: "local",
        country: regionOfCode(place.region)?.country ?? "US",
        locality: { city: place.city, region: place.region },
        quantity
      }
    case "region":
      return {
        kind: "local",
        country: regionOfCode(place.region)?.country ?? "US",
        locality: { region: place.region },
        quantity
      }
    case "unclear":
      return undefined
  }
}

/** The place of a line, for telling lines of one place from lines of two. */
export const placeKey = ({ country, kind, locality }: RequestedLine): string =>
  [
    kind,
    country,
    locality.npa ?? "",
    locality.nxx ?? "",
    (locality.city ?? "").toLowerCase(),
    locality.region ?? ""
  ].join("|")

/** One line for each place, with the quantities added. */
export const mergedLines = (lines: ReadonlyArray<RequestedLine>): ReadonlyArray<RequestedLine> => {
  const byPlace = new Map<string, RequestedLine>()
  for (const line of lines) {
    const key = placeKey(line)
    const known = byPlace.get(key)
    byPlace.set(key, known === undefined ? line : { ...known, quantity: known.quantity + line.quantity })
  }
  return [...byPlace.values()]
}

export const isQuantityInBounds = (quantity: number): boolean =>
  Number.isInteger(quantity) && quantity >= 1 && quantity <= maxQuantityPerLine
