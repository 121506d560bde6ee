import { DigitTrie, noValue } from "./DigitTrie.ts"

/** A mobile network operator of Nigeria. */
export interface MobileOperator {
  readonly name: string
  /** The operator's code in the number portability database. */
  readonly code: string
  /** Put before the called number to route a call to this operator. */
  readonly routingNumber: string
  /** The first three digits of the national numbers that were given to this operator; a number may have been ported since. */
  readonly prefixes: ReadonlyArray<string>
}

export const mobileOperators: ReadonlyArray<MobileOperator> = [
  {
    name: "MTN",
    code: "NG001",
    routingNumber: "D013",
    prefixes: ["703", "706", "803", "806", "810", "813", "814", "816", "903", "906", "913", "916"]
  },
  {
    name: "Airtel",
    code: "NG002",
    routingNumber: "D018",
    prefixes: ["701", "708", "802", "808", "812", "901", "902", "904", "907", "912"]
  },
  {
    name: "Glo",
    code: "NG003",
    routingNumber: "D015",
    prefixes: ["705", "805", "807", "811", "815", "905", "915"]
  },
  { name: "9mobile", code: "NG004", routingNumber: "D019", prefixes: ["809", "817", "818", "908", "909"] }
]

/**
 * Ranges of national numbers in use: mobile as allocated by the Nigerian Communications Commission, and fixed lines, which
 * begin with 20 and the old area code since January 2024. After the Commission's notice and Google's libphonenumber.
 */
const allocated =
  "701 7020 7021 7022 7024 7025 7026 7027 7028 7029 703 704 705 706 707 708 709 71 72 801 802 803 804 805 806 807 808 809 " +
  "810 811 812 813 814 815 816 817 818 8190 8191 901 902 903 904 905 906 907 908 909 910 911 912 913 914 915 916 " +
  "201 202 205 209 2030 2031 2033 2034 2035 2036 2037 2038 2039 2041 2042 2043 2044 2045 2046 2047 2048 " +
  "2060 2062 2064 2065 2066 2068 2069 2071 2072 2073 2074 2075 2076 2077 2079 2082 2083 2084 2085 2086 2087 2088 2089"

/** Freephone and universal access numbers are longer than others. */
const serviceRanges = ["700", "800"]
const serviceDigitsMin = 10
const serviceDigitsMax = 14

/** Digits of every other national number. */
const nationalDigits = 10

const operatorTrie = new DigitTrie()
mobileOperators.forEach(({ prefixes }, index) => prefixes.forEach((prefix) => operatorTrie.set(prefix, index)))

const ordinary = 0
const service = 1
const rangeTrie = new DigitTrie()
for (const prefix of allocated.split(" ")) rangeTrie.set(prefix, ordinary)
for (const prefix of serviceRanges) rangeTrie.set(prefix, service)

/** 112 everywhere, 199 police, 122 road safety, 767 Lagos State; 911 and 999 are what people try by habit. */
const emergencyNumbers: ReadonlySet<number> = new Set([112, 122, 199, 767, 911, 999])

const emergencyDigits = 3
const shortCodeDigitsMin = 3
export const shortCodeDigitsMax = 6

const plus = 43
const zero = 48
const nine = 57

/** Where the national number begins in `+234…` or `234…`; 0 when it is no number of Nigeria in E.164. */
const nationalStart = (e164: string): number => {
  const start = e164.charCodeAt(0) === plus ? 1 : 0
  return e164.startsWith("234", start) ? start + 3 : 0
}

const onlyDigits = (text: string, start: number): boolean => {
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < zero || code > nine) return false
  }
  return text.length > start
}

/** The operator that a mobile number in E.164 was allocated to. Whether it was ported, only the portability database knows. */
export const operatorOf = (e164: string): MobileOperator | undefined => {
  const start = nationalStart(e164)
  if (start === 0) return undefined
  const found = operatorTrie.longest(e164, start)
  return found === noValue ? undefined : mobileOperators[found]
}

/** The number in E.164 has the right length and lies in a range that is in use in Nigeria. */
export const isPossibleNigerian = (e164: string): boolean => {
  const start = nationalStart(e164)
  if (start === 0 || !onlyDigits(e164, start)) return false
  const digits = e164.length - start
  const range = rangeTrie.longest(e164, start)
  return range === service
    ? digits >= serviceDigitsMin && digits <= serviceDigitsMax
    : range === ordinary && digits === nationalDigits
}

/** An emergency number, also when a switch has put `+`, `0` or the country code before it. */
export const isEmergency = (digits: string): boolean => {
  let start = digits.charCodeAt(0) === plus ? 1 : 0
  if (digits.length - start > emergencyDigits && digits.startsWith("234", start)) start += 3
  if (digits.length - start > emergencyDigits && digits.charCodeAt(start) === zero) start += 1
  if (digits.length - start !== emergencyDigits || !onlyDigits(digits, start)) return false
  let number = 0
  for (let index = start; index < digits.length; index++) number = number * 10 + digits.charCodeAt(index) - zero
  return emergencyNumbers.has(number)
}

/** Three to six digits that do not begin with 0: a service of the network, and no subscriber. */
export const isShortCode = (digits: string): boolean =>
  digits.length >= shortCodeDigitsMin &&
  digits.length <= shortCodeDigitsMax &&
  digits.charCodeAt(0) !== zero &&
  onlyDigits(digits, 0)
