import type { TimelineEntry } from "../http/api/Views.ts"
import type { Column } from "./Table.ts"

/** How the history of any actor is shown. */
export const historyColumns: ReadonlyArray<Column<TimelineEntry>> = [
  { title: "at", cell: (row) => row.occurredAt },
  { title: "version", cell: (row) => row.version, right: true },
  { title: "what happened", cell: (row) => row.summary }
]

/** The same, with the request that each event belongs to. */
export const timelineColumns: ReadonlyArray<Column<TimelineEntry>> = [
  ...historyColumns,
  { title: "request", cell: (row) => row.requestId }
]
