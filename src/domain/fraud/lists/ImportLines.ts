import { Option, Result, Schema } from "effect"
import { ListSource } from "./ListEntry.ts"
import { ListKind } from "./ListValue.ts"

export const ImportFormat = Schema.Literals(["csv", "jsonl"])
export type ImportFormat = typeof ImportFormat.Type

/** Most lines that one import takes. */
export const maxImportLines = 10_000

/** Longest text of a single field, in characters. */
const maxFieldLength = 500

const text = Schema.String.check(Schema.isMaxLength(maxFieldLength))

/** One line: what is to be listed. What is absent has the default of the import. */
export const ImportEntry = Schema.Struct({
  kind: ListKind,
  value: text,
  reason: Schema.optionalKey(text),
  expiresAt: Schema.optionalKey(text),
  source: Schema.optionalKey(ListSource),
  reference: Schema.optionalKey(text)
})
export type ImportEntry = typeof ImportEntry.Type

export interface ImportLine {
  /** Where it stands in the text, from 1; the header of a CSV is line 1. */
  readonly line: number
  /** What it says, or why it cannot be read. */
  readonly entry: Result.Result<ImportEntry, string>
}

/** Columns of a CSV without a header, in this order; with one, they come in any order. */
const columns = ["kind", "value", "reason", "expiresAt", "source", "reference"]

interface Reader {
  readonly text: string
  at: number
  line: number
}

/** A quoted field (RFC 4180): quotes inside are doubled, line breaks are part of it. */
const quotedField = (reader: Reader): string => {
  let field = ""
  for (reader.at++; reader.at < reader.text.length; reader.at++) {
    const character = reader.text[reader.at] ?? ""
    if (character === '"' && reader.text[reader.at + 1] !== '"') {
      reader.at++
      return field
    }
    if (character === '"') reader.at++
    if (character === "\n") reader.line++
    field += character
  }
  return field
}

const plainField = (reader: Reader): string => {
  const start = reader.at
  while (reader.at < reader.text.length && !",\n".includes(reader.text[reader.at] ?? "")) reader.at++
  return reader.text.slice(start, reader.at).replace(/\r$/, "")
}

/** One record, up to its line break. */
const csvRecord = (reader: Reader): ReadonlyArray<string> => {
  const fields: Array<string> = []
  for (;;) {
    const field = reader.text[reader.at] === '"' ? quotedField(reader) : plainField(reader)
    fields.push(field.trim())
    // What stands between a closing quote and the next comma is no part of any field.
    while (reader.at < reader.text.length && !",\n".includes(reader.text[reader.at] ?? "")) reader.at++
    const end = reader.text[reader.at]
    reader.at++
    if (end === ",") continue
    if (end === "\n") reader.line++
    return fields
  }
}

const decodeEntry = Schema.decodeUnknownResult(ImportEntry)

const entryOf = (fields: Readonly<Record<string, unknown>>): Result.Result<ImportEntry, string> =>
  Result.mapError(decodeEntry(fields), (error) => error.message.replace(/\s+/g, " ").slice(0, maxFieldLength))

const parseCsv = (csv: string, linesMax: number): ReadonlyArray<ImportLine> => {
  const reader: Reader = { text: csv, at: 0, line: 1 }
  const lines: Array<ImportLine> = []
  let names: ReadonlyArray<string> = columns
  while (reader.at < csv.length && lines.length <= linesMax) {
    const { line } = reader
    const fields = csvRecord(reader)
    if (fields.every((field) => field === "")) continue
    if (lines.length === 0 && names === columns && fields.includes("value")) {
      names = fields.map((name) => (name === "expires_at" ? "expiresAt" : name))
      continue
    }
    const named = names.flatMap((name, index) => (fields[index] ? [[name, fields[index]]] : []))
    lines.push({ line, entry: entryOf(Object.fromEntries(named)) })
  }
  return lines
}

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

const parseJsonLines = (jsonLines: string, linesMax: number): ReadonlyArray<ImportLine> =>
  jsonLines
    .split("\n")
    .map((each, index) => ({ each: each.trim(), line: index + 1 }))
    .filter(({ each }) => each !== "")
    .slice(0, linesMax + 1)
    .map(({ each, line }) => ({
      line,
      entry: Option.match(decodeJson(each), { onNone: () => Result.fail("no JSON object"), onSome: entryOf })
    }))

/** The lines of an import; one more than `linesMax` when there are too many. */
export const parseImport = (
  format: ImportFormat,
  text: string,
  linesMax = maxImportLines
): ReadonlyArray<ImportLine> => {
  const withoutMark = text.startsWith("\uFEFF") ? text.slice(1) : text
  return format === "csv" ? parseCsv(withoutMark, linesMax) : parseJsonLines(withoutMark, linesMax)
}
