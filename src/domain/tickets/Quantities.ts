import { isAssigned, isTollFree } from "../numbers/AreaCodes.ts"
import { between, exactly, isMark, isWord, vaguely } from "./Token.ts"
import type { Quantity, Token } from "./Token.ts"
import { adjectives } from "./Vocabulary.ts"

const small: ReadonlyMap<string, number> = new Map(
  (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen " +
    "nineteen"
  )
    .split(" ")
    .map((word, value): [string, number] => [word, value])
)
const tens: ReadonlyMap<string, number> = new Map(
  "twenty thirty forty fifty sixty seventy eighty ninety"
    .split(" ")
    .map((word, at): [string, number] => [word, 10 * (at + 2)])
)
const scales: ReadonlyMap<string, number> = new Map([
  ["hundred", 100],
  ["thousand", 1000],
  ["dozen", 12]
])
const vagueWords =
  /^(?:several|some|many|multiple|various|numerous|few|couple|bunch|handful|batch|lot|lots|dozens|hundreds|thousands|plenty|enough|pair)$/
const approximations =
  /^(?:about|around|approximately|approx|roughly|circa|nearly|almost|~|minimum|maximum|max|min|least|most|upto)$/

/** The words of a number, hyphenated ones apart; undefined for any other word. */
const numberWords = (token: Token | undefined): ReadonlyArray<string> | undefined => {
  if (token?.kind !== "word") return undefined
  const parts = token.text.split("-")
  return parts.every((part) => small.has(part) || tens.has(part) || scales.has(part)) ? parts : undefined
}

interface Spelled {
  readonly value: number
  readonly length: number
}

const add = (sum: { total: number; current: number }, part: string): void => {
  const scale = scales.get(part)
  if (scale === undefined) sum.current += small.get(part) ?? tens.get(part) ?? 0
  else if (scale === 1000) {
    sum.total += Math.max(1, sum.current) * 1000
    sum.current = 0
  } else sum.current = Math.max(1, sum.current) * scale
}

/** "twenty-five", "a hundred and twenty", "two dozen", "half a dozen" at this place. */
const readSpelled = (tokens: ReadonlyArray<Token>, start: number): Spelled | undefined => {
  if (isWord(tokens[start], "half") && isWord(tokens[start + 1], "a") && isWord(tokens[start + 2], "dozen"))
    return { value: 6, length: 3 }
  const isArticle = isWord(tokens[start], "a") && isWord(tokens[start + 1], "hundred", "thousand", "dozen")
  let at = isArticle ? start + 1 : start
  const sum = { total: 0, current: 0 }
  let last = ""
  for (;;) {
    const skips =
      isWord(tokens[at], "and") && /^(?:hundred|thousand)$/.test(last) && numberWords(tokens[at + 1]) !== undefined
    const words = numberWords(tokens[skips ? at + 1 : at])
    if (words === undefined) break
    const first = words[0] ?? ""
    if (small.has(last) && !scales.has(first)) break
    if (tens.has(last) && (tens.has(first) || (small.get(first) ?? 0) > 9)) break
    for (const part of words) add(sum, part)
    last = words.at(-1) ?? ""
    at += skips ? 2 : 1
  }
  return at === start || last === "" ? undefined : { value: sum.total + sum.current, length: at - start }
}

/** "two one two": an area code, digit by digit. */
const readSpelledCode = (tokens: ReadonlyArray<Token>, start: number): string | undefined => {
  const digits = tokens
    .slice(start, start + 3)
    .map((token) => (token.kind === "word" ? small.get(token.text) : undefined))
  const code = digits.join("")
  const goesOn = numberWords(tokens[start + 3]) !== undefined || numberWords(tokens[start - 1]) !== undefined
  return code.length === 3 && !goesOn && (isAssigned(code) || isTollFree(code)) ? code : undefined
}

const isPronoun = (before: Token | undefined): boolean =>
  isWord(before, "the", "this", "that", "which", "every", "no", "any", "last")

/** A noun that the words from here on lead to, with nothing but adjectives, places and labels between. */
export const nounAhead = (tokens: ReadonlyArray<Token>, from: number): "singular" | "plural" | undefined => {
  for (let at = from; at < from + 8; at += 1) {
    const token = tokens[at]
    if (token?.kind === "noun") return token.isPlural ? "plural" : "singular"
    const passes =
      (token?.kind === "word" && adjectives.has(token.text)) ||
      token?.kind === "place" ||
      token?.kind === "label" ||
      (token?.kind === "integer" && token.text.length === 3 && at > from - 1) ||
      isMark(token, "()-/")
    if (!passes) return undefined
  }
  return undefined
}

