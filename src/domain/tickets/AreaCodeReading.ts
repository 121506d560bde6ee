import { isAssigned, isTollFree, placeElsewhereOfAreaCode, regionsOfAreaCode } from "../numbers/AreaCodes.ts"
import { placeOfAreaCode } from "./AreaCodePlace.ts"
import { nounAhead } from "./Quantities.ts"
import { isMark, isWord } from "./Token.ts"
import type { Place, Token } from "./Token.ts"
import { placeFillers, placePrepositions, setOf } from "./Vocabulary.ts"

const isCode = (token: Token | undefined): boolean => token?.kind === "integer" && /^[2-9]\d\d$/.test(token.text)
const isKnown = (npa: string): boolean =>
  isAssigned(npa) || isTollFree(npa) || placeElsewhereOfAreaCode(npa) !== undefined
const isJoint = (token: Token | undefined): boolean => isMark(token, ",/&+") || isWord(token, "and", "or")
const isCodePlace = (token: Token | undefined): boolean =>
  token?.kind === "place" &&
  (token.place.tag === "npa" ||
    token.place.tag === "tollFree" ||
    (token.place.tag === "unclear" && token.place.name.startsWith("area code")))
const placeToken = (place: Place): Token => ({ kind: "place", place, isWeak: false })
const isEach = (token: Token | undefined): boolean => isWord(token, "each", "apiece", "per")

const labelFillers = setOf("of is are in needed required requested desired wanted preferred code codes")

/** Steps over "is", ":", "needed" between a label and its codes. */
const afterLabel = (tokens: ReadonlyArray<Token>, label: number): number => {
  let at = label + 1
  const passes = (token: Token | undefined): boolean =>
    isMark(token, ":=#(-|") || (token?.kind === "word" && labelFillers.has(token.text))
  while (at < label + 5 && passes(tokens[at])) at += 1
  return at
}

/** The codes that a label announces ("area codes 212, 646") or sums up ("212 and 646 area codes"). */
const labelled = (tokens: ReadonlyArray<Token>): ReadonlySet<number> => {
  const found = new Set<number>()
  tokens.forEach((token, label) => {
    if (token.kind !== "label") return
    let at = afterLabel(tokens, label)
    const isAnnounced = isCode(tokens[at])
    const first = at
    while (isCode(tokens[at])) {
      if (at > first && (nounAhead(tokens, at + 1) !== undefined || isWord(tokens[at + 1], "in", "from"))) break
      found.add(at)
      at += isJoint(tokens[at + 1]) && isJoint(tokens[at + 2]) ? 3 : isJoint(tokens[at + 1]) ? 2 : 1
      if (!isJoint(tokens[at - 1])) break
    }
    if (isAnnounced) return
    let back = label - 1
    while (isCode(tokens[back])) {
      found.add(back)
      if (!isJoint(tokens[back - 1])) break
      back -= isJoint(tokens[back - 2]) ? 3 : 2
    }
  })
  return found
}

const afterPreposition = (read: ReadonlyArray<Token>): "in" | "other" | undefined => {
  let at = read.length - 1
  for (let skipped = 0; skipped < 3; skipped += 1) {
    const token = read[at]
    if (
      token?.kind === "label" ||
      (token?.kind === "word" && placeFillers.has(token.text) && !placePrepositions.has(token.text))
    )
      at -= 1
  }
  const token = read[at]
  if (token?.kind !== "word" || !placePrepositions.has(token.text)) return undefined
  return token.text === "in" ? "in" : "other"
}

const countsThings = (next: Token | undefined): boolean =>
  next?.kind === "word" &&
  /[^s]s$/.test(next.text) &&
  !placePrepositions.has(next.text) &&
  !/^(?:thanks|us|as|is|plus|pls|whereas)$/.test(next.text)

const regionsOf = (token: Token): ReadonlyArray<string> => {
  if (token.kind === "integer") return isCode(token) ? regionsOfAreaCode(token.text) : []
  if (token.kind !== "place") return []
  const { place } = token
  if (place.tag === "npa") return regionsOfAreaCode(place.npa)
  return place.tag === "city" || place.tag === "region" ? [place.region] : []
}

