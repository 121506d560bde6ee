/** So many numbers, as a ticket says it. `low` and `high` differ for a range; a vague quantity has no bounds. */
export interface Quantity {
  readonly low: number
  readonly high: number
  readonly isVague: boolean
  readonly text: string
}

/** Where numbers are wanted. `unclear` carries the question that a person must answer. */
export type Place =
  | { readonly tag: "npa"; readonly npa: string; readonly nxx?: string }
  | { readonly tag: "tollFree"; readonly npa?: string }
  | { readonly tag: "city"; readonly city: string; readonly region: string }
  | { readonly tag: "region"; readonly region: string }
  | { readonly tag: "unclear"; readonly name: string; readonly question: string }

export type Token =
  /** `text` is in lower case, `raw` as written. */
  | { readonly kind: "word"; readonly text: string; readonly raw: string }
  | { readonly kind: "integer"; readonly value: number; readonly text: string }
  | { readonly kind: "quantity"; readonly quantity: Quantity; readonly isSpelled: boolean }
  /** A weak place tells what the numbers are for ("for our Boston team"); it gives way to any other. */
  | { readonly kind: "place"; readonly place: Place; readonly isWeak: boolean }
  /** A telephone number as a thing that is ordered. */
  | { readonly kind: "noun"; readonly isPlural: boolean }
  /** What announces an area code: "area code", "NPA". */
  | { readonly kind: "label" }
  /** What announces a quantity: "Qty", "number of DIDs". */
  | { readonly kind: "quantityLabel" }
  /** One character of punctuation, or a line's end. */
  | { readonly kind: "mark"; readonly text: string }
  /** Something with digits that is neither a quantity nor a place: a date, a price, a telephone number, an id. */
  | { readonly kind: "noise" }

export type TokenOf<K extends Token["kind"]> = Extract<Token, { readonly kind: K }>

export const exactly = (value: number, text: string): Quantity => ({ low: value, high: value, isVague: false, text })
export const between = (low: number, high: number, text: string): Quantity => ({ low, high, isVague: false, text })
export const vaguely = (text: string): Quantity => ({ low: 1, high: 1, isVague: true, text })

export const isWord = (token: Token | undefined, ...texts: ReadonlyArray<string>): boolean =>
  token?.kind === "word" && texts.includes(token.text)

export const isMark = (token: Token | undefined, marks: string): boolean =>
  token?.kind === "mark" && marks.includes(token.text)
