import { type AreaCode, areaCodeOfNumber, tollFreeAreaCodes } from "../numbers/AreaCodes.ts"

const countryNames = { US: "UNITED STATES", CA: "CANADA" }

export const isTollFree = (digits: string): boolean => tollFreeAreaCodes.includes(digits.slice(1, 4))

/** The filters of Plivo's phone number search. `type` "fixed" is the older word for "local". */
const fits = (digits: string, place: AreaCode, query: URLSearchParams): boolean => {
  const wanted = (name: string) => query.get(name)?.trim().toUpperCase() ?? ""
  const type = wanted("type")
  const tollFree = isTollFree(digits)
  if (place.country !== wanted("country_iso")) return false
  if ((type === "LOCAL" || type === "FIXED") && tollFree) return false
  if (type === "TOLLFREE" && !tollFree) return false
  if (type === "MOBILE" || type === "NATIONAL") return false
  const pattern = wanted("pattern").replace(/\D/g, "")
  if (pattern !== "" && !digits.slice(1).startsWith(pattern)) return false
  const region = wanted("region")
  if (region !== "" && region !== place.region && !regionOf(place).toUpperCase().includes(region)) return false
  if (wanted("city") !== "" && !place.city.includes(wanted("city"))) return false
  if (wanted("rate_center") !== "" && place.rateCenter !== wanted("rate_center")) return false
  return wanted("lata") === "" || String(place.lata) === wanted("lata")
}

/** Whether a number for sale answers the search. */
export const answersSearch =
  (query: URLSearchParams) =>
  (digits: string): boolean =>
    fits(digits, areaCodeOfNumber(digits), query)

const regionOf = (place: AreaCode): string => `${place.regionName}, ${countryNames[place.country]}`

/** A number for sale, in the fields of Plivo's `PhoneNumber` resource. */
export const phoneNumberObject = (digits: string, accountPath: string): Record<string, unknown> => {
  const place = areaCodeOfNumber(digits)
  const tollFree = isTollFree(digits)
  return {
    number: digits,
    prefix: place.npa,
    city: tollFree ? null : place.city,
    country: countryNames[place.country],
    region: tollFree ? null : regionOf(place),
    rate_center: tollFree ? null : place.rateCenter,
    lata: tollFree ? null : place.lata,
    type: tollFree ? "tollfree" : "local",
    sub_type: tollFree ? "tollfree" : "local",
    setup_rate: "0.00000",
    monthly_rental_rate: tollFree ? "1.00000" : "0.50000",
    voice_enabled: true,
    voice_rate: "0.00550",
    sms_enabled: true,
    sms_rate: "0.00550",
    mms_enabled: place.country === "US",
    mms_rate: "0.00800",
    restriction: null,
    restriction_text: null,
    resource_uri: `${accountPath}/PhoneNumber/${digits}/`
  }
}
