import { Context, Effect, Layer, Option, Schema } from "effect"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import type {
  MessageContent,
  MessageRecord,
  MessagesUnavailable,
  MessageUnreadable
} from "../domain/messaging/Message.ts"
import { MessageStatus } from "../domain/messaging/Message.ts"
import { MessageRows } from "../layers/storage/MessageRows.ts"
import type { UnsentFilter } from "../layers/storage/messages/MessageReplays.ts"
import { MessageReplays } from "../layers/storage/messages/MessageReplays.ts"
import { MessagingNotes } from "../layers/storage/MessagingNotes.ts"

export class MessageUnknown extends Schema.TaggedError<MessageUnknown>()("MessageUnknown", {
  messageId: Schema.String
}) {}

/** Only what failed or is dead can be sent again. */
export class MessageStatusRefused extends Schema.TaggedError<MessageStatusRefused>()("MessageStatusRefused", {
  messageId: Schema.String,
  status: MessageStatus
}) {}

type Unavailable = JournalUnavailable | MessagesUnavailable

/** Whose dead letters were replayed, where that was not one domain's. */
const allDomains = "*"

const makeDesk = Effect.gen(function* () {
  const rows = yield* MessageRows
  const replays = yield* MessageReplays
  const notes = yield* MessagingNotes

  const get = Effect.fnUntraced(function* (messageId: string) {
    const found = yield* rows.get(messageId)
    return yield* Option.match(found, {
      onNone: () => Effect.fail(new MessageUnknown({ messageId })),
      onSome: Effect.succeed
    })
  })

  return MessageDesk.of({
    get,
    // What is done is noted first: a crash in between notes what did not happen, and never leaves unsaid what did.
    readBody: Effect.fn("MessageDesk.readBody")(function* (by, messageId) {
      const record = yield* get(messageId)
      yield* notes.ofMessage(messageId, { _tag: "MessageBodyRead", by })
      const content = yield* rows.readBody(messageId)
      if (Option.isNone(content)) return yield* new MessageUnknown({ messageId })
      return { record, content: content.value }
    }),
    replay: Effect.fn("MessageDesk.replay")(function* (by, messageId) {
      const { status } = yield* get(messageId)
      if (status !== "failed" && status !== "dead") return yield* new MessageStatusRefused({ messageId, status })
      yield* notes.ofMessage(messageId, { _tag: "MessageReplayed", by })
      yield* replays.replay({ messageId })
      return yield* get(messageId)
    }),
    replayMany: Effect.fn("MessageDesk.replayMany")(function* (by, filter) {
      const count = yield* replays.count(filter)
      if (count === 0) return 0
      yield* notes.ofDomain(filter.domain ?? allDomains, { _tag: "MessagesReplayed", count, by })
      return yield* replays.replay(filter)
    })
  })
})

/** What people do with messages, noted in the journal in the name of `by`. */
export class MessageDesk extends Context.Service<
  MessageDesk,
  {
    readonly get: (messageId: string) => Effect.Effect<MessageRecord, MessageUnknown | MessagesUnavailable>
    /** Decrypts a message for somebody. */
    readonly readBody: (
      by: string,
      messageId: string
    ) => Effect.Effect<
      { readonly record: MessageRecord; readonly content: MessageContent },
      MessageUnknown | MessageUnreadable | Unavailable
    >
    /** Delivers a message that failed or is dead once more, with all attempts before it. */
    readonly replay: (
      by: string,
      messageId: string
    ) => Effect.Effect<MessageRecord, MessageUnknown | MessageStatusRefused | Unavailable>
    /** The same for many, oldest first; how many, so that the caller comes again while it is as many as there may be. */
    readonly replayMany: (by: string, filter: UnsentFilter) => Effect.Effect<number, Unavailable>
  }
>()("tandem/entities/MessageDesk") {
  static readonly layer = Layer.effect(
    MessageDesk,
    Effect.suspend(() => makeDesk)
  )
}
