import { Schema } from "effect"
import type { JournalEvent } from "../../../domain/journal/JournalEvent.ts"

/** Another owner wrote to the entity since it was loaded: load again, decide again. */
export class VersionConflict extends Schema.TaggedError<VersionConflict>()("VersionConflict", {
  entityType: Schema.String,
  entityId: Schema.String,
  expectedVersion: Schema.Int,
  actualVersion: Schema.Int
}) {}

export interface NewEvent {
  readonly type: string
  /** A JSON value. */
  readonly payload: unknown
}

/** A whole row of a read model, written in the same transaction as the events. */
export interface ReadModelRow {
  readonly table:
    | "orders"
    | "numbers"
    | "backorders"
    | "gateways"
    | "fraud_alerts"
    | "list_entries"
    | "certificate_authorities"
    | "certificate_clients"
    | "certificates"
  readonly row: Readonly<Record<string, unknown>>
}

export interface Append {
  readonly entityType: string
  readonly entityId: string
  /** 0 for an entity without history. */
  readonly expectedVersion: number
  /** Hash of the entity's last event; empty for an entity without history. */
  readonly previousHash: string
  readonly events: ReadonlyArray<NewEvent>
  readonly command?: {
    readonly key: string
    /** Digest of what was asked, so that a key that comes again with something else is told apart. */
    readonly fingerprint: string
    /** The JSON answer that the key gets from now on. */
    readonly reply: string
  }
  /** One row, or several with keys of their own. */
  readonly row?: ReadModelRow | ReadonlyArray<ReadModelRow>
  /** When the entity wants to be woken next (milliseconds since the epoch); null: never; absent: as before. */
  readonly wakeAtMillis?: number | null
}

export type AppendOutcome =
  | { readonly _tag: "Appended"; readonly version: number; readonly hash: string }
  /** The key was answered before; this is that answer. Nothing was written. */
  | { readonly _tag: "AlreadyAnswered"; readonly reply: string }

export interface History {
  readonly version: number
  readonly hash: string
  readonly events: ReadonlyArray<JournalEvent>
}
