import { readAmounts } from "./Amounts.ts"
import { readAreaCodes } from "./AreaCodeReading.ts"
import type { Cue } from "./Cues.ts"
import { groupsOfScope } from "./Groups.ts"
import type { Group } from "./Groups.ts"
import { tokenise } from "./Lexer.ts"
import { readNamedPlaces } from "./NamedPlaces.ts"
import { readNouns } from "./Nouns.ts"
import { readQuantities } from "./Quantities.ts"
import { readScopes } from "./Scopes.ts"
import type { Action, Scope } from "./Scopes.ts"
import { splitSentences, withoutBullets } from "./Sentences.ts"
import type { Sentence } from "./Sentences.ts"
import { rewriteTables } from "./Tables.ts"
import { foreignWords } from "./Vocabulary.ts"

/** What a text (a subject, a description) says about numbers that are wanted. */
export interface Reading {
  readonly groups: ReadonlyArray<Group>
  /** Wishes that are only asked about: "how much would 25 numbers in 212 cost?" */
  readonly inquiries: ReadonlyArray<Group>
  /** Numbers are wanted, and nothing is said of how many or where. */
  readonly wantsNumbers: boolean
  /** The text is about another matter: porting, billing, quality, cancelling. */
  readonly isOther: boolean
  /** Something in the text could belong to an order. */
  readonly hints: boolean
  readonly isAlso: boolean
  /** A verb of ordering is used. */
  readonly isOrder: boolean
}

interface Entry {
  readonly scope: Scope
  readonly sentence: Sentence
  readonly number: number
  /** The verb that a line of a list takes over from the line that introduces it. */
  readonly carried: Action | undefined
}

/** More unknown words than this make a sentence without a verb we know a statement, not a line of an order. */
const maxStrangeWords = 5
const maxStrangeWordsAlone = 2
const nextAction = (scopes: ReadonlyArray<Scope>): Action | undefined =>
  scopes.map((scope) => scope.action).findLast((action) => action !== "none")

const entriesOf = (text: string): ReadonlyArray<Entry> => {
  const sentences = splitSentences(readQuantities(readNouns(tokenise(withoutBullets(rewriteTables(text))))))
  const entries: Array<Entry> = []
  let carried: Action | undefined
  sentences.forEach((sentence, number) => {
    const scopes = readScopes(readAmounts(readAreaCodes(readNamedPlaces(sentence))))
    const isListed = sentence.startsLine && (sentence.followsColon || sentence.isAdjacent)
    const mayCarry = sentence.followsColon || carried === "other" || carried === "order"
    carried = isListed && mayCarry ? carried : undefined
    for (const scope of scopes)
      entries.push({ scope, sentence, number, carried: scope.action === "none" ? carried : undefined })
    carried = nextAction(scopes) ?? carried
  })
  return entries
}

const has = (entries: ReadonlyArray<Entry>, ...cues: ReadonlyArray<Cue>): boolean =>
  entries.some(({ scope }) => cues.some((cue) => scope.cues.has(cue)))

const hasObject = ({ scope }: Entry): boolean => scope.items.length > 0 || scope.hasNoun

const namesOnly = (scope: Scope): boolean =>
  !scope.hasNoun &&
  scope.items.every(
    (item) =>
      item.type === "place" &&
      (item.place.tag === "city" || item.place.tag === "region" || item.place.tag === "unclear")
  )

/** The action of each stretch, with those that have no verb read as lines of the order, when there is one. */
const settledAction = (entry: Entry, fallback: Action, maxStrange: number): Action => {
  const { carried, scope } = entry
  if (scope.action !== "none") return scope.action
  if (scope.cues.has("aside")) return "none"
  if (carried !== undefined) return carried
  return scope.strangeWords <= maxStrange ? fallback : "none"
}

const groupsOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Group> =>
  entries
    .filter(({ scope }) => !namesOnly(scope) || scope.action === "none")
    .flatMap(({ number, scope }) => groupsOfScope(scope, number, scope.action === "none"))

/** `background` is what the subject is about: the lines of a list below "Cancel DIDs" are no order. */
export const readText = (text: string, background: Action): Reading => {
  const entries = entriesOf(text)
  const actions = new Set(entries.map(({ scope }) => scope.action))
  const isOther = actions.has("other") || has(entries, "complaint")
  const wasOrdered = actions.has("order")
  const isElse = isOther || actions.has("existing") || actions.has("inquiry") || background === "other"
  const fallback: Action = wasOrdered || !isElse ? "order" : "none"
  const byAction = Map.groupBy(entries, (entry) =>
    settledAction(entry, fallback, wasOrdered ? maxStrangeWords : maxStrangeWordsAlone)
  )
  const ordered = byAction.get("order") ?? []
  const groups = groupsOf(ordered)
  const inquiries = groupsOf(byAction.get("inquiry") ?? [])
  const loose = [...(byAction.get("existing") ?? []), ...(byAction.get("none") ?? [])]
  const words = new Set(
    text
      .slice(0, 4096)
      .toLowerCase()
      .split(/[^\p{L}]+/u)
  )
  return {
    groups,
    inquiries,
    wantsNumbers: ordered.some(
      ({ scope }) => scope.action === "order" && scope.cues.has("order") && scope.hasNoun && scope.items.length === 0
    ),
    isOther,
    hints:
      ordered.some(hasObject) ||
      (byAction.get("inquiry") ?? []).some(hasObject) ||
      (!has(entries, "other", "complaint") &&
        entries.some((entry) => entry.scope.cues.has("mild") && entry.scope.items.length > 1)) ||
      (!isOther && (loose.some(hasObject) || has(entries, "approval", "order"))) ||
      [...words].some((word) => foreignWords.has(word)),
    isAlso: has(entries, "also"),
    isOrder: wasOrdered
  }
}

/** What a subject is about as a whole. */
export const actionOfSubject = (subject: string): Action =>
  nextAction(entriesOf(subject).map(({ scope }) => scope)) ?? "none"
