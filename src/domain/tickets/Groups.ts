import { isConsistent } from "./AreaCodePlace.ts"
import { shownPlace } from "./Questions.ts"
import type { Item, Scope } from "./Scopes.ts"
import { isMark, isWord } from "./Token.ts"
import type { Place, Quantity, Token } from "./Token.ts"

/** One wish as far as one sentence tells it: a quantity, places, or both, and how they share. */
export interface Group {
  readonly quantity: Quantity | undefined
  readonly isRest: boolean
  readonly places: ReadonlyArray<Place>
  readonly isWeak: boolean
  readonly isOr: boolean
  readonly isEach: boolean
  readonly isSplit: boolean
  readonly isAlso: boolean
  /** A line of a list or a table, not a sentence. */
  readonly isFragment: boolean
  /** Groups of one sentence have the same number. */
  readonly sentence: number
}

type PlaceItem = Extract<Item, { readonly type: "place" }>
type QuantityItem = Extract<Item, { readonly type: "quantity" }>
interface Pair {
  readonly quantity: QuantityItem | undefined
  readonly places: ReadonlyArray<PlaceItem>
}

const isListed = (between: ReadonlyArray<Token>): boolean =>
  between.some((token) => isMark(token, ",/&|+") || isWord(token, "and", "or", "plus"))

/** Nothing but ":", "-", "(" or a label stands between a place and its quantity. */
const isTied = (between: ReadonlyArray<Token>): boolean =>
  between.length > 0 &&
  between.every(
    (token) => isMark(token, ":=-(|)") || token.kind === "quantityLabel" || isWord(token, "x", "need", "needs")
  )

const leadsOn = (items: ReadonlyArray<Item>, at: number): boolean => {
  const next = items[at + 1]
  return next?.type === "place" && !isListed(next.between)
}

/** Gives each quantity its places: those that follow ("5 in 212, 646") or those before ("212, 646: 5"). */
const paired = (items: ReadonlyArray<Item>): ReadonlyArray<Pair> => {
  const pairs: Array<Pair> = []
  let open: { quantity: QuantityItem; places: Array<PlaceItem> } | undefined
  let pending: Array<PlaceItem> = []
  const flush = (): void => {
    if (open !== undefined) pairs.push(open)
    if (pending.length > 0) pairs.push({ quantity: undefined, places: pending })
    open = undefined
    pending = []
  }
  items.forEach((item, at) => {
    if (item.type === "place") {
      if (open === undefined) pending.push(item)
      else open.places.push(item)
      return
    }
    const isTiedBack = items[at - 1]?.type === "place" && isTied(item.between)
    const last = open?.places.at(-1)
    const ownsLast =
      last !== undefined &&
      (open?.places.length === 1
        ? !last.between.some((token) => isWord(token, "in", "from", "for")) && last.between.length > 0
        : true)
    if (isTiedBack && open !== undefined && last !== undefined && ownsLast) {
      open.places.pop()
      flush()
      pairs.push({ quantity: item, places: [last] })
    } else if (open === undefined && pending.length > 0 && (isTiedBack || !leadsOn(items, at))) {
      pairs.push({ quantity: item, places: pending })
      pending = []
    } else {
      flush()
      open = { quantity: item, places: [] }
    }
  })
  flush()
  return pairs
}

const isSame = (left: Place, right: Place): boolean => JSON.stringify(left) === JSON.stringify(right)

const conflict = (left: Place, right: Place): Place => ({
  tag: "unclear",
  name: `${shownPlace(left)} and ${shownPlace(right)}`,
  question: `${shownPlace(left)} and ${shownPlace(right)} do not fit together. Which of them do you mean?`
})

/** Two names of one place become the narrower of them; undefined when they are two places. */
const merged = (left: Place, right: Place, between: ReadonlyArray<Token>): Place | undefined => {
  if (isSame(left, right)) return left
  if (between.some((token) => isMark(token, "/&|+") || isWord(token, "and", "or", "plus"))) return undefined
  if (left.tag === "tollFree" && right.tag === "tollFree")
    return left.npa === undefined ? right : right.npa === undefined ? left : undefined
  if (left.tag === "city" && right.tag === "region") return left.region === right.region ? left : undefined
  if (left.tag === "region" && right.tag === "city") return left.region === right.region ? right : undefined
  const npa = left.tag === "npa" ? left : right.tag === "npa" ? right : undefined
  const named = left.tag === "npa" ? right : left
  if (npa === undefined || (named.tag !== "city" && named.tag !== "region")) return undefined
  if (isConsistent(npa.npa, named.region)) return npa
  return between.some((token) => isMark(token, "(") || token.kind === "label") ? conflict(left, right) : undefined
}

const mergedPlaces = (items: ReadonlyArray<PlaceItem>): ReadonlyArray<PlaceItem> => {
  const strong = items.filter((item) => !item.isWeak)
  const result: Array<PlaceItem> = []
  for (const item of strong.length > 0 ? strong : items) {
    const last = result.at(-1)
    const place = last === undefined ? undefined : merged(last.place, item.place, item.between)
    if (last === undefined || place === undefined) result.push(item)
    else result[result.length - 1] = { ...last, place }
  }
  return result
}

/** The same for places that stand in lines of their own. */
export const narrowed = (places: ReadonlyArray<Place>): ReadonlyArray<Place> =>
  mergedPlaces(places.map((place) => ({ type: "place", place, isWeak: false, between: [] }))).map((item) => item.place)

/** The wishes of one stretch of a sentence. */
export const groupsOfScope = (scope: Scope, sentence: number, isFragment: boolean): ReadonlyArray<Group> =>
  paired(scope.items).map(({ places, quantity }) => {
    const kept = mergedPlaces(places)
    return {
      quantity: quantity?.quantity,
      isRest: quantity?.isRest ?? false,
      places: kept.map((item) => item.place),
      isWeak: kept.length > 0 && kept.every((item) => item.isWeak),
      isOr: kept.slice(1).some((item) => item.between.some((token) => isWord(token, "or"))),
      isEach: quantity?.isEach ?? scope.cues.has("each"),
      isSplit: scope.isSplit,
      isAlso: scope.isAlso,
      isFragment,
      sentence
    }
  })
