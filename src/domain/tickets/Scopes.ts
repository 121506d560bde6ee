import { readCue } from "./Cues.ts"
import type { Cue } from "./Cues.ts"
import { isMark, isWord } from "./Token.ts"
import type { Place, Quantity, Token } from "./Token.ts"

export type Action = "order" | "other" | "existing" | "inquiry" | "none"

/** A quantity or a place in the order it was said, with what stands between it and the one before. */
export type Item =
  | {
      readonly type: "quantity"
      readonly quantity: Quantity
      readonly isRest: boolean
      readonly between: ReadonlyArray<Token>
    }
  | { readonly type: "place"; readonly place: Place; readonly isWeak: boolean; readonly between: ReadonlyArray<Token> }

/** A stretch of a sentence under one verb. */
export interface Scope {
  readonly action: Action
  readonly items: ReadonlyArray<Item>
  readonly hasNoun: boolean
  readonly isEach: boolean
  readonly isSplit: boolean
  readonly isTotal: boolean
  readonly isAlso: boolean
  /** More than one number is spoken of. */
  readonly isPlural: boolean
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
  isPlural: boolean
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
  isPlural: false,
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

class ScopeReader {
  readonly scopes: Array<Scope> = []
  private draft = newDraft("none")
  private isJoined = false

  close(next: Draft): void {
    const { action, flags, hasNoun, items, strangeWords, isNegated, isPlural } = this.draft
    if (hasObject(this.draft) || flags.size > 0 || action !== "none") {
      this.scopes.push({
        action: isNegated ? "other" : action,
        items,
        hasNoun,
        isEach: flags.has("each"),
        isSplit: flags.has("split"),
        isTotal: flags.has("total"),
        isAlso: flags.has("also"),
        isPlural,
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
    if (hasObject(draft) && !this.appliesBackward(cue, phrase)) this.close(newDraft(action))
    else if (this.isJoined && !hasObject(draft) && draft.action === "other" && action === "order")
      this.close(newDraft(action))
    else draft.action = combined(draft, action)
    this.draft.isMild = cue === "mild" && this.draft.action === "other"
    this.draft.flags.add(cue)
    this.isJoined = false
  }

  /** "25 numbers were billed", "10 numbers needed", "need 5 DIDs ported": what is said of things that stood before. */
  private appliesBackward(cue: Cue, phrase: string): boolean {
    const { action, between, flags, items } = this.draft
    if (flags.has("aside") && action === "none") return cue === "complaint" || cue === "other"
    if (cue === "complaint" || cue === "other" || cue === "mild") {
      const isParticiple = phrase.endsWith("ed") && between.length === 0
      return action === "none" || action === "existing" || items.length === 0 || isParticiple
    }
    return (cue === "order" || cue === "softOrder" || cue === "inquiry") && action === "none"
  }

  object(token: Token): void {
    const { draft } = this
    if (token.kind === "noun") {
      draft.hasNoun = true
      draft.isPlural ||= token.isPlural
    }
    if (token.kind === "quantity") {
      draft.items.push({ type: "quantity", quantity: token.quantity, isRest: false, between: draft.between })
      draft.excludes = false
      draft.between = []
    } else if (token.kind === "place") {
      if (!draft.excludes) {
        draft.items.push({ type: "place", place: token.place, isWeak: token.isWeak, between: draft.between })
        draft.between = []
      }
    } else {
      draft.between.push(token)
      if (token.kind === "word" && !isWord(token, "and", "or", "in", "for", "the", "a", "our", "please"))
        draft.strangeWords += 1
      if (isMark(token, ",") || isWord(token, "and", "also", "then", "so")) this.isJoined = true
      if (isMark(token, ",:")) draft.excludes = draft.excludes && draft.items.length === 0
    }
  }

  rest(): void {
    const quantity = { low: 0, high: 0, isVague: false, text: "the rest" }
    this.draft.items.push({ type: "quantity", quantity, isRest: true, between: this.draft.between })
    this.draft.between = []
  }

  follow(tokens: ReadonlyArray<Token>): void {
    this.draft.between.push(...tokens)
  }
}

/** Cuts a sentence into stretches under one verb each: "cancel 5 in 212 | and order 10 in 646". */
export const readScopes = (tokens: ReadonlyArray<Token>): ReadonlyArray<Scope> => {
  const reader = new ScopeReader()
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]
    const reading = readCue(tokens, at)
    if (token === undefined) break
    const isPriceEach = reading?.cue === "each" && tokens[at - 1]?.kind === "noise"
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
