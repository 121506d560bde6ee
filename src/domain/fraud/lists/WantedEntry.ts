import { Result } from "effect"
import type { ImportEntry } from "./ImportLines.ts"
import type { ListEntryDetails, ListEntryKey } from "./ListEntry.ts"
import type { ListName } from "./ListValue.ts"
import { normaliseListValue } from "./ListValue.ts"

/** What holds for lines that do not say otherwise. */
export interface ImportDefaults {
  readonly reason: string
  readonly source: ListEntryDetails["source"]
  readonly reference: string | null
}

/** What a line of an import asks for, in the one form of its value. */
export interface WantedEntry {
  readonly key: ListEntryKey
  readonly details: ListEntryDetails
}

const isoOf = (text: string | undefined): Result.Result<string | null, string> => {
  if (text === undefined) return Result.succeed(null)
  const millis = Date.parse(text)
  return Number.isNaN(millis)
    ? Result.fail("expiresAt is no instant such as 2026-01-31T23:59:59Z")
    : Result.succeed(new Date(millis).toISOString())
}

export const wantedOf = (
  list: ListName,
  entry: ImportEntry,
  defaults: ImportDefaults
): Result.Result<WantedEntry, string> =>
  Result.gen(function* () {
    const value = yield* Result.mapError(normaliseListValue(entry.kind, entry.value), ({ detail }) => detail)
    const { reason = defaults.reason, reference = defaults.reference, source = defaults.source } = entry
    const expiresAt = yield* isoOf(entry.expiresAt)
    return { key: { list, kind: entry.kind, value }, details: { reason, expiresAt, source, reference } }
  })
