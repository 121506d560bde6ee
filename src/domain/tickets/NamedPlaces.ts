import {
  citiesOfName,
  cityAliases,
  cityWithoutRegion,
  foreignPlaces,
  regionCodesByName,
  regionOfCode
} from "../numbers/Regions.ts"
import type { City } from "../numbers/Regions.ts"
import { anchorOf } from "./PlaceAnchor.ts"
import type { Sentence } from "./Sentences.ts"
import { isMark, isWord } from "./Token.ts"
import type { Place, Token } from "./Token.ts"

interface Named {
  readonly place: Place
  /** One after the last token of the name. */
  readonly end: number
}

const wordLikeCodes = /^(?:in|or|me|ok|hi|oh|id|la|ma|pa|de|al|as|so|co|on|mt)$/
const maxWords = 4

const unclear = (name: string, question: string): Place => ({ tag: "unclear", name, question })

/** Lower case, and without the dots and apostrophes that are written or left out at will. */
const nameKey = (words: ReadonlyArray<Token>): string =>
  words.map((token) => (token.kind === "word" ? token.text.replace(/['.]/g, "") : "?")).join(" ")

const writtenName = (words: ReadonlyArray<Token>): string =>
  words.map((token) => (token.kind === "word" ? token.raw : "")).join(" ")

const citiesOfKey = (key: string): ReadonlyArray<City> => {
  const alias = cityAliases.get(key)
  return alias === undefined ? citiesOfName(key) : [alias]
}

/** "TX", ", TX", ", Texas", "(Texas)" after a city: the region's code and where it ends. */
const readRegionAfter = (
  tokens: ReadonlyArray<Token>,
  from: number
): { readonly code: string; readonly end: number } | undefined => {
  const separated = isMark(tokens[from], ",(")
  const at = separated ? from + 1 : from
  for (let length = 3; length >= 1; length -= 1) {
    const code = regionCodesByName.get(nameKey(tokens.slice(at, at + length)))
    if (code !== undefined) return { code, end: at + length + (isMark(tokens[from], "(") ? 1 : 0) }
  }
  const token = tokens[at]
  if (token?.kind !== "word" || token.raw.length !== 2) return undefined
  const isCode = token.raw === token.raw.toUpperCase() || (separated && !wordLikeCodes.test(token.text))
  if (!isCode || regionOfCode(token.text.toUpperCase()) === undefined) return undefined
  return { code: token.text.toUpperCase(), end: at + 1 + (isMark(tokens[from], "(") ? 1 : 0) }
}

const readCountryAfter = (
  tokens: ReadonlyArray<Token>,
  from: number
): { readonly name: string; readonly end: number } | undefined => {
  if (!isMark(tokens[from], ",(")) return undefined
  const end = from + 2
  const name = nameKey(tokens.slice(from + 1, end))
  return /^(?:canada|usa|us|uk|england|ireland)$/.test(name) ? { name, end } : undefined
}

const foreign = (name: string): Place =>
  unclear(
    name,
    `Numbers are ordered in the US and Canada only, and the ticket says "${name}". Which area code or city shall it be?`
  )

const ambiguous = (name: string): Place => unclear(name, `Which ${name} do you mean: in which state or province?`)

const cityPlace = (key: string, written: string, region: string): Place => {
  const known = citiesOfKey(key)
  return { tag: "city", city: (known.find((city) => city.region === region) ?? known[0])?.name ?? written, region }
}

const readCity = (tokens: ReadonlyArray<Token>, start: number, end: number): Named | undefined => {
  const words = tokens.slice(start, end)
  const key = nameKey(words)
  const candidates = citiesOfKey(key)
  if (candidates.length === 0) return undefined
  const written = writtenName(words)
  const after = readRegionAfter(tokens, end)
  if (after !== undefined) {
    if (
      after.code === "CA" &&
      candidates.every((city) => regionOfCode(city.region)?.country === "CA") &&
      key !== "ontario"
    )
      return { place: cityPlace(key, written, candidates[0]?.region ?? ""), end: after.end }
    if (key === "ontario" && isWord(tokens[after.end - 1], "ca"))
      return {
        place: unclear("Ontario", "Do you mean Ontario in California, or the province of Ontario in Canada?"),
        end: after.end
      }
    return { place: cityPlace(key, written, after.code), end: after.end }
  }
  const country = readCountryAfter(tokens, end)
  if (country !== undefined && foreignPlaces.has(country.name))
    return { place: foreign(`${written}, ${country.name.toUpperCase()}`), end: country.end }
  const inCountry = candidates.filter(
    (city) => regionOfCode(city.region)?.country === (country?.name === "canada" ? "CA" : "US")
  )
  if (country !== undefined && inCountry.length === 1)
    return { place: cityPlace(key, written, inCountry[0]?.region ?? ""), end: country.end }
  const only = cityAliases.get(key) ?? cityWithoutRegion(key)
  if (only !== undefined) return { place: { tag: "city", city: only.name, region: only.region }, end }
  return regionCodesByName.has(key) ? undefined : { place: ambiguous(written), end }
}

const readRegion = (tokens: ReadonlyArray<Token>, start: number, end: number): Named | undefined => {
  const key = nameKey(tokens.slice(start, end))
  const code = regionCodesByName.get(key)
  if (code === undefined) return undefined
  const saysState = isWord(tokens[end], "state", "province") && !isWord(tokens[end + 1], "capital")
  const stateOf = isWord(tokens[start - 1], "of") && isWord(tokens[start - 2], "state", "province")
  if (key === "washington" && !saysState && !stateOf)
    return { place: unclear("Washington", "Do you mean Washington, DC, or the state of Washington?"), end }
  return { place: { tag: "region", region: code }, end: saysState ? end + 1 : end }
}

const newYork = (tokens: ReadonlyArray<Token>, start: number, end: number): boolean =>
  nameKey(tokens.slice(start, end)) === "new york" &&
  (isWord(tokens[end], "state") ||
    isWord(tokens[start - 1], "upstate") ||
    (isWord(tokens[start - 1], "of") && isWord(tokens[start - 2], "state")))

const readKnown = (tokens: ReadonlyArray<Token>, start: number): Named | undefined => {
  for (let end = Math.min(tokens.length, start + maxWords); end > start; end -= 1) {
    const words = tokens.slice(start, end)
    if (words.some((token) => token.kind !== "word")) continue
    const key = nameKey(words)
    if (foreignPlaces.has(key)) return { place: foreign(writtenName(words)), end }
    const named =
      (newYork(tokens, start, end) ? undefined : readCity(tokens, start, end)) ?? readRegion(tokens, start, end)
    if (named !== undefined) return named
  }
  return undefined
}

/** A town that is not in our table, which only its state makes a place: "in Cedar Park, TX". */
const readTown = (tokens: ReadonlyArray<Token>, start: number): Named | undefined => {
  if (
    !isWord(tokens[start - 1], "in", "near", "for", "from", "our", "the") &&
    start > 0 &&
    !isMark(tokens[start - 1], ",|:&")
  )
    return undefined
  for (let end = start + 1; end <= start + 3; end += 1) {
    const token = tokens[end - 1]
    if (token?.kind !== "word" || !/^\p{Lu}\p{Ll}/u.test(token.raw)) return undefined
    const after = readRegionAfter(tokens, end)
    if (after !== undefined)
      return { place: { tag: "city", city: writtenName(tokens.slice(start, end)), region: after.code }, end: after.end }
  }
  return undefined
}

/** "NJ" alone. "LA" is a city to some and a state to others; "IN", "OR" and the like are words in a line of capitals. */
const readCode = (sentence: Sentence, start: number): Named | undefined => {
  const token = sentence.tokens[start]
  if (token?.kind !== "word" || token.raw.length !== 2 || token.raw !== token.raw.toUpperCase()) return undefined
  if (wordLikeCodes.test(token.text) && sentence.isCapitals) return undefined
  if (token.raw === "LA") return { place: unclear("LA", "Does LA mean Los Angeles or Louisiana?"), end: start + 1 }
  return regionOfCode(token.raw) === undefined
    ? undefined
    : { place: { tag: "region", region: token.raw }, end: start + 1 }
}

const readAt = (sentence: Sentence, start: number): Named | undefined => {
  const token = sentence.tokens[start]
  if (token?.kind !== "word") return undefined
  if (token.text === "l.a.") return { place: { tag: "city", city: "Los Angeles", region: "CA" }, end: start + 1 }
  return readKnown(sentence.tokens, start) ?? readTown(sentence.tokens, start) ?? readCode(sentence, start)
}

/** "New York" beside other states is the state; alone it is the city. */
const settledNewYork = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  const places = tokens.flatMap((token) => (token.kind === "place" ? [token.place] : []))
  const isNewYork = (place: Place): boolean => place.tag === "city" && place.city === "New York"
  const others = places.filter((place) => !isNewYork(place))
  if (others.length === 0 || others.some((place) => place.tag !== "region" || place.region === "NY")) return tokens
  return tokens.map((token): Token =>
    token.kind === "place" && isNewYork(token.place) ? { ...token, place: { tag: "region", region: "NY" } } : token
  )
}

/** Puts a place for each city, state and province that is said to be where numbers are wanted. */
export const readNamedPlaces = (sentence: Sentence): ReadonlyArray<Token> => {
  const read: Array<Token> = []
  for (let at = 0; at < sentence.tokens.length;) {
    const token = sentence.tokens[at]
    if (token === undefined) break
    const named = readAt(sentence, at)
    const anchor = named === undefined ? undefined : anchorOf(sentence, read, at, named)
    if (named === undefined || anchor === undefined) {
      read.push(token)
      at += 1
    } else {
      read.push({ kind: "place", place: named.place, isWeak: anchor === "weak" })
      at = named.end
    }
  }
  return settledNewYork(read)
}
