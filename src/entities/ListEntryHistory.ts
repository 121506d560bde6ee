import type { ListEntryState } from "../domain/fraud/lists/ListEntry.ts"
import {
  evolveListEntry,
  expiresAtMillis,
  ListEntryEvent,
  listEntryId,
  unknownListEntry
} from "../domain/fraud/lists/ListEntry.ts"
import type { Definition } from "./Aggregate.ts"

export const listEntryHistory: Definition<ListEntryState, ListEntryEvent> = {
  entityType: "ListEntry",
  initial: unknownListEntry,
  evolve: evolveListEntry,
  event: ListEntryEvent,
  wakeAtMillis: (state) =>
    state.status === "active" && state.expiresAt !== null ? Math.ceil(expiresAtMillis(state)) : null,
  row: (state) =>
    state.status === "unknown"
      ? undefined
      : {
          table: "list_entries",
          row: {
            entry_id: listEntryId(state),
            list: state.list,
            kind: state.kind,
            value: state.value,
            status: state.status,
            reason: state.reason,
            source: state.source,
            reference: state.reference,
            expires_at: state.expiresAt,
            changed_by: state.by
          }
        }
}
