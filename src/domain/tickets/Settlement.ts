import { maxQuantityPerLine } from "../numbers/RequestedLine.ts"
import type { RequestedLine } from "../numbers/RequestedLine.ts"
import { narrowed } from "./Groups.ts"
import type { Group } from "./Groups.ts"
import { lineOf, maxGroupsPerTicket, maxLinesPerTicket, mergedLines, placeKey } from "./Lines.ts"
import { counted, questions } from "./Questions.ts"
import { exactly } from "./Token.ts"
import type { Place, Quantity } from "./Token.ts"

/** What the groups of a text ask for all together, and what must be asked back before it is sure. */
export interface Settlement {
  readonly lines: ReadonlyArray<RequestedLine>
  readonly questions: ReadonlyArray<string>
}

interface Share {
  readonly place: Place
  readonly quantity: number
  readonly group: Group
}

const isExact = (quantity: Quantity): boolean => !quantity.isVague && quantity.low === quantity.high

/** Says how the quantity of a group is shared by its places, or asks. */
const shares = (group: Group): ReadonlyArray<Share> | string => {
  const { places, quantity } = group
  if (quantity === undefined) return questions.quantityOfPlaces(places)
  if (!isExact(quantity)) return questions.exactQuantity(quantity.text, places)
  const total = quantity.low
  const [first] = places
  if (total === 0) return questions.quantityOfPlaces(places)
  const each = (amount: number): ReadonlyArray<Share> => places.map((place) => ({ place, quantity: amount, group }))
  if (places.length === 1 && first !== undefined) return each(total)
  if (group.isOr) return questions.either(places)
  if (group.isSplit) return total % places.length === 0 ? each(total / places.length) : questions.share(total, places)
  return group.isEach ? each(total) : questions.share(total, places)
}

const samePlaces = (left: Group, right: Group): boolean => {
  const keys = new Set(left.places.map((place) => JSON.stringify(place)))
  return right.places.every((place) => keys.has(JSON.stringify(place)))
}

/** The places of several lines; those of a form (city, state, area code) are one place, those of a list are many. */
const allPlaces = (groups: ReadonlyArray<Group>, areMany: boolean): ReadonlyArray<Place> => {
  const places = groups.flatMap((group) => group.places)
  return areMany ? places : narrowed(places)
}

/** "15 numbers in 602, 480 and 623. 5 of each.": the amount for each repeats what all of them add up to. */
const withEach = (groups: ReadonlyArray<Group>): ReadonlyArray<Group> =>
  groups.flatMap((group, at) => {
    const next = groups[at + 1]
    const previous = groups[at - 1]
    if (isShareOf(group, next)) return [{ ...group, quantity: next?.quantity, isEach: true }]
    return isShareOf(previous, group) ? [] : [group]
  })

const isShareOf = (group: Group | undefined, each: Group | undefined): boolean =>
  group?.quantity !== undefined &&
  each?.quantity !== undefined &&
  each.isEach &&
  each.places.length === 0 &&
  group.places.length > 1 &&
  group.quantity.low === each.quantity.low * group.places.length

const joined = (quantity: Group, places: ReadonlyArray<Group>): Group => ({
  ...quantity,
  places: allPlaces(places, quantity.isEach),
  isOr: quantity.isOr || places.some((group) => group.isOr),
  isEach: quantity.isEach || places.some((group) => group.isEach),
  isSplit: quantity.isSplit || places.some((group) => group.isSplit),
  isFragment: quantity.isFragment || places.every((group) => group.isFragment)
})

interface Chain {
  readonly complete: ReadonlyArray<Group>
  /** Quantities that found no place; the first of them may be the total of all. */
  readonly amounts: ReadonlyArray<Group>
  readonly places: ReadonlyArray<Group>
}

/** Brings quantities and places together that stand in different sentences or lines, as in forms. */
const chained = (groups: ReadonlyArray<Group>): Chain => {
  const complete: Array<Group> = []
  const amounts: Array<Group> = []
  let places: Array<Group> = []
  let shared: { quantity: Group; places: Array<Group>; at: number } | undefined
  for (const group of groups) {
    if (group.quantity !== undefined && group.places.length > 0) {
      complete.push(group)
      shared = undefined
    } else if (group.quantity !== undefined) {
      const isPart = complete.length > 0 && !group.isEach && places.length === 0
      if (
        places.length > 0 &&
        !group.isRest &&
        (complete.length === 0 || group.isEach || places.at(-1)?.isFragment === true)
      ) {
        complete.push(joined(group, places))
        places = []
        shared = undefined
      } else {
        amounts.push(group)
        shared = isPart && !group.isFragment ? undefined : { quantity: group, places: [], at: -1 }
      }
    } else if (shared !== undefined && !(group.isWeak && shared.places.length > 0)) {
      shared.places.push(group)
      if (shared.at < 0) {
        shared.at = complete.length
        amounts.pop()
      }
      complete[shared.at] = joined(shared.quantity, shared.places)
    } else places.push(group)
  }
  const isForm = places.length > 1 && places.every((group) => group.isFragment)
  const [first] = places
  return { complete, amounts, places: isForm && first !== undefined ? [joined(first, places)] : places }
}

