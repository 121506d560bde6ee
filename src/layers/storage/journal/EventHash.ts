import { hash } from "node:crypto"

export interface HashedEvent {
  readonly entityType: string
  readonly entityId: string
  readonly version: number
  readonly type: string
  /** The payload's JSON text, exactly as stored. */
  readonly payload: string
  readonly commandKey: string | null
  readonly requestId: string | null
  readonly occurredAtMillis: number
}

/** SHA-256, hex, over the previous event's hash and everything that the event says: a chain per entity. */
export const eventHash = (previousHash: string, event: HashedEvent): string =>
  hash(
    "sha256",
    JSON.stringify([
      previousHash,
      event.entityType,
      event.entityId,
      event.version,
      event.type,
      event.payload,
      event.commandKey,
      event.requestId,
      event.occurredAtMillis
    ])
  )

/** SHA-256, hex, over the previous commit's seal and the hashes of this commit's events in global order. */
export const commitSeal = (previousSeal: string, eventHashes: ReadonlyArray<string>): string =>
  hash("sha256", previousSeal + eventHashes.join(""))
