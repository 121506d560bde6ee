import { maxQuantityPerLine } from "../numbers/RequestedLine.ts"
import { regions } from "../numbers/Regions.ts"
import type { Place } from "./Token.ts"

/** The place as a person would say it after "in". */
export const shownPlace = (place: Place): string => {
  switch (place.tag) {
    case "npa":
      return place.nxx === undefined ? `area code ${place.npa}` : `${place.npa}-${place.nxx}`
    case "tollFree":
      return place.npa === undefined ? "toll-free" : `toll-free ${place.npa}`
    case "city":
      return `${place.city}, ${place.region}`
    case "region":
      return regions.find((region) => region.code === place.region)?.name ?? place.region
    case "unclear":
      return place.name
  }
}

const listed = (places: ReadonlyArray<Place>, joint: string): string => {
  const names = places.map(shownPlace)
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${joint} ${names.at(-1)}`
}

/** "25 numbers", "1 number". */
export const counted = (quantity: number): string => `${quantity} ${quantity === 1 ? "number" : "numbers"}`

const ofPlace = (place: Place): string =>
  place.tag === "tollFree"
    ? `How many ${shownPlace(place)} numbers do you need?`
    : `How many numbers do you need in ${shownPlace(place)}?`

export const questions = {
  quantityOf: ofPlace,
  quantityOfPlaces: (places: ReadonlyArray<Place>): string =>
    places.length === 1 && places[0] !== undefined
      ? ofPlace(places[0])
      : `How many numbers do you need in each of ${listed(places, "and")}?`,
  placeOf: (shown: string): string => `In which area code or city do you need the ${shown}?`,
  everything: "How many numbers do you need, and in which area code or city?",
  exactQuantity: (text: string, places: ReadonlyArray<Place>): string =>
    `How many numbers exactly do you need${places.length === 0 ? "" : ` in ${listed(places, "and")}`}? The ticket says "${text}".`,
  exactQuantityAndPlace: (text: string): string =>
    `How many numbers exactly do you need, and in which area code or city? The ticket says "${text}".`,
  tooMany: (quantity: number, place: Place): string =>
    `The ticket asks for ${counted(quantity)} in ${shownPlace(place)}, and at most ${maxQuantityPerLine} are ordered at once. How many shall it be?`,
  share: (quantity: number, places: ReadonlyArray<Place>): string =>
    `How many of the ${counted(quantity)} do you need in each of ${listed(places, "and")}?`,
  either: (places: ReadonlyArray<Place>): string => `Which of these do you want: ${listed(places, "or")}?`,
  total: (said: number, sum: number): string =>
    `The ticket asks for ${counted(said)} in all, but its parts add up to ${sum}. How many do you need in each place?`,
  twice: (place: Place, quantities: ReadonlyArray<number>): string =>
    `The ticket asks for numbers in ${shownPlace(place)} more than once (${quantities.join(", ")}). How many do you need there in all?`,
  onlyInquiry: (shown: string): string => `Shall ${shown} be ordered, or is this only a question?`,
  subjectDiffers: (shown: string): string =>
    `The subject asks for ${shown}, and the text for something else. Which of them do you need?`,
  tooManyLines: (maximum: number): string =>
    `The ticket asks for numbers in more than ${maximum} places. Please send it as several tickets.`,
  tooLong:
    "The ticket is too long to be read whole. Please send the request alone: how many numbers, and in which area codes or cities?"
}