const isAreaCode = (token: Token | undefined): boolean =>
  token?.kind === "integer" && token.text.length === 3 && (isAssigned(token.text) || isTollFree(token.text))

const amount = (token: Token | undefined): Quantity | undefined => {
  if (token?.kind === "integer") return exactly(token.value, token.text)
  return token?.kind === "quantity" && !token.quantity.isVague ? token.quantity : undefined
}

const quantityToken = (quantity: Quantity): Token => ({ kind: "quantity", quantity, isSpelled: true })

/** Puts one token for the words of each number, for articles ("a DID") and for vague amounts ("several DIDs"). */
const readWords = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  const read: Array<Token> = []
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]
    if (token === undefined) break
    const code = readSpelledCode(tokens, at)
    if (code !== undefined) {
      read.push({ kind: "integer", value: Number(code), text: code })
      at += 3
      continue
    }
    const spelled = isWord(token, "one") && isPronoun(tokens[at - 1]) ? undefined : readSpelled(tokens, at)
    if (spelled !== undefined) {
      read.push(quantityToken(exactly(spelled.value, `${spelled.value}`)))
      at += spelled.length
    } else if (isWord(token, "a", "an", "another") && nounAhead(tokens, at + 1) === "singular") {
      read.push(...(isWord(token, "another") ? [token] : []), quantityToken(exactly(1, "one")))
      at += 1
    } else if (token.kind === "word" && vagueWords.test(token.text) && nounAhead(tokens, at + 1) === "plural") {
      read.push(quantityToken(vaguely(token.text)))
      at += 1
    } else {
      read.push(token)
      at += 1
    }
  }
  return read
}

/** "10 (ten)" and "ten (10)" say one amount twice; when they differ, a person must be asked. */
const readDoubled = (tokens: ReadonlyArray<Token>, at: number): Token | undefined => {
  const first = tokens[at]
  const second = tokens[at + 2]
  const [left, right] = [amount(first), amount(second)]
  if (!isMark(tokens[at + 1], "(") || !isMark(tokens[at + 3], ")") || left === undefined || right === undefined)
    return undefined
  const isSpelledOut =
    (first?.kind === "quantity" && first.isSpelled) !== (second?.kind === "quantity" && second.isSpelled)
  if (!isSpelledOut) return undefined
  return quantityToken(left.low === right.low ? left : between(left.low, right.high, `${left.text} (${right.text})`))
}

const readRange = (tokens: ReadonlyArray<Token>, at: number): Token | undefined => {
  const [left, right] = [amount(tokens[at]), amount(tokens[at + 2])]
  if (left === undefined || right === undefined || left.low >= right.high || isAreaCode(tokens[at])) return undefined
  const isBetween = isWord(tokens[at - 1], "between")
  const joins =
    isMark(tokens[at + 1], "-") ||
    isWord(tokens[at + 1], "to", "or", "through") ||
    (isBetween && isWord(tokens[at + 1], "and"))
  if (!joins || (isAreaCode(tokens[at + 2]) && nounAhead(tokens, at + 3) === undefined)) return undefined
  return quantityToken(between(left.low, right.high, `${left.text}-${right.text}`))
}

const isApproximate = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  const before = tokens[at - 1]
  const word = before?.kind === "word" ? before.text : before?.kind === "mark" ? before.text : ""
  if (isAreaCode(tokens[at])) return false
  return (
    approximations.test(word) ||
    (isWord(before, "to") && isWord(tokens[at - 2], "up", "close")) ||
    (isWord(before, "than") && isWord(tokens[at - 2], "more", "less", "fewer")) ||
    (isWord(before, "of") && isWord(tokens[at - 2], "minimum", "maximum")) ||
    isMark(tokens[at + 1], "+") ||
    (isWord(tokens[at + 1], "or") && isWord(tokens[at + 2], "so", "more", "fewer"))
  )
}

/** Reads quantities in words and ranges. What single integers mean is left to those who see their neighbours. */
export const readQuantities = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  const words = readWords(tokens)
  const read: Array<Token> = []
  for (let at = 0; at < words.length;) {
    const token = words[at]
    if (token === undefined) break
    const doubled = readDoubled(words, at)
    const range = doubled ?? readRange(words, at)
    const quantity = amount(token)
    if (range !== undefined) {
      read.push(range)
      at += doubled === undefined ? 3 : 4
    } else {
      const isVague = quantity !== undefined && isApproximate(words, at)
      read.push(isVague ? quantityToken({ ...quantity, isVague: true, text: `about ${quantity.text}` }) : token)
      at += 1
    }
  }
  return read
}
