import { Context, Effect, Layer, Schedule, Schema } from "effect"
import { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { Journal } from "./Journal.ts"

const by = { by: Schema.String }

/** What was done to a subscription and by whom. Of its address only the host is told, for the rest may hold a secret. */
export const SubscriptionEvent = Schema.Union([
  Schema.TaggedStruct("SubscriptionCreated", {
    name: Schema.String,
    host: Schema.String,
    format: Schema.String,
    ...by
  }),
  Schema.TaggedStruct("SubscriptionChanged", { name: Schema.String, host: Schema.String, ...by }),
  Schema.TaggedStruct("SubscriptionSecretChanged", by),
  Schema.TaggedStruct("SubscriptionEnabled", by),
  Schema.TaggedStruct("SubscriptionDisabled", { reason: Schema.String, ...by }),
  Schema.TaggedStruct("SubscriptionDeleted", by)
])
export type SubscriptionEvent = typeof SubscriptionEvent.Type

const entityType = "Subscription"

/** Another node may write a note at the same time. */
const again = Schedule.exponential("5 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 8 }))

/** The journal's record of subscriptions: who told the plane to send what where. */
export class SubscriptionNotes extends Context.Service<
  SubscriptionNotes,
  {
    readonly write: (subscriptionId: string, event: SubscriptionEvent) => Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/layers/storage/SubscriptionNotes") {
  static readonly layer: Layer.Layer<SubscriptionNotes, never, Journal> = Layer.effect(
    SubscriptionNotes,
    Effect.gen(function* () {
      const journal = yield* Journal
      return SubscriptionNotes.of({
        write: (subscriptionId, event) =>
          Effect.gen(function* () {
            const { hash, version } = yield* journal.load(entityType, subscriptionId)
            yield* journal.append({
              entityType,
              entityId: subscriptionId,
              expectedVersion: version,
              previousHash: hash,
              events: [{ type: event._tag, payload: Schema.encodeSync(SubscriptionEvent)(event) }]
            })
          }).pipe(
            Effect.retry({ schedule: again, while: ({ _tag }) => _tag === "VersionConflict" }),
            Effect.mapError((error) =>
              error._tag === "JournalUnavailable" ? error : new JournalUnavailable({ detail: "others keep writing" })
            )
          )
      })
    })
  )
}
