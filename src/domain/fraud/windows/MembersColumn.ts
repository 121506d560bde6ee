import { RecentMembers } from "./RecentMembers.ts"
import type { WindowRows } from "./WindowRows.ts"

const nobody = 0
const one = 1
const several = 2

/**
 * The recent members of each row, as `RecentMembers` has them. Nearly all rows have one at a time, which costs no more than
 * its words of the row; only several are an object of their own, until there is one again.
 */
export class MembersColumn {
  readonly #rows: WindowRows
  readonly #count: number
  readonly #member: number
  readonly #seenAt: number
  readonly #note: number
  readonly #several = new Map<number, RecentMembers>()

  constructor(rows: WindowRows) {
    this.#rows = rows
    this.#count = rows.claim(1)
    this.#member = rows.claimDouble()
    this.#seenAt = rows.claimDouble()
    this.#note = rows.claimDouble()
  }

  /** The members of a row that has several. */
  severalOf(row: number): RecentMembers | undefined {
    return this.#countOf(row) === several ? this.#several.get(row) : undefined
  }

  /** The note on the member of a row that has one. */
  note(row: number): number {
    return this.#rows.double(row, this.#note)
  }

  seenAfter(row: number, millis: number): number {
    const members = this.severalOf(row)
    if (members !== undefined) return members.seenAfter(millis)
    return this.#countOf(row) === one && this.#rows.double(row, this.#seenAt) > millis ? 1 : 0
  }

  /** The row, which is clear, has another key now. */
  forget(row: number): void {
    this.#several.delete(row)
  }

  /** Adds a sighting, unless it is older than the window. */
  add(row: number, member: number, atMillis: number, note: number, windowMillis: number, maxMembers: number): void {
    const count = this.#countOf(row)
    const members = count === several ? this.#several.get(row) : undefined
    if (members !== undefined) {
      members.add(member, atMillis, note, windowMillis, maxMembers)
      const left = members.only
      if (left === undefined) return
      this.#several.delete(row)
      return this.#put(row, left.member, left.seenAt, left.note)
    }
    const knownAt = this.#rows.double(row, this.#seenAt)
    const isOld = knownAt <= atMillis - windowMillis
    if (count === nobody || isOld) return this.#put(row, member, atMillis, note)
    const known = this.#rows.double(row, this.#member)
    if (known === member) {
      if (atMillis > knownAt) this.#put(row, member, atMillis, note)
      return
    }
    if (atMillis <= knownAt - windowMillis) return
    const both = new RecentMembers()
    both.add(known, knownAt, this.note(row), windowMillis, maxMembers)
    both.add(member, atMillis, note, windowMillis, maxMembers)
    this.#several.set(row, both)
    this.#rows.words[row * this.#rows.width + this.#count] = several
  }

  #countOf(row: number): number {
    return this.#rows.words[row * this.#rows.width + this.#count] ?? nobody
  }

  #put(row: number, member: number, atMillis: number, note: number): void {
    this.#rows.words[row * this.#rows.width + this.#count] = one
    this.#rows.setDouble(row, this.#member, member)
    this.#rows.setDouble(row, this.#seenAt, atMillis)
    this.#rows.setDouble(row, this.#note, note)
  }
}
