import { readCue } from "./Cues.ts"
import type { Cue } from "./Cues.ts"
import { nounAhead } from "./Quantities.ts"
import { isMark, isWord } from "./Token.ts"
import type { Place, Quantity, Token } from "./Token.ts"
import { plainWords, setOf } from "./Vocabulary.ts"

export type Action = "order" | "other" | "existing" | "inquiry" | "none"

/** A quantity or a place in the order it was said, with what stands between it and the one before. */
export type Item =
  | {
      readonly type: "quantity"
      readonly quantity: Quantity
      readonly isRest: boolean
      readonly isEach: boolean
      readonly between: ReadonlyArray<Token>
    }
  | { readonly type: "place"; readonly place: Place; readonly isWeak: boolean; readonly between: ReadonlyArray<Token> }

/** A stretch of a sentence under one verb. */
export interface Scope {
  readonly action: Action
  readonly items: ReadonlyArray<Item>
  readonly hasNoun: boolean
  readonly isSplit: boolean
  readonly isAlso: boolean
  /** Words that say nothing to this parser. */
  readonly strangeWords: number
  readonly cues: ReadonlySet<Cue>
}

interface Draft {
  action: Action
  isMild: boolean
  isNegated: boolean
  excludes: boolean
  items: Array<Item>
  between: Array<Token>
  hasNoun: boolean
  flags: Set<Cue>
  strangeWords: number
}

const newDraft = (action: Action, isNegated = false): Draft => ({
  action,
  isMild: false,
  isNegated,
  excludes: false,
  items: [],
  between: [],
  hasNoun: false,
  flags: new Set(),
  strangeWords: 0
})

const actionOfCue: Partial<Record<Cue, Action>> = {
  order: "order",
  softOrder: "order",
  other: "other",
  mild: "other",
  complaint: "other",
  existing: "existing",
  possessive: "existing",
  inquiry: "inquiry",
  aside: "none",
  negation: "none"
}

/** Of two verbs without numbers between ("need to cancel", "check and order"), the action of both together. */
const combined = (draft: Draft, next: Action): Action => {
  if (draft.action === "none") return next
  if (draft.action === "other") return draft.isMild && next === "order" ? "order" : "other"
  if (next === "order") return draft.action === "existing" ? "order" : draft.action
  return next
}

const hasObject = (draft: Draft): boolean => draft.items.length > 0 || draft.hasNoun

const measures =
  setOf(`block pool set batch range group bunch total quantity pack list order request number-order up least most than
  minimum maximum about around`)

/** What was said after the last verb of ordering. */
const afterVerb = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  let end = 0
  for (let at = 0; at < tokens.length;) {
    const reading = readCue(tokens, at)
    at += reading?.length ?? 1
    if (reading?.cue === "order" || reading?.cue === "softOrder" || reading?.cue === "filler") end = at
  }
  return tokens.slice(end)
}

/**
 * What a verb of ordering does to its first quantity. "Add an address for 10 numbers" and "extend the reservation of 10
 * numbers" order something else; "order the 10 numbers" speaks of numbers that were spoken of before.
 */
const actionOnObject = (action: Action, items: ReadonlyArray<Item>): Action => {
  const first = items[0]
  if (first?.type !== "quantity") return action
  const lead = afterVerb(first.between)
  if (action === "order" && isWord(lead.at(-1), "the")) return "inquiry"
  const isIndirect = isWord(lead.at(-1), "for", "on", "to", "of", "with", "if", "about", "from", "whether", "that")
  const isThing = (token: Token): boolean =>
    token.kind === "word" && !plainWords.has(token.text) && !measures.has(token.text)
  return isIndirect && lead.slice(0, -1).some(isThing) ? "existing" : action
}

/** Forms of a verb of ordering that have what stood before as their subject or object. */
const saidOfSubject = /(?:ed|s|request|order)$/

class ScopeReader {
  readonly scopes: Array<Scope> = []
  private draft = newDraft("none")
  private isJoined = false
  private isEachAhead = false

  close(next: Draft): void {
    const { action, flags, hasNoun, items, strangeWords, isNegated } = this.draft
    if (hasObject(this.draft) || flags.size > 0 || action !== "none") {
      this.scopes.push({
        action: isNegated ? "other" : action === "order" || action === "none" ? actionOnObject(action, items) : action,
        items,
        hasNoun,
        isSplit: flags.has("split"),
        isAlso: flags.has("also"),
        strangeWords,
        cues: flags
      })
    }
    this.draft = next
  }

