/** A table refused one row more than it may hold; the vendor's door answers with its own server error. */
export class TableFull extends Error {
  readonly table: string
  constructor(table: string, maxRows: number) {
    super(`The sandbox keeps at most ${maxRows} rows in ${table}`)
    this.table = table
  }
}

/** Named rows of plain JSON values, kept in order of insertion. Rows are replaced whole, never changed in place. */
export class Table<Row> {
  readonly name: string
  readonly #maxRows: number
  readonly #changed: (key: string) => void
  readonly #rows = new Map<string, Row>()

  constructor(name: string, maxRows: number, changed: (key: string) => void) {
    this.name = name
    this.#maxRows = maxRows
    this.#changed = changed
  }

  get size(): number {
    return this.#rows.size
  }

  has(key: string): boolean {
    return this.#rows.has(key)
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key)
  }

  values(): Array<Row> {
    return [...this.#rows.values()]
  }

  keys(): Array<string> {
    return [...this.#rows.keys()]
  }

  set(key: string, row: Row): void {
    this.restore(key, row)
    this.#changed(key)
  }

  delete(key: string): boolean {
    const existed = this.#rows.delete(key)
    if (existed) this.#changed(key)
    return existed
  }

  /** Sets a row that needs no saving: it is seeded at every start, or was just read from the state file. */
  restore(key: string, row: Row): void {
    if (this.#rows.size >= this.#maxRows && !this.#rows.has(key)) throw new TableFull(this.name, this.#maxRows)
    this.#rows.set(key, row)
  }

  /** The opposite of `restore`. */
  forget(key: string): void {
    this.#rows.delete(key)
  }
}
