import { Schema } from "effect"
import { Table } from "./Table.ts"

/** One change as it stands in the state file: the row under the key, or null when it was deleted. */
export const StoreChange = Schema.Struct({ table: Schema.String, key: Schema.String, row: Schema.Unknown })
export type StoreChange = typeof StoreChange.Type

interface Registered {
  readonly read: (key: string) => unknown
  readonly apply: (key: string, row: unknown) => boolean
}

/** All tables of the sandbox, what changed in them since the last save, and what ever differed from the seed. */
export class Store {
  readonly #tables = new Map<string, Registered>()
  readonly #changedEver = new Map<string, { readonly table: string; readonly key: string }>()
  #unsaved = new Map<string, { readonly table: string; readonly key: string }>()
  readonly #counters: Table<number>

  constructor() {
    this.#counters = this.table("counters", Schema.Finite, 1_000)
  }

  table<Row>(name: string, schema: Schema.Codec<Row, unknown>, maxRows: number): Table<Row> {
    const table = new Table<Row>(name, maxRows, (key) => this.#note(name, key))
    const decode = Schema.decodeUnknownOption(schema)
    this.#tables.set(name, {
      read: (key) => table.get(key) ?? null,
      apply: (key, row) => {
        if (row === null) {
          table.forget(key)
          return true
        }
        const decoded = decode(row)
        if (decoded._tag === "None") return false
        table.restore(key, decoded.value)
        return true
      }
    })
    return table
  }

  /** The next number of a sequence that survives a restart; the first is `first`. */
  next(sequence: string, first = 1): number {
    const value = this.#counters.get(sequence) ?? first
    this.#counters.set(sequence, value + 1)
    return value
  }

  /** Applies a change read from a file. False when the table is unknown or the row does not fit it. */
  apply(change: StoreChange): boolean {
    const table = this.#tables.get(change.table)
    if (table === undefined || !table.apply(change.key, change.row)) return false
    this.#changedEver.set(`${change.table}\n${change.key}`, change)
    return true
  }

  takeUnsaved(): Array<StoreChange> {
    const places = [...this.#unsaved.values()]
    if (places.length > 0) this.#unsaved = new Map()
    return places.map((place) => this.#change(place))
  }

  /** Every difference from the seed, one change a row. */
  everything(): Array<StoreChange> {
    return [...this.#changedEver.values()].map((place) => this.#change(place))
  }

  #change(place: { readonly table: string; readonly key: string }): StoreChange {
    return { table: place.table, key: place.key, row: this.#tables.get(place.table)?.read(place.key) ?? null }
  }

  #note(table: string, key: string): void {
    const id = `${table}\n${key}`
    const place = { table, key }
    this.#unsaved.set(id, place)
    this.#changedEver.set(id, place)
  }
}
