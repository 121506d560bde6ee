import { nounAhead } from "./Quantities.ts"
import { exactly, isMark, isWord } from "./Token.ts"
import type { Token } from "./Token.ts"
import { adjectives, placePrepositions } from "./Vocabulary.ts"

const orderWords =
  /^(?:need|order|want|add|get|like|provision|purchase|buy|require|request|reserve|assign|only|just|another|total|it|that|with|have|make|x)$/
const closingWords =
  /^(?:please|pls|plz|total|asap|thanks|thx|each|apiece|per|x|of|in|and|or|then|now|needed|required|requested|for)$/

/** "5 in 212", "5 for our Chicago office", "5 new ones in 646": the amount leads to a place. */
const placeAhead = (tokens: ReadonlyArray<Token>, from: number): boolean => {
  for (let at = from; at < from + 7; at += 1) {
    const token = tokens[at]
    if (token?.kind === "place") return at === from || isLead(tokens[at - 1])
    if (!(
      token?.kind === "label" ||
      isMark(token, "x@(-") ||
      (token?.kind === "word" && (adjectives.has(token.text) || isLead(token)))
    ))
      return false
  }
  return false
}

const isLead = (token: Token | undefined): boolean =>
  token?.kind === "label" ||
  isMark(token, "x@(-") ||
  (token?.kind === "word" &&
    (placePrepositions.has(token.text) ||
      adjectives.has(token.text) ||
      ["a", "an", "each", "x", "ones", "per"].includes(token.text)))

const endsHere = (token: Token | undefined): boolean =>
  token === undefined ||
  isMark(token, ",/&|)(") ||
  token.kind === "noise" ||
  (token.kind === "word" && closingWords.test(token.text))

const afterAdjectives = (tokens: ReadonlyArray<Token>, from: number): Token | undefined => {
  const at = tokens.findIndex((token, index) => index >= from && !(token.kind === "word" && adjectives.has(token.text)))
  return at < 0 ? undefined : tokens[at]
}

/** "212: 5", "Chicago 5", "DIDs - 5", "Qty: 5". */
const isAnnounced = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  const before = tokens[at - 1]
  const closed = isMark(before, ":=-|") && isMark(tokens[at - 2], ")") ? tokens[at - 3] : undefined
  const opener =
    isMark(before, ":=-(|") || isWord(before, "is", "are", "of", "one") ? (closed ?? tokens[at - 2]) : before
  if (isMark(before, ",") && tokens.length === 3 && tokens[0]?.kind === "place") return true
  const deeper = isMark(opener, ":=") ? tokens[at - 3] : opener
  return (
    deeper?.kind === "quantityLabel" ||
    (endsHere(tokens[at + 1]) && (deeper?.kind === "place" || deeper?.kind === "noun"))
  )
}

const isAmount = (tokens: ReadonlyArray<Token>, at: number, value: number, digits: number): boolean => {
  if (nounAhead(tokens, at + 1) !== undefined) return true
  if (isAnnounced(tokens, at)) return true
  if (value > 9999 || (digits === 4 && value >= 1900 && value < 2100)) return false
  const next = tokens[at + 1]
  if (placeAhead(tokens, at + 1)) return true
  if (isWord(next, "each", "apiece", "per") || (isWord(next, "of") && isWord(tokens[at + 2], "each"))) return true
  const before = tokens[at - 1]
  if (isWord(before, "of") && isWord(tokens[at - 2], "total", "block", "blocks", "batch", "range", "order")) return true
  return before?.kind === "word" && orderWords.test(before.text) && endsHere(afterAdjectives(tokens, at + 1))
}

/** "a block of 100": the article belongs to the block. "2 blocks of 100" are 200. */
const blocksBefore = (tokens: ReadonlyArray<Token>, at: number): number => {
  if (!isWord(tokens[at - 1], "of") || !isWord(tokens[at - 2], "block", "blocks", "batch", "batches")) return 1
  const count = tokens[at - 3]
  if (count?.kind === "integer") return count.value
  return count?.kind === "quantity" && !count.quantity.isVague && count.quantity.low === count.quantity.high
    ? count.quantity.low
    : 1
}

/** A quantity in words that counts other things ("two offices") counts nothing here. */
const countsOther = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  const next = tokens[at + 1]
  if (nounAhead(tokens, at + 1) !== undefined || isAnnounced(tokens, at) || placeAhead(tokens, at + 1)) return false
  return next?.kind === "word" && !closingWords.test(next.text) && !adjectives.has(next.text)
}

/** Decides for each integer left whether it counts numbers. What does not is dropped to noise. */
export const readAmounts = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> =>
  tokens.map((token, at): Token => {
    if (token.kind === "quantity") return token.isSpelled && countsOther(tokens, at) ? { kind: "noise" } : token
    if (token.kind !== "integer") return token
    if (isWord(tokens[at + 1], "block", "blocks", "batch", "batches")) return { kind: "noise" }
    if (!isAmount(tokens, at, token.value, token.text.length)) return { kind: "noise" }
    const value = token.value * blocksBefore(tokens, at)
    return { kind: "quantity", quantity: exactly(value, `${value}`), isSpelled: false }
  })