/** "the rest": what the total said before leaves over. */
const withRest = (groups: ReadonlyArray<Group>): ReadonlyArray<Group> => {
  const rest = groups.find((group) => group.isRest)
  const total = groups.find((group) => group.quantity !== undefined && group.places.length === 0 && !group.isRest)
  if (rest === undefined || total?.quantity === undefined || groups.filter((group) => group.isRest).length > 1)
    return groups
  const parts = groups.filter((group) => group !== rest && group !== total && group.places.length > 0)
  const left = total.quantity.low - parts.reduce((sum, group) => sum + (group.quantity?.low ?? 0), 0)
  if (
    !isExact(total.quantity) ||
    left < 1 ||
    parts.some((part) => part.quantity === undefined || !isExact(part.quantity))
  )
    return groups
  return groups.flatMap((group) =>
    group === rest ? [{ ...group, quantity: exactly(left, `${left}`), isRest: false }] : [group]
  )
}

/** One place named more than once: rows of a list add up, a repeated sentence must be asked about. */
const repeated = (found: ReadonlyArray<Share>): ReadonlyArray<string> => {
  const byPlace = Map.groupBy(found, (share) => JSON.stringify(share.place))
  return [...byPlace.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const addsUp = same
      .slice(1)
      .every(
        ({ group }) =>
          group.isAlso || group.sentence === first.group.sentence || (group.isFragment && first.group.isFragment)
      )
    const sum = same.reduce((total, share) => total + share.quantity, 0)
    if (!addsUp)
      return [
        questions.twice(
          first.place,
          same.map((share) => share.quantity)
        )
      ]
    return sum > maxQuantityPerLine ? [questions.tooMany(sum, first.place)] : []
  })
}

const unclear = (groups: ReadonlyArray<Group>): ReadonlyArray<string> =>
  groups.flatMap((group) => group.places.flatMap((place) => (place.tag === "unclear" ? [place.question] : [])))

const leftAmounts = (chain: Chain, sum: number): ReadonlyArray<string> =>
  chain.amounts.flatMap(({ isRest, quantity }) => {
    if (quantity === undefined) return []
    if (isRest) return [questions.everything]
    if (isExact(quantity) && quantity.low === sum) return []
    if (chain.complete.length > 0 && isExact(quantity)) return [questions.total(quantity.low, sum)]
    return [
      isExact(quantity) && quantity.low > 0
        ? questions.placeOf(quantity.low === 1 ? "number" : counted(quantity.low))
        : questions.exactQuantityAndPlace(quantity.text)
    ]
  })

/** Places nobody gave a quantity, unless they only repeat or widen what is asked for already. */
const leftPlaces = (chain: Chain, found: ReadonlyArray<Share>): ReadonlyArray<Group> =>
  chain.places.filter(
    (group) =>
      !(
        (group.isWeak || group.places.every((place) => place.tag === "city" || place.tag === "region")) &&
        found.length > 0
      ) && !chain.complete.some((complete) => samePlaces(complete, group))
  )

/** Turns groups into lines, asking wherever the text leaves a choice. */
export const settle = (groups: ReadonlyArray<Group>): Settlement => {
  if (groups.length > maxGroupsPerTicket) return { lines: [], questions: [questions.tooManyLines(maxLinesPerTicket)] }
  const chain = chained(withEach(withRest(groups)))
  const clear = chain.complete.filter((group) => group.places.every((place) => place.tag !== "unclear"))
  const read = clear.map(shares)
  const found = read.flatMap((result) => (typeof result === "string" ? [] : result))
  const sum = found.reduce((total, share) => total + share.quantity, 0)
  const places = leftPlaces(chain, found)
  const asked = [
    ...unclear([...chain.complete, ...places]),
    ...read.filter((result) => typeof result === "string"),
    ...places
      .filter((group) => group.places.every((place) => place.tag !== "unclear"))
      .map((group) => questions.quantityOfPlaces(group.places)),
    ...found
      .filter((share) => share.quantity > maxQuantityPerLine)
      .map((share) => questions.tooMany(share.quantity, share.place)),
    ...repeated(found.filter((share) => share.quantity <= maxQuantityPerLine)),
    ...(clear.length === chain.complete.length && read.every((result) => typeof result !== "string")
      ? leftAmounts(chain, sum)
      : [])
  ]
  const lines = mergedLines(found.flatMap((share) => lineOf(share.place, share.quantity) ?? []))
  return {
    lines,
    questions: [
      ...new Set(lines.length > maxLinesPerTicket ? [...asked, questions.tooManyLines(maxLinesPerTicket)] : asked)
    ]
  }
}

export const totalOf = (lines: ReadonlyArray<RequestedLine>): number =>
  lines.reduce((sum, line) => sum + line.quantity, 0)

export const quantityByPlace = (lines: ReadonlyArray<RequestedLine>): ReadonlyMap<string, number> =>
  new Map(lines.map((line) => [placeKey(line), line.quantity]))
