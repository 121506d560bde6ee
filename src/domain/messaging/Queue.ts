import type { MessageStatus } from "./Message.ts"

/** A lane that a node holds. The epoch goes up each time that it changes hands. */
export interface LaneLease {
  readonly lane: number
  readonly epoch: number
}

/** A message that is neither delivered nor given up. `sender` is the hash of its number, in hexadecimal. */
export interface QueuedMessage {
  readonly lane: number
  readonly seq: number
  readonly messageId: string
  readonly clientId: string
  readonly domain: string
  readonly sender: string
  readonly keyVersion: number
  readonly dueAtMillis: number
  readonly queuedAtMillis: number
}

/** What a node wants to know of the lanes that it holds. */
export interface QueueQuestion {
  readonly lanes: ReadonlyArray<LaneLease & { readonly afterSeq: number; readonly room: number }>
  /** Only of these. */
  readonly domains: ReadonlyArray<string>
  /** Seqs that it has already. */
  readonly known: ReadonlyArray<number>
  /** Senders whose first message has to wait, each as {@link lineOf} writes it. */
  readonly leftOut: ReadonlyArray<string>
}

/** How far a look at the table saw; transactions are counted from the beginning of the database. */
export interface Sight {
  /** The greatest seq that was visible. */
  readonly head: number
  /** The oldest transaction that was under way; all before it had ended. */
  readonly oldestOpen: number
  /** The first transaction that had not begun. */
  readonly firstToCome: number
}

/** Whose messages keep their order. */
export const lineOf = ({ domain, sender }: Pick<QueuedMessage, "domain" | "sender">) => `${domain} ${sender}`

/** What is written down of a message. `processing` begins an attempt. */
export interface QueueChange extends LaneLease {
  readonly seq: number
  readonly status: MessageStatus
  readonly dueAtMillis: number | null
  readonly error: string | null
}
