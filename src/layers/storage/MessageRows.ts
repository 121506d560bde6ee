import { Context, Effect, Layer, type Option } from "effect"
import { SqlClient } from "effect/sql"
import type {
  MessageContent,
  MessageRecord,
  MessagesUnavailable,
  MessageUnreadable
} from "../../domain/messaging/Message.ts"
import { KeyRing } from "../messaging/KeyRing.ts"
import { makeMessageCleanUp } from "./messages/MessageCleanUp.ts"
import { makeMessageQueries, type MessageFilter } from "./messages/MessageQueries.ts"
import { type DomainQueue, domainQueues } from "./messages/QueueDepth.ts"

/** The messages that were taken in, for those who look after them. */
export class MessageRows extends Context.Service<
  MessageRows,
  {
    /** Newest first, those before a place; at most 201. */
    readonly list: (query: {
      readonly filter: MessageFilter
      readonly before: string | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<MessageRecord>, MessagesUnavailable>
    readonly get: (messageId: string) => Effect.Effect<Option.Option<MessageRecord>, MessagesUnavailable>
    /** Decrypts a message. Whoever shows it to somebody notes that first. */
    readonly readBody: (
      messageId: string
    ) => Effect.Effect<Option.Option<MessageContent>, MessagesUnavailable | MessageUnreadable>
    /** What waits, for each domain in which something does. */
    readonly waiting: Effect.Effect<ReadonlyArray<DomainQueue>, MessagesUnavailable>
    /** Removes some messages of a domain that ended and are older; how many, so that the caller comes again until it is none. */
    readonly clear: (domain: string, beforeMillis: number) => Effect.Effect<number, MessagesUnavailable>
  }
>()("tandem/layers/storage/MessageRows") {
  static readonly layer = Layer.effect(
    MessageRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      return MessageRows.of({
        ...makeMessageQueries(sql, yield* KeyRing),
        waiting: domainQueues(sql),
        clear: makeMessageCleanUp(sql)
      })
    })
  )
}
