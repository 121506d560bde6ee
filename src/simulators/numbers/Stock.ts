import { Schema } from "effect"
import type { Store } from "../store/Store.ts"
import type { Table } from "../store/Table.ts"
import { areaCodes, tollFreeAreaCodes } from "./AreaCodes.ts"
import { maxNumbersPerSeries, nanpDigits, seriesNumber } from "./NanpDigits.ts"

const maxStockedNumbers = 500_000

/**
 * What a vendor shall have in stock. `replace` (the default) empties the area codes that are named before it adds,
 * `append` only adds, `replaceAll` empties everything before.
 */
export const StockChange = Schema.Struct({
  numbers: Schema.optionalKey(Schema.Array(Schema.String).pipe(Schema.check(Schema.isMaxLength(20_000)))),
  npa: Schema.optionalKey(Schema.String.pipe(Schema.check(Schema.isPattern(/^[2-9]\d{2}$/)))),
  count: Schema.optionalKey(
    Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: maxNumbersPerSeries })))
  ),
  mode: Schema.optionalKey(Schema.Literals(["replace", "append", "replaceAll"]))
})
export type StockChange = typeof StockChange.Type

/** The change names something that is no number of the North American plan. */
export class StockRefused extends Schema.TaggedError<StockRefused>()("StockRefused", { message: Schema.String }) {}

/** The numbers that one vendor has for sale, as eleven digits. */
export class Stock {
  readonly #numbers: Table<boolean>
  readonly #firstExchange: number
  readonly #isTaken: (digits: string) => boolean

  constructor(store: Store, vendor: string, firstExchange: number, isTaken: (digits: string) => boolean) {
    this.#numbers = store.table(`${vendor}.stock`, Schema.Boolean, maxStockedNumbers)
    this.#firstExchange = firstExchange
    this.#isTaken = isTaken
  }

  seed(perAreaCode: number, tollFree: number): void {
    for (const { npa } of areaCodes) this.#seedAreaCode(npa, perAreaCode)
    for (const npa of tollFreeAreaCodes) this.#seedAreaCode(npa, tollFree)
  }

  #seedAreaCode(npa: string, count: number): void {
    for (let index = 0; index < count; index++) {
      this.#numbers.restore(seriesNumber(npa, this.#firstExchange, index), true)
    }
  }

  has(digits: string): boolean {
    return this.#numbers.has(digits)
  }

  /** What is for sale and fits, sorted. */
  matching(fits: (digits: string) => boolean): Array<string> {
    return this.#numbers.keys().filter(fits).sort()
  }

  take(digits: string): boolean {
    return this.#numbers.delete(digits)
  }

  put(digits: string): void {
    this.#numbers.set(digits, true)
  }

  countOf(npa: string): number {
    return this.#numbers.keys().filter((digits) => digits.slice(1, 4) === npa).length
  }

  /** Numbers added by the change, as eleven digits. */
  change(change: StockChange): ReadonlyArray<string> {
    const named = (change.numbers ?? []).map((text) => {
      const digits = nanpDigits(text)
      if (digits === undefined) throw new StockRefused({ message: `${text} is not a NANP number` })
      if (this.#isTaken(digits)) throw new StockRefused({ message: `${text} is sold already` })
      return digits
    })
    if (change.count !== undefined && change.npa === undefined) {
      throw new StockRefused({ message: "count needs npa" })
    }
    this.#empty(change, named)
    for (const digits of named) this.put(digits)
    const made = change.npa === undefined ? [] : this.make(change.npa, change.count ?? 0)
    for (const digits of made) this.put(digits)
    return [...named, ...made]
  }

  /** New numbers of an area code that are neither for sale nor sold. */
  make(npa: string, count: number, firstExchange = this.#firstExchange): ReadonlyArray<string> {
    const made: Array<string> = []
    for (let index = 0; made.length < count && index < maxNumbersPerSeries; index++) {
      const digits = seriesNumber(npa, firstExchange, index)
      if (!this.has(digits) && !this.#isTaken(digits)) made.push(digits)
    }
    return made
  }

  #empty(change: StockChange, named: ReadonlyArray<string>): void {
    const mode = change.mode ?? "replace"
    if (mode === "append") return
    const npas = new Set([
      ...named.map((digits) => digits.slice(1, 4)),
      ...(change.npa === undefined ? [] : [change.npa])
    ])
    for (const digits of this.#numbers.keys()) {
      if (mode === "replaceAll" || npas.has(digits.slice(1, 4))) this.#numbers.delete(digits)
    }
  }
}
