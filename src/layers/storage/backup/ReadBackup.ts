import { Effect, Schema, Stream } from "effect"
import { BackupDamaged, BackupTooNew } from "./BackupErrors.ts"
import type { BackupTable } from "./BackupFormat.ts"
import { formatVersion, Header, Sequences, TableMark } from "./BackupFormat.ts"
import { backupLines } from "./BackupLines.ts"

/** What is done with the parts of a backup as they come. */
export interface Visitor<E, R> {
  readonly header: (header: Header) => Effect.Effect<void, E, R>
  /** Some rows, each as its line. */
  readonly rows: (table: BackupTable, lines: ReadonlyArray<string>) => Effect.Effect<void, E, R>
  readonly sequences: (sequences: Sequences) => Effect.Effect<void, E, R>
}

const damaged = (detail: string) => new BackupDamaged({ detail })

const decoder =
  <S extends Schema.ConstraintDecoder<unknown>>(schema: S, what: string) =>
  (line: string) =>
    Schema.decodeEffect(Schema.fromJsonString(schema))(line).pipe(
      Effect.mapError(() => damaged(`${what} is not there`))
    )

const decodeVersion = decoder(Schema.Struct({ tandemBackup: Schema.Int }), "its header")
const decodeHeader = decoder(Header, "its header")
const decodeMark = decoder(TableMark, "the beginning of a table")
const decodeSequences = decoder(Sequences, "the list of sequences")

const readHeader = Effect.fnUntraced(function* (line: string) {
  const { tandemBackup } = yield* decodeVersion(line)
  if (tandemBackup > formatVersion) return yield* new BackupTooNew({ unknown: [`format ${tandemBackup}`] })
  return yield* decodeHeader(line)
})

const isRow = (line: string) => line.startsWith("[")

/** Reads all of a backup, and fails when a part is missing, too many, or in another place. */
export const readBackup = Effect.fnUntraced(function* <E, R>(path: string, visitor: Visitor<E, R>) {
  let header: Header | undefined
  let index = -1
  let missing = 0
  let complete = false

  const takeMark = Effect.fnUntraced(function* (tables: Header["tables"], line: string) {
    if (missing > 0) return yield* damaged(`${missing} rows of ${tables[index]?.name} are missing`)
    index += 1
    const table = tables[index]
    if (table !== undefined) {
      if ((yield* decodeMark(line)).table !== table.name) return yield* damaged(`${table.name} is missing`)
      missing = table.rows
      return
    }
    if (complete) return yield* damaged("there is more behind its last part")
    complete = true
    return yield* visitor.sequences(yield* decodeSequences(line))
  })

  const take = Effect.fnUntraced(function* (lines: ReadonlyArray<string>) {
    let at = 0
    if (header === undefined) {
      header = yield* readHeader(lines[at++] ?? "")
      yield* visitor.header(header)
    }
    while (at < lines.length) {
      const from = at
      while (isRow(lines[at] ?? "")) at += 1
      if (at > from) {
        const table = header.tables[index]
        missing -= at - from
        if (table === undefined || missing < 0) return yield* damaged("it has rows that were not there")
        yield* visitor.rows(table, lines.slice(from, at))
      } else {
        yield* takeMark(header.tables, lines[at++] ?? "")
      }
    }
  })

  yield* Stream.runForEach(backupLines(path), take)
  if (header === undefined || !complete) return yield* damaged("it is cut off")
  return header
})
