import { areaCodes } from "../numbers/AreaCodes.ts"

/** One line of what a ticket asks for, in the fields that the product's schema names. */
export interface ReadLine {
  readonly type: "long code" | "toll-free"
  readonly quantity: number
  readonly area_code: string | null
  readonly number_with_area_code: string | null
  readonly number_without_area_code: string | null
  readonly city: string | null
  readonly region: string | null
  readonly country: "US" | "CA" | null
}

export interface ReadTicket {
  readonly is_number_request: "Yes" | "No"
  readonly numbers: ReadonlyArray<ReadLine>
  readonly questions: ReadonlyArray<string>
}

const words: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  fifty: 50
}

const noRequest: ReadTicket = { is_number_request: "No", numbers: [], questions: [] }

const wish = /\b(need|want|order|please|provision|require|request|buy|purchase|like|add|get|assign|looking for)\b/i
const amount = `(\\d{1,5}|${Object.keys(words).join("|")})`
const thing = "(?:[a-z-]+\\s+){0,4}?(?:numbers?|dids?|tns?|long ?codes?)"
const request = new RegExp(`\\b${amount}\\s+(${thing})\\b([^.;\\n]*)`, "gi")

const country = (npa: string): ReadLine["country"] => areaCodes.find((place) => place.npa === npa)?.country ?? null

const line = (quantity: number, isTollFree: boolean, fields: Partial<ReadLine>): ReadLine => ({
  type: isTollFree ? "toll-free" : "long code",
  quantity,
  area_code: null,
  number_with_area_code: null,
  number_without_area_code: null,
  city: null,
  region: null,
  country: null,
  ...fields
})

/** The codes named after the quantity: `212`, `(212)` or `212-867`, as three or six digits. */
const codesIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?<![\d-])\(?([2-9]\d{2})\)?(?:\s?-\s?([2-9]\d{2}))?(?![\d-])/g)].map(
    ([, npa = "", nxx = ""]) => npa + nxx
  )

const cityIn = (text: string) => areaCodes.find(({ city }) => text.toUpperCase().includes(city))

const readRequest = (quantity: number, thingText: string, where: string): Partial<ReadTicket> => {
  const isTollFree = /toll[- ]?free/i.test(thingText + where)
  const codes = codesIn(where)
  if (codes.length > 1 && !/\beach\b/i.test(where)) {
    return { questions: [`How many of the ${quantity} numbers for each of the area codes ${codes.join(", ")}?`] }
  }
  if (codes.length > 0) {
    return {
      numbers: codes.map((code) =>
        line(quantity, isTollFree, {
          area_code: code.slice(0, 3),
          number_with_area_code: code,
          country: country(code.slice(0, 3))
        })
      )
    }
  }
  const place = cityIn(where)
  if (place !== undefined) {
    return {
      numbers: [line(quantity, isTollFree, { city: place.city, region: place.region, country: place.country })]
    }
  }
  return isTollFree
    ? { numbers: [line(quantity, true, {})] }
    : { questions: ["Which area code shall the numbers have?"] }
}

/** Understands plain requests such as "please order 25 numbers in area code 212", and nothing that is less plain. */
export const readTicket = (text: string): ReadTicket => {
  if (!wish.test(text)) return noRequest
  const parts = [...text.matchAll(request)].map(([, quantity = "", thingText = "", where = ""]) =>
    readRequest(words[quantity.toLowerCase()] ?? Number(quantity), thingText, where)
  )
  if (parts.length === 0) return noRequest
  return {
    is_number_request: "Yes",
    numbers: parts.flatMap((part) => part.numbers ?? []),
    questions: parts.flatMap((part) => part.questions ?? [])
  }
}