/** "250 numbers in Chicago": an amount when the place named later lies elsewhere, and a question when it may not. */
const beforePluralNoun = (tokens: ReadonlyArray<Token>, at: number, npa: string): Token | undefined => {
  const later = tokens.slice(at + 1).flatMap(regionsOf)
  if (later.length === 0) return placeToken(placeOfAreaCode(npa))
  if (later.every((region) => !regionsOfAreaCode(npa).includes(region))) return undefined
  const question = `Does "${npa} numbers" mean ${npa} of them, or numbers in area code ${npa}?`
  return placeToken({ tag: "unclear", name: `area code ${npa}`, question })
}

const isRow = (tokens: ReadonlyArray<Token>): boolean =>
  tokens.every((token) => token.kind !== "word" && token.kind !== "noun") &&
  tokens.some((token) => token.kind === "integer")

/** "qty 250", "250 each", "250 in Chicago", "212: 250", "212 (250)" count numbers although they could be area codes. */
const isAmount = (tokens: ReadonlyArray<Token>, read: ReadonlyArray<Token>, at: number): boolean => {
  const before = read.at(-1)
  const next = tokens[at + 1]
  const opener = isMark(before, ":=-(|") ? read.at(-2) : before
  if (opener?.kind === "quantityLabel") return true
  if (isEach(next)) return !(isJoint(before) && read.some((token) => isCount(token) && !isCode(token)))
  if (isWord(next, "in", "from") && !isCount(before)) return true
  return isMark(before, ":=|-(") && isCodePlace(opener)
}

const isCount = (token: Token | undefined): boolean => token?.kind === "integer" || token?.kind === "quantity"

/** "212, 646 and 917", "212 (5), 646 (10)": one more code of a list. */
const continuesList = (tokens: ReadonlyArray<Token>, read: ReadonlyArray<Token>, at: number): boolean => {
  const next = tokens[at + 1]
  if (!isJoint(read.at(-1)) || countsThings(next) || nounAhead(tokens, at + 1) === "plural") return false
  const last = isJoint(read.at(-2)) ? read.at(-3) : read.at(-2)
  return isCodePlace(last) || (isMark(next, "(:=-|") && read.some(isCodePlace))
}

const codeVerbs = setOf(
  "order add need want only just get not no but except preferably prefer preferred x each apiece per"
)

/** A code in service that only its neighbours tell from an amount. */
const readKnownCode = (
  tokens: ReadonlyArray<Token>,
  read: ReadonlyArray<Token>,
  at: number,
  npa: string
): Token | undefined => {
  const place = placeToken(placeOfAreaCode(npa))
  const before = read.at(-1)
  const next = tokens[at + 1]
  const opener = read.at(-2)
  if (isCount(before) || (isWord(before, "of") && opener?.kind !== "word")) return place
  if (isMark(before, "(") && opener?.kind === "place") return place
  const noun = nounAhead(tokens, at + 1)
  if (noun !== undefined) return noun === "singular" ? place : beforePluralNoun(tokens, at, npa)
  if (isRow(tokens) || before?.kind === "noun") return place
  if (before === undefined)
    return next === undefined || isMark(next, ":=-|,/&(") || next.kind === "integer" ? place : undefined
  if (isMark(before, ":-=(") && opener?.kind !== "place") return place
  return before.kind === "word" && codeVerbs.has(before.text) && !countsThings(next) ? place : undefined
}

const readCode = (
  tokens: ReadonlyArray<Token>,
  read: ReadonlyArray<Token>,
  at: number,
  npa: string
): Token | undefined => {
  if (isAmount(tokens, read, at)) return undefined
  const place = placeToken(placeOfAreaCode(npa))
  const preposition = afterPreposition(read)
  if (isMark(read.at(-1), "(") && isMark(tokens[at + 1], ")"))
    return isKnown(npa) || read.at(-2)?.kind !== "noun" ? place : undefined
  if (preposition === "other" && nounAhead(tokens, at + 1) === "plural") return beforePluralNoun(tokens, at, npa)
  if (preposition !== undefined && !countsThings(tokens[at + 1]))
    return isKnown(npa) || preposition === "in" ? place : undefined
  if (continuesList(tokens, read, at)) return place
  return isKnown(npa) ? readKnownCode(tokens, read, at, npa) : undefined
}

/** Finds the integers of a sentence that are area codes. */
export const readAreaCodes = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  const announced = labelled(tokens)
  const read: Array<Token> = []
  tokens.forEach((token, at) => {
    if (token.kind !== "integer" || !isCode(token)) read.push(token)
    else if (announced.has(at)) read.push(placeToken(placeOfAreaCode(token.text)))
    else read.push(readCode(tokens, read, at, token.text) ?? token)
  })
  return read
}
