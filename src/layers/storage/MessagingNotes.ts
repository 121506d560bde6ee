import { Context, Effect, Layer, Schedule, Schema } from "effect"
import { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { Journal } from "./Journal.ts"

const by = { by: Schema.String }

const settled = {
  enabled: Schema.Boolean,
  retentionDays: Schema.Int,
  maxAttempts: Schema.Int,
  firstRetrySeconds: Schema.Int,
  maxRetrySeconds: Schema.Int
}

/** What was done to a domain of messages. Of its address only the host is told, for the rest may hold a secret. */
export const MessageDomainEvent = Schema.Union([
  Schema.TaggedStruct("MessageDomainSet", { host: Schema.String, ...settled, ...by }),
  Schema.TaggedStruct("MessageDomainSecretChanged", by),
  Schema.TaggedStruct("MessageDomainRemoved", by),
  Schema.TaggedStruct("MessagesReplayed", { count: Schema.Int, ...by })
])
export type MessageDomainEvent = typeof MessageDomainEvent.Type

/** What people did with one message; never what it says. */
export const MessageEvent = Schema.Union([
  Schema.TaggedStruct("MessageBodyRead", by),
  Schema.TaggedStruct("MessageReplayed", by)
])
export type MessageEvent = typeof MessageEvent.Type

/** Another node may write a note at the same time. */
const again = Schedule.exponential("5 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 8 }))

/** The journal's record of who routed messages where, read one, or had some sent again. */
export class MessagingNotes extends Context.Service<
  MessagingNotes,
  {
    readonly ofDomain: (domain: string, event: MessageDomainEvent) => Effect.Effect<void, JournalUnavailable>
    readonly ofMessage: (messageId: string, event: MessageEvent) => Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/layers/storage/MessagingNotes") {
  static readonly layer: Layer.Layer<MessagingNotes, never, Journal> = Layer.effect(
    MessagingNotes,
    Effect.gen(function* () {
      const journal = yield* Journal
      const write = (
        entityType: string,
        entityId: string,
        event: { readonly type: string; readonly payload: unknown }
      ) =>
        Effect.gen(function* () {
          const { hash, version } = yield* journal.load(entityType, entityId)
          yield* journal.append({ entityType, entityId, expectedVersion: version, previousHash: hash, events: [event] })
        }).pipe(
          Effect.retry({ schedule: again, while: ({ _tag }) => _tag === "VersionConflict" }),
          Effect.mapError((error) =>
            error._tag === "JournalUnavailable" ? error : new JournalUnavailable({ detail: "others keep writing" })
          )
        )
      return MessagingNotes.of({
        ofDomain: (domain, event) =>
          write("MessageDomain", domain, {
            type: event._tag,
            payload: Schema.encodeSync(MessageDomainEvent)(event)
          }),
        ofMessage: (messageId, event) =>
          write("Message", messageId, { type: event._tag, payload: Schema.encodeSync(MessageEvent)(event) })
      })
    })
  )
}
