import type { Rng } from "./Rng.ts"
import { mix } from "./Rng.ts"

/** Mobile prefixes of Nigeria by operator, as the Nigerian Communications Commission allocated them. */
const operators = {
  "MTN-NG": "703 706 803 806 810 813 814 816 903 906 913 916",
  "AIRTEL-NG": "701 708 802 808 812 901 902 904 907 912",
  "GLO-NG": "705 805 807 811 815 905 915",
  "9MOBILE-NG": "809 817 818 908 909"
}

export const carriers = Object.keys(operators)

const prefixes = Object.values(operators).flatMap((list, carrier) =>
  list.split(" ").map((prefix) => ({ text: `+234${prefix}`, carrier }))
)

const sevenDigits = 10_000_000
export const mobileNumbers = prefixes.length * sevenDigits

const padded = (digits: number) =>
  Array.from({ length: 10 ** digits }, (_, value) => String(value).padStart(digits, "0"))
/** Digits are looked up, since numbers are most of what is made here. */
const threes = padded(3)
const fours = padded(4)

/** Of a whole number its last seven digits, as text. */
export const seven = (value: number): string => {
  const rest = value % sevenDigits
  const high = Math.floor(rest / 10_000)
  return `${threes[high]}${fours[rest - high * 10_000]}`
}

/** Mobile number `index` of all there can be, in E.164. */
export const mobileNumber = (index: number): string =>
  `${prefixes[Math.floor(index / sevenDigits)]?.text ?? "+234803"}${seven(index)}`

/** The operator (an index of {@link carriers}) to which mobile number `index` was allocated. */
export const carrierOf = (index: number): number => prefixes[Math.floor(index / sevenDigits)]?.carrier ?? 0

export const anyMobile = (rng: Rng): string => mobileNumber(rng.below(mobileNumbers))

const fixedAreas = ["201", "209", "202", "2084", "2064", "2042"]

/** A fixed line of Nigeria: ten digits, with the area code that begins with 20 since 2024. */
export const fixedLine = (rng: Rng): string => {
  const area = fixedAreas[Math.floor(fixedAreas.length * rng.next() ** 2)] ?? "201"
  return `+234${area}${String(10_000_000 + rng.between(2_000_000, 8_999_999)).slice(area.length - 2)}`
}

/** A number of fewer or more digits from a pattern: `X` is any digit, `N` one from 2 to 8. */
export const fill = (pattern: string, chance: () => number): string => {
  let text = ""
  for (const letter of pattern) {
    if (letter === "X") text += Math.floor(chance() * 10)
    else if (letter === "N") text += 2 + Math.floor(chance() * 7)
    else text += letter
  }
  return text
}

export interface Country {
  readonly region: string
  readonly mobile: string
}

/** Where Nigerians roam and have family. */
export const partners: readonly [Country, ...ReadonlyArray<Country>] = [
  { region: "GH", mobile: "+23324NXXXXXX" },
  { region: "BJ", mobile: "+2290197XXXXXX" },
  { region: "NE", mobile: "+2279NXXXXXX" },
  { region: "CM", mobile: "+2376755XXXXX" },
  { region: "CI", mobile: "+22507NXXXXXXX" },
  { region: "TG", mobile: "+22890XXXXXX" },
  { region: "SN", mobile: "+22177NXXXXXX" },
  { region: "ZA", mobile: "+2782NXXXXXX" },
  { region: "GB", mobile: "+447425NXXXXX" },
  { region: "US", mobile: "+1212555NXXX" },
  { region: "AE", mobile: "+97150NXXXXXX" }
]

/** The rest of the world, as far as it calls. */
export const elsewhere: readonly [Country, ...ReadonlyArray<Country>] = [
  { region: "CN", mobile: "+86139NXXXXXXX" },
  { region: "IN", mobile: "+9198NXXXXXXX" },
  { region: "DE", mobile: "+49151NXXXXXXX" },
  { region: "FR", mobile: "+3361NXXXXXX" },
  { region: "SA", mobile: "+96650NXXXXXX" },
  { region: "TR", mobile: "+90532NXXXXXX" }
]

/** Small territories where a call costs its caller much, and which somebody may call back. */
export const costlyTerritories: readonly [Country, ...ReadonlyArray<Country>] = [
  { region: "SO", mobile: "+25261NXXXXXX" },
  { region: "CU", mobile: "+5352NXXXXX" },
  { region: "MV", mobile: "+96077NXXXX" },
  { region: "SB", mobile: "+67774NXXXX" },
  { region: "JM", mobile: "+18764NXNXXX" },
  { region: "KM", mobile: "+26932NXXXX" }
]

/** All that costs its caller much: also premium services and satellites, which can be called and do not call. */
export const highCost: readonly [Country, ...ReadonlyArray<Country>] = [
  ...costlyTerritories,
  { region: "US", mobile: "+1900NXXNXXX" },
  { region: "GB", mobile: "+449012NXXXXX" },
  { region: "", mobile: "+88216NXXXXXXX" }
]

/** Number `index` of the country, always the same. */
export const foreignNumber = (country: Country, index: number): string => {
  let state = mix(index + 1)
  return fill(country.mobile, () => {
    state = mix(state + 0x6d2b79f5)
    return state / 0x1_0000_0000
  })
}