  cue(cue: Cue, phrase: string): void {
    const { draft } = this
    if (cue === "resume") {
      draft.excludes = false
      if (draft.isNegated) this.close(newDraft("order"))
      else this.isJoined = true
      return
    }
    if (cue === "exclude") draft.excludes = true
    if (cue === "each") this.each()
    const action = actionOfCue[cue]
    if (action === undefined) {
      if (cue !== "filler" && cue !== "exclude") draft.flags.add(cue)
      return
    }
    if (cue === "aside") {
      if (hasObject(draft)) this.close(newDraft("none"))
      this.draft.flags.add("aside")
      return
    }
    if (cue === "negation") {
      this.close(newDraft("none", true))
      this.draft.flags.add(cue)
      return
    }
    draft.excludes = false
    if (action === "other" && phrase.endsWith("ed") && draft.action === "order" && !hasObject(draft)) return
    if (cue === "possessive") return this.possessive(phrase)
    if (hasObject(draft) && !this.appliesBackward(cue, phrase)) this.close(newDraft(action))
    else if (this.isJoined && !hasObject(draft) && draft.action === "other" && action === "order")
      this.close(newDraft(action))
    else draft.action = combined(draft, action)
    this.draft.isMild = cue === "mild" && this.draft.action === "other"
    this.draft.flags.add(cue)
    this.isJoined = false
  }

  /** "our numbers" and "our 10 numbers"; only the latter are no order even under a verb of ordering. */
  private possessive(phrase: string): void {
    const { draft } = this
    const isOwn = !/^(?:these|those)/.test(phrase) && (phrase.endsWith("quantity") || !draft.flags.has("order"))
    if (draft.action === "none" || (draft.action === "order" && isOwn && !hasObject(draft))) draft.action = "existing"
  }

  /** "5 each" and "each ... 5" say it of the quantity before, or else of the one that comes. */
  private each(): void {
    const { items } = this.draft
    const at = items.findLastIndex((item) => item.type === "quantity")
    const item = items[at]
    if (item?.type === "quantity") items[at] = { ...item, isEach: true }
    else this.isEachAhead = true
  }

  /** "25 numbers were billed", "10 numbers needed", "need 5 DIDs ported": what is said of things that stood before. */
  private appliesBackward(cue: Cue, phrase: string): boolean {
    const { action, between, flags, items } = this.draft
    if (flags.has("aside") && action === "none") return cue === "complaint" || cue === "other"
    if (cue === "complaint" || cue === "other" || cue === "mild") {
      const isParticiple = phrase.endsWith("ed") && between.length === 0
      return action === "none" || action === "existing" || items.length === 0 || isParticiple
    }
    const isCounted = items.some((item) => item.type === "quantity")
    return action === "none" && (cue === "inquiry" || !isCounted || (cue === "order" && saidOfSubject.test(phrase)))
  }

  object(token: Token): void {
    const { draft } = this
    if (token.kind === "noun") draft.hasNoun = true
    if (token.kind === "quantity") {
      draft.items.push({
        type: "quantity",
        quantity: token.quantity,
        isRest: false,
        isEach: this.isEachAhead,
        between: draft.between
      })
      this.isEachAhead = false
      draft.excludes = false
      draft.between = []
    } else if (token.kind === "place") {
      if (!draft.excludes) {
        draft.items.push({ type: "place", place: token.place, isWeak: token.isWeak, between: draft.between })
        draft.between = []
      }
    } else {
      draft.between.push(token)
      if (token.kind === "word" && !plainWords.has(token.text)) draft.strangeWords += 1
      if (isMark(token, ",") || isWord(token, "and", "also", "then", "so")) this.isJoined = true
      if (isMark(token, ",:")) draft.excludes = draft.excludes && draft.items.length === 0
    }
  }

  rest(): void {
    const quantity = { low: 0, high: 0, isVague: false, text: "the rest" }
    this.draft.items.push({ type: "quantity", quantity, isRest: true, isEach: false, between: this.draft.between })
    this.draft.between = []
  }

  follow(tokens: ReadonlyArray<Token>): void {
    this.draft.between.push(...tokens)
  }
}

/** "our 10 numbers", "these DIDs" are there already, unless a verb of ordering says otherwise. */
const isPossessive = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  const next = tokens[at + 1]
  return (
    isWord(tokens[at], "our", "my", "your", "their", "these", "those", "his", "her") &&
    (next?.kind === "noun" || (next?.kind === "quantity" && nounAhead(tokens, at + 2) !== undefined))
  )
}

/** Cuts a sentence into stretches under one verb each: "cancel 5 in 212 | and order 10 in 646". */
export const readScopes = (tokens: ReadonlyArray<Token>): ReadonlyArray<Scope> => {
  const reader = new ScopeReader()
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]
    const reading = readCue(tokens, at)
    if (token === undefined) break
    const isPriceEach = reading?.cue === "each" && tokens[at - 1]?.kind === "noise"
    if (isPossessive(tokens, at) && token.kind === "word")
      reader.cue("possessive", `${token.text} ${tokens[at + 1]?.kind}`)
    if (reading === undefined || isPriceEach) {
      reader.object(token)
      at += 1
      continue
    }
    if (reading.cue === "rest") reader.rest()
    else reader.cue(reading.cue, reading.phrase)
    reader.follow(tokens.slice(at, at + reading.length))
    at += reading.length
  }
  reader.close(newDraft("none"))
  return reader.scopes
}
