import { Result } from "effect"
import type { ImportLine } from "./ImportLines.ts"
import type { ListEntryDetails, ListEntryKey, ListSource } from "./ListEntry.ts"
import { expiresAtMillis, listEntryId } from "./ListEntry.ts"
import type { ListName } from "./ListValue.ts"
import { mayBlock } from "./ListValue.ts"
import type { WantedEntry } from "./WantedEntry.ts"
import { wantedOf } from "./WantedEntry.ts"

/** An entry that is on the list now. */
export interface ListedEntry extends ListEntryKey, ListEntryDetails {}

/** A line that the list cannot take, and why. */
export interface RefusedLine {
  readonly line: number
  readonly value: string
  readonly detail: string
}

/** What makes the entries of one source those of its register. */
export interface SyncPlan {
  readonly add: ReadonlyArray<WantedEntry>
  readonly change: ReadonlyArray<WantedEntry>
  /** On the list, and in the register no more. */
  readonly remove: ReadonlyArray<ListedEntry>
  /** As the register has them. */
  readonly same: number
  /** In the register, and on the list for somebody else's reason, which stays. */
  readonly others: ReadonlyArray<ListedEntry>
  readonly refused: ReadonlyArray<RefusedLine>
}

export interface SyncOptions {
  readonly list: ListName
  readonly source: ListSource
  /** For lines without one. */
  readonly reason: string
  readonly force: boolean
  readonly nowMillis: number
}

const isSame = (one: ListEntryDetails, other: ListEntryDetails): boolean =>
  one.reason === other.reason && one.expiresAt === other.expiresAt && one.reference === other.reference

/**
 * Compares a source's register, which is the whole of it, with what is on the list. A line whose end has passed is as good
 * as none; of lines with the same value the first one counts.
 */
export const planSync = (
  lines: ReadonlyArray<ImportLine>,
  listed: ReadonlyArray<ListedEntry>,
  { force, list, nowMillis, reason, source }: SyncOptions
): SyncPlan => {
  const wanted = new Map<string, WantedEntry>()
  const refused: Array<RefusedLine> = []
  for (const { entry, line } of lines) {
    const read = Result.flatMap(entry, ({ source: _, ...fields }) =>
      wantedOf(list, fields, { reason, source, reference: null })
    )
    const allowed = Result.flatMap(read, ({ key }) =>
      list === "block" ? Result.mapError(mayBlock(key.kind, key.value, force), ({ detail }) => detail) : Result.void
    )
    if (Result.isFailure(read) || Result.isFailure(allowed)) {
      const value = Result.isSuccess(entry) ? entry.success.value : ""
      const detail = Result.isFailure(read) ? read.failure : Result.isFailure(allowed) ? allowed.failure : ""
      refused.push({ line, value, detail })
      continue
    }
    const id = listEntryId(read.success.key)
    if (expiresAtMillis(read.success.details) > nowMillis && !wanted.has(id)) wanted.set(id, read.success)
  }
  const there = new Map(listed.map((each) => [listEntryId(each), each]))
  const add: Array<WantedEntry> = []
  const change: Array<WantedEntry> = []
  const others: Array<ListedEntry> = []
  for (const [id, each] of wanted) {
    const found = there.get(id)
    if (found === undefined) add.push(each)
    else if (found.source !== source) others.push(found)
    else if (!isSame(found, each.details)) change.push(each)
  }
  const remove = listed.filter((each) => each.source === source && !wanted.has(listEntryId(each)))
  const same = wanted.size - add.length - change.length - others.length
  return { add, change, remove, same, others, refused }
}

/** A sync that takes off more than this is more likely a broken export than news. */
export const removalAllowed = ({ change, remove, same }: SyncPlan, percent: number): boolean =>
  remove.length <= ((change.length + same + remove.length) * percent) / 100
