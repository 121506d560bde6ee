import { isMark, isWord, vaguely } from "./Token.ts"
import type { Token, TokenOf } from "./Token.ts"
import { otherNumbers } from "./Vocabulary.ts"

/** Tokens that one or more words stand for, and how many words these are. */
interface Reading {
  readonly tokens: ReadonlyArray<Token>
  readonly length: number
}

const noun = (isPlural: boolean, length = 1): Reading => ({ tokens: [{ kind: "noun", isPlural }], length })
const label = (length = 1): Reading => ({ tokens: [{ kind: "label" }], length })
const countedNoun = /^(?:numbers|dids?|tns|lines|phone|telephone|digits|long|ddis|local|new)$/

const isCounted = (token: Token | undefined): boolean =>
  token?.kind === "integer" ||
  token?.kind === "quantity" ||
  isWord(token, "a", "an", "one", "new", "local", "another", "additional", "per", "this")

/** "a number of DIDs" is vague, "number of DIDs: 10" announces a quantity, "the number of calls" is neither. */
const readNumberOf = (tokens: ReadonlyArray<Token>, at: number): Reading | undefined => {
  if (isWord(tokens[at], "a") && isWord(tokens[at + 1], "number") && isWord(tokens[at + 2], "of"))
    return { tokens: [{ kind: "quantity", quantity: vaguely("a number of"), isSpelled: true }], length: 3 }
  const isLabel = isWord(tokens[at], "number", "no", "count") || isMark(tokens[at], "#")
  if (!isLabel || !isWord(tokens[at + 1], "of")) return undefined
  const counted = tokens[at + 2]
  if (counted?.kind !== "word") return undefined
  if (!countedNoun.test(counted.text)) return { tokens: [counted], length: 3 }
  const next = tokens[at + 3]
  const length = isWord(next, "numbers", "codes", "dids", "lines", "needed", "required") ? 4 : 3
  return { tokens: [{ kind: "quantityLabel" }], length }
}

const readCode = (word: TokenOf<"word">, next: Token | undefined): Reading | undefined => {
  if (word.text === "long" && isWord(next, "code", "codes")) return noun(isWord(next, "codes"), 2)
  if (/^long-?codes?$/.test(word.text)) return noun(word.text.endsWith("s"))
  if (word.text === "area" && isWord(next, "code", "codes")) return label(2)
  if (/^(?:area-?codes?|npas?|prefix(?:es)?)$/.test(word.text)) return label()
  if (word.text === "ac" && next?.kind === "integer") return label()
  return undefined
}

const readNoun = (tokens: ReadonlyArray<Token>, at: number, word: TokenOf<"word">): Reading | undefined => {
  const before = tokens[at - 1]
  const next = tokens[at + 1]
  if (/^numbers?'?s?$/.test(word.text)) {
    if (before?.kind === "word" && otherNumbers.has(before.text)) return undefined
    return noun(word.text !== "number")
  }
  if (/^(?:dids|ddis|did's|did\/ddis)$/.test(word.text)) return noun(true)
  if (word.text === "did" || word.text === "ddi") {
    if (isWord(next, "you", "we", "they", "he", "she", "not", "the", "it", "i", "this")) return undefined
    return word.raw === "DID" || word.raw === "DDI" || isCounted(before) ? noun(false) : undefined
  }
  if (/^tn'?s$/.test(word.text) || (word.text === "nos" && isCounted(before))) return noun(true)
  if (word.text === "tn")
    return isCounted(before) && !isWord(next, "numbers", "number", "dids") ? noun(false) : undefined
  if (word.text === "lines" && !isWord(before, "subject", "code", "tax")) return noun(true)
  if (word.text === "line" && isWord(before, "phone", "telephone", "sip")) return noun(false)
  return undefined
}

const readQuantityLabel = (
  word: TokenOf<"word">,
  next: Token | undefined,
  after: Token | undefined
): Reading | undefined => {
  if (word.text === "how" && isWord(next, "many") && isMark(after, ":=|"))
    return { tokens: [{ kind: "quantityLabel" }], length: 2 }
  const announces =
    isMark(next, ":=-|(") ||
    next?.kind === "integer" ||
    isWord(next, "of", "is", "needed", "required", "requested", "one")
  if (/^(?:qty|quantity|quantities|qnty)$/.test(word.text) && (announces || next === undefined))
    return {
      tokens: [{ kind: "quantityLabel" }],
      length: isWord(next, "of", "is", "needed", "required", "requested") ? 2 : 1
    }
  if (/^(?:count|amount)$/.test(word.text) && isMark(next, ":="))
    return { tokens: [{ kind: "quantityLabel" }], length: 1 }
  return undefined
}

const readAt = (tokens: ReadonlyArray<Token>, at: number): Reading => {
  const token = tokens[at]
  if (token === undefined) return { tokens: [], length: 1 }
  const numberOf = readNumberOf(tokens, at)
  if (isWord(token, "per") && isWord(tokens[at + 1], "area", "npa"))
    return { tokens: [{ kind: "word", text: "each", raw: "each" }], length: 1 }
  if (numberOf !== undefined) return numberOf
  if (token.kind !== "word") return { tokens: [token], length: 1 }
  return (
    readCode(token, tokens[at + 1]) ??
    readNoun(tokens, at, token) ??
    readQuantityLabel(token, tokens[at + 1], tokens[at + 2]) ?? { tokens: [token], length: 1 }
  )
}

/** Finds the words for telephone numbers, for area codes and for quantities. */
export const readNouns = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  const read: Array<Token> = []
  for (let at = 0; at < tokens.length;) {
    const { length, tokens: found } = readAt(tokens, at)
    read.push(...found)
    at += length
  }
  return read
}
