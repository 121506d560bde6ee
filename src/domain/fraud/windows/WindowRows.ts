/** Words that each row begins with: its key, which columns have counted anything, and when the key was last seen. */
const countedPlace = 2
const seenPlace = 3
const firstPlace = 4

/**
 * Rows of 32-bit words, each with its key and all its columns side by side: what is known of one key is read from a few
 * lines of the processor's cache, instead of one for each column. Columns claim their words before there is any row.
 */
export class WindowRows {
  words = new Int32Array(0)
  /** The same memory; each row begins with its key. */
  doubles = new Float64Array(0)
  /** Words of each row, an even number. */
  width = firstPlace
  #behind = 0
  #columns = 0

  /** Takes words of every row for a column: the place of the first. */
  claim(words: number): number {
    const place = this.width - this.#behind
    this.width += words
    return place
  }

  /**
   * As `claim`, for much of which each call touches little: it lies at the end of the row, away from what each call reads.
   * The place is counted from there, and negative.
   */
  claimBehind(words: number): number {
    this.width += words
    this.#behind += words
    return -this.#behind
  }

  /** As `claim`, for a double: it lies at an even word. */
  claimDouble(): number {
    this.width += (this.width - this.#behind) & 1
    return this.claim(2)
  }

  /** A bit that is a column's own, by which `hasCounted` spares a look at it. */
  claimBit(): number {
    return 1 << this.#columns++
  }

  hasCounted(row: number, bit: number): boolean {
    return ((this.words[row * this.width + countedPlace] ?? 0) & bit) !== 0
  }

  setCounted(row: number, bit: number): void {
    const place = row * this.width + countedPlace
    this.words[place] = (this.words[place] ?? 0) | bit
  }

  seenSeconds(row: number): number {
    return (this.words[row * this.width + seenPlace] ?? 0) >>> 0
  }

  setSeen(row: number, seconds: number): void {
    this.words[row * this.width + seenPlace] = seconds
  }

  /** The double that was claimed at a place of a row. */
  double(row: number, place: number): number {
    return this.doubles[(row * this.width + place) >>> 1] ?? 0
  }

  setDouble(row: number, place: number, value: number): void {
    this.doubles[(row * this.width + place) >>> 1] = value
  }

  resize(rows: number): void {
    if (this.words.length === 0) this.width += this.width & 1
    const grown = new Int32Array(rows * this.width)
    grown.set(this.words.subarray(0, grown.length))
    this.words = grown
    this.doubles = new Float64Array(grown.buffer)
  }

  clear(row: number): void {
    this.words.fill(0, row * this.width, (row + 1) * this.width)
  }
}
