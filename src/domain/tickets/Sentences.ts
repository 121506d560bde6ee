import { isMark } from "./Token.ts"
import type { Token } from "./Token.ts"

export interface Sentence {
  readonly tokens: ReadonlyArray<Token>
  /** The line that begins here stands right below, or one empty line below, a line that ended with a colon. */
  readonly followsColon: boolean
  /** No empty line between this one and the sentence before. */
  readonly isAdjacent: boolean
  readonly startsLine: boolean
  readonly isQuestion: boolean
  readonly isCapitals: boolean
}

const isCapitals = (tokens: ReadonlyArray<Token>): boolean => {
  const words = tokens.flatMap((token) => (token.kind === "word" ? [token.raw] : []))
  return words.length >= 2 && words.every((raw) => raw === raw.toUpperCase())
}

/** Nobody writes longer sentences; the bound keeps reading linear in the length of the ticket. */
const maxSentenceTokens = 500

/** Splits tokens at the ends of sentences and lines. */
export const splitSentences = (tokens: ReadonlyArray<Token>): ReadonlyArray<Sentence> => {
  const sentences: Array<Sentence> = []
  let current: Array<Token> = []
  let newlines = 1
  let endedWithColon = false
  const close = (mark: string): void => {
    if (current.length > 0) {
      sentences.push({
        tokens: current,
        followsColon: endedWithColon && newlines >= 1,
        isAdjacent: newlines <= 1,
        startsLine: newlines >= 1,
        isQuestion: mark === "?",
        isCapitals: isCapitals(current)
      })
      endedWithColon = isMark(current.at(-1), ":") && mark === "\n"
      current = []
      newlines = 0
    }
    if (mark === "\n") newlines += 1
  }
  for (const token of tokens) {
    if (isMark(token, "\n.!?;")) close(token.kind === "mark" ? token.text : "")
    else {
      if (current.length >= maxSentenceTokens) close("")
      current.push(token)
    }
  }
  close("")
  return sentences
}

const bullet = /^[ \t]{0,20}(?:[-*+\u2022\u00b7>]|o(?=\s))[ \t]{1,10}/
const enumerator = /^[ \t]{0,20}\(?(\d{1,2})[.)][ \t]{1,10}/

/** Takes off bullets and the numbers of numbered lists, which must count up from one. */
export const withoutBullets = (text: string): string => {
  let expected = 1
  return text
    .split("\n")
    .map((line) => {
      const counted = enumerator.exec(line)
      if (counted === null) return line.replace(bullet, "")
      if (Number(counted[1]) !== expected) return line
      expected += 1
      return line.slice(counted[0].length)
    })
    .join("\n")
}
