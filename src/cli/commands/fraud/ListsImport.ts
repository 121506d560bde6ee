import { Console, Effect, FileSystem, Result } from "effect"
import type { ImportLine } from "../../../domain/fraud/lists/ImportLines.ts"
import { parseImport } from "../../../domain/fraud/lists/ImportLines.ts"
import type { ListSource } from "../../../domain/fraud/lists/ListEntry.ts"
import type { ListName } from "../../../domain/fraud/lists/ListValue.ts"
import type { ImportReport } from "../../../http/api/FraudListsApi.ts"
import type { ApiClient } from "../../../http/api/ApiClient.ts"
import { patiently, withApi } from "../../ApiConnection.ts"
import { CliFailure } from "../../CliFailure.ts"
import type { OutputFormat } from "../../Output.ts"
import { printRows } from "../../Output.ts"
import type { Column } from "../../Table.ts"

/** Most lines of one file. */
const maxFileLines = 1_000_000

/** Lines, and characters, of one request: well within what a body may have and a request may take. */
const linesPerRequest = 1_000
const charactersPerRequest = 100_000

type Item = ImportReport["items"][number]

const columns: ReadonlyArray<Column<Item>> = [
  { title: "line", cell: (row) => row.line, right: true },
  { title: "outcome", cell: (row) => row.outcome },
  { title: "value", cell: (row) => row.value },
  { title: "why", cell: (row) => row.detail }
]

interface Batch {
  /** JSON lines. */
  readonly text: string
  /** Where each line stands in the file. */
  readonly lines: ReadonlyArray<number>
}

/** What is readable, in portions that one request each may carry. */
const batchesOf = (lines: ReadonlyArray<ImportLine>): ReadonlyArray<Batch> => {
  const batches: Array<{ text: string; lines: Array<number> }> = []
  for (const { entry, line } of lines) {
    if (Result.isFailure(entry)) continue
    const json = `${JSON.stringify(entry.success)}\n`
    const last = batches.at(-1)
    if (last && last.lines.length < linesPerRequest && last.text.length + json.length <= charactersPerRequest) {
      last.text += json
      last.lines.push(line)
    } else {
      batches.push({ text: json, lines: [line] })
    }
  }
  return batches
}

const unreadable = ({ entry, line }: ImportLine): ReadonlyArray<Item> =>
  Result.isFailure(entry) ? [{ line, outcome: "refused", value: "", detail: entry.failure }] : []

export interface ImportDefaults {
  readonly list: ListName
  readonly reason: string
  readonly source: ListSource
  readonly force: boolean
}

/** Lines of a file in the form of an import, which its name tells. */
export const linesOf = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(file)
  const lines = parseImport(file.endsWith(".jsonl") ? "jsonl" : "csv", text, maxFileLines)
  return lines.length > maxFileLines ? yield* CliFailure.refused(`a file has ${maxFileLines} lines at most`) : lines
})

/** Sends what is readable, portion by portion; what became of each line. */
export const sendLines = Effect.fnUntraced(function* (
  api: ApiClient,
  lines: ReadonlyArray<ImportLine>,
  { list, ...defaults }: ImportDefaults
) {
  const answers = yield* Effect.forEach(batchesOf(lines), (batch) =>
    patiently(
      api.fraudLists.import({
        params: { list },
        headers: {},
        payload: { format: "jsonl", text: batch.text, ...defaults }
      })
    ).pipe(Effect.map(({ items }) => items.map((item) => ({ ...item, line: batch.lines[item.line - 1] ?? item.line }))))
  )
  return answers.flat()
})

/** Sends a file to the plane; what was not listed is shown, and makes the command fail. */
export const importLists = Effect.fnUntraced(function* (
  options: ImportDefaults & { readonly output: OutputFormat; readonly file: string }
) {
  const { file, output, ...defaults } = options
  const lines = yield* linesOf(file)
  const answers = yield* withApi((api) => sendLines(api, lines, defaults))
  const items = [...lines.flatMap(unreadable), ...answers].toSorted((one, other) => one.line - other.line)
  const amiss = items.filter(({ outcome }) => outcome === "refused" || outcome === "failed")
  yield* printRows(output, columns, output === "json" ? items : items.filter(({ outcome }) => outcome !== "listed"))
  const summary = `${items.length - amiss.length} of ${items.length} lines are on the ${defaults.list} list`
  if (amiss.length > 0) return yield* CliFailure.refused(summary)
  yield* Console.error(summary)
})
