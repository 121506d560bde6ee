import { Schema } from "effect"

/**
 * A backup is gzip over lines. First a {@link Header}; then for each table in its order a {@link TableMark} and a line a
 * row; then the {@link Sequences}; last the {@link Trailer}. A row is a JSON array with the text of each column as Postgres
 * writes it, or null. A row of `journal_events` has two values more: the hash of its entity's event before, and the seal
 * when a commit ends with it, so that a reader proves the chain while it reads.
 */
export const formatVersion = 1

/** Longest line that is read. */
export const maxLineBytes = 256 * 1024 * 1024

export const journalEvents = "journal_events"
export const journalSeals = "journal_seals"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const Table = Schema.Struct({
  name: Schema.String,
  columns: Schema.Array(Schema.String),
  rows: Count,
  /** Days (`YYYYMMDD`) that have a partition. */
  days: Schema.Array(Schema.String.check(Schema.isPattern(/^\d{8}$/)))
})

export const Header = Schema.Struct({
  tandemBackup: Schema.Int,
  takenAt: Schema.String,
  /** Of the last event in the journal. */
  position: Count,
  /** The running seal over all commits. */
  seal: Schema.String,
  migrations: Schema.Array(Schema.String),
  tables: Schema.Array(Table)
})
export type Header = typeof Header.Type
export type BackupTable = Header["tables"][number]

export const TableMark = Schema.Struct({ table: Schema.String })

export const Sequences = Schema.Struct({
  sequences: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String, called: Schema.Boolean }))
})
export type Sequences = typeof Sequences.Type

/** SHA-256, hex, over all lines before this one. */
export const Trailer = Schema.Struct({ sha256: Schema.String })

const trailerStart = '{"sha256":'
export const isTrailer = (line: string) => line.startsWith(trailerStart)

export const Row = Schema.Array(Schema.NullOr(Schema.String))

export const rowsOf = (header: Header) => header.tables.reduce((sum, { rows }) => sum + rows, 0)
