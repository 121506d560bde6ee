import { Effect } from "effect"
import { journalEvents, journalSeals } from "./BackupFormat.ts"
import { makeJournalCheck } from "./JournalCheck.ts"
import { readBackup } from "./ReadBackup.ts"

/** Reads all of a backup and proves its checksum, its rows' numbers and the journal's chain; gives its header. */
export const verifyBackup = Effect.fnUntraced(function* (path: string) {
  const journal = makeJournalCheck()
  const header = yield* readBackup(path, {
    header: () => Effect.void,
    rows: (table, lines) => (table.name === journalEvents ? journal.events(table, lines) : Effect.void),
    sequences: () => Effect.void
  })
  const seals = header.tables.find(({ name }) => name === journalSeals)?.rows ?? 0
  yield* journal.end({ position: header.position, seal: header.seal, seals })
  return header
})
