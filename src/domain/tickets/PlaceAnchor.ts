import type { Sentence } from "./Sentences.ts"
import { isMark, isWord } from "./Token.ts"
import type { Place, Token } from "./Token.ts"
import { adjectives, placeFillers, placeNouns, placePrepositions, purposePrepositions } from "./Vocabulary.ts"

export type Anchor = "strong" | "weak"

const placeLabels =
  /^(?:city|cities|state|states|location|locations|market|markets|region|province|area|site|place|center|centers|where)$/

/** "Boston Scientific": a name goes on with a capitalised word that is no place's noun. */
const isPartOfName = (sentence: Sentence, end: number): boolean => {
  const next = sentence.tokens[end]
  if (next?.kind !== "word" || sentence.isCapitals) return false
  return (
    /^\p{Lu}\p{Ll}/u.test(next.raw) &&
    !placeNouns.has(next.text) &&
    !adjectives.has(next.text) &&
    !/^(?:please|thanks|asap)$/.test(next.text)
  )
}

const leadsToNoun = (tokens: ReadonlyArray<Token>, from: number): boolean => {
  for (let at = from; at < from + 4; at += 1) {
    const token = tokens[at]
    if (token?.kind === "noun" || token?.kind === "label") return true
    if (!(token?.kind === "word" && adjectives.has(token.text))) return false
  }
  return false
}

/** What the words before the name say: a preposition, a list that goes on, a label, an amount. */
const anchorBefore = (read: ReadonlyArray<Token>): Anchor | undefined => {
  let at = read.length - 1
  for (let skipped = 0; skipped < 4; skipped += 1) {
    const token = read[at]
    if (
      token?.kind === "label" ||
      (token?.kind === "word" && placeFillers.has(token.text) && !placePrepositions.has(token.text))
    )
      at -= 1
    else break
  }
  const token = read[at]
  const before = read[at - 1]
  if (token?.kind === "quantity" || token?.kind === "integer" || token?.kind === "noun") return "strong"
  if (token?.kind === "place") return at === read.length - 1 ? "strong" : undefined
  if ((isMark(token, ",/&(+") || isWord(token, "and", "or")) && before?.kind === "place")
    return before.isWeak ? "weak" : "strong"
  if (isMark(token, ",") && (before?.kind === "noun" || before?.kind === "integer" || before?.kind === "quantity"))
    return "strong"
  if (isMark(token, "&/,") || isWord(token, "and", "or")) return isMark(token, ",") ? undefined : "weak"
  if (isMark(token, ":=|-(")) return "strong"
  if (token?.kind !== "word") return undefined
  if (token.text === "each" || placeLabels.test(token.text)) return "strong"
  if (token.text === "from")
    return before?.kind === "noun" || before?.kind === "quantity" || before?.kind === "integer" ? "strong" : undefined
  if (!placePrepositions.has(token.text)) return undefined
  return purposePrepositions.has(token.text) ? "weak" : "strong"
}

/**
 * Whether a name says where numbers are wanted, or only what they are for ("weak"). A name that nothing ties to the
 * request (a person's, a company's) is none.
 */
export const anchorOf = (
  sentence: Sentence,
  read: ReadonlyArray<Token>,
  start: number,
  named: { readonly place: Place; readonly end: number }
): Anchor | undefined => {
  const { tokens } = sentence
  if (named.place.tag !== "region" && isPartOfName(sentence, named.end)) return undefined
  if (leadsToNoun(tokens, named.end)) return "strong"
  const token = tokens[start]
  const isLowerCase = token?.kind === "word" && token.raw === token.text
  const before = anchorBefore(read)
  if (before !== undefined)
    return isLowerCase && named.place.tag === "unclear" && before === "weak" ? undefined : before
  const next = tokens[named.end]
  if (
    start === 0 &&
    (next === undefined || isMark(next, ":=|-(,/&") || next.kind === "integer" || next.kind === "quantity")
  )
    return "strong"
  return next?.kind === "word" && placeNouns.has(next.text) ? "weak" : undefined
}
