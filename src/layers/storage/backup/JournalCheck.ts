import { Effect, Option, Schema } from "effect"
import { commitSeal, eventHash } from "../journal/EventHash.ts"
import type { BackupTable } from "./BackupFormat.ts"
import { Row } from "./BackupFormat.ts"
import { BackupDamaged } from "./BackupErrors.ts"

const damaged = (detail: string) => new BackupDamaged({ detail })
const decodeRow = Schema.decodeOption(Schema.fromJsonString(Row))

/** The session's time zone was UTC: `2026-01-31 12:00:00.5+00`. */
const millisOf = (text: string) => Date.parse(`${text.replace(" ", "T")}:00`)

/** Proves events in the order of their positions, in memory as for the largest commit. */
export const makeJournalCheck = () => {
  let position = 0
  let seal = ""
  let seals = 0
  let hashes: Array<string> = []

  const check = ({ columns }: BackupTable, line: string): string | undefined => {
    const row = Option.getOrUndefined(decodeRow(line))
    if (row?.length !== columns.length + 2) return `the event after position ${position} cannot be read`
    const text = (column: string) => row[columns.indexOf(column)] ?? null
    position += 1
    if (text("position") !== String(position)) return `the event at position ${position} is missing`
    const hash = text("hash") ?? ""
    const expected = eventHash(row[columns.length] ?? "", {
      entityType: text("entity_type") ?? "",
      entityId: text("entity_id") ?? "",
      version: Number(text("version")),
      type: text("event_type") ?? "",
      payload: text("payload") ?? "",
      commandKey: text("command_key"),
      requestId: text("request_id"),
      occurredAtMillis: millisOf(text("occurred_at") ?? "")
    })
    if (hash !== expected) return `the event at position ${position} was changed`
    hashes.push(hash)
    const sealed = row[columns.length + 1] ?? null
    if (sealed === null) return undefined
    if (commitSeal(seal, hashes) !== sealed) return `the commit up to position ${position} is not as it was committed`
    seal = sealed
    seals += 1
    hashes = []
    return undefined
  }

  return {
    events: (table: BackupTable, lines: ReadonlyArray<string>) =>
      Effect.suspend(() => {
        for (const line of lines) {
          const finding = check(table, line)
          if (finding !== undefined) return Effect.fail(damaged(finding))
        }
        return Effect.void
      }),
    /** The journal's end is that of the header, and every commit is sealed. */
    end: (expected: { readonly position: number; readonly seal: string; readonly seals: number }) =>
      position === expected.position && seal === expected.seal && seals === expected.seals && hashes.length === 0
        ? Effect.void
        : Effect.fail(damaged("the journal's end is missing or changed"))
  }
}
