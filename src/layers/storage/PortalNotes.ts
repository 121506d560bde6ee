import { Context, Effect, Layer, Schedule, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { PortalRole } from "../../domain/access/PortalUser.ts"
import { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { Journal } from "./Journal.ts"
import { orUnavailable } from "./RowQueries.ts"

/** Who did it, a user's id or an API key's name, and from which address. */
const who = { by: Schema.String, source: Schema.NullOr(Schema.String) }

const standing = { role: PortalRole, clientId: Schema.NullOr(Schema.String) }

/** What happened to an account. Addresses are not noted, since nobody can be forgotten here; passwords and tokens never are. */
export const PortalEvent = Schema.Union([
  Schema.TaggedStruct("PortalUserCreated", { ...standing, ...who }),
  Schema.TaggedStruct("PortalUserChanged", { ...standing, isActive: Schema.Boolean, ...who }),
  Schema.TaggedStruct("PortalUserRemoved", who),
  Schema.TaggedStruct("PortalLoggedIn", { sessionId: Schema.String, ...who }),
  Schema.TaggedStruct("PortalLoggedOut", { sessionId: Schema.String, ...who }),
  Schema.TaggedStruct("PortalLoginLocked", who),
  Schema.TaggedStruct("PortalRefreshTokenReused", { sessionId: Schema.String, ...who }),
  Schema.TaggedStruct("PortalPasswordChanged", who),
  Schema.TaggedStruct("PortalPasswordReset", who),
  Schema.TaggedStruct("PortalPasswordResetMade", who)
])
export type PortalEvent = typeof PortalEvent.Type

const entityType = "PortalUser"

/** Another node may write a note at the same time. */
const again = Schedule.exponential("5 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 8 }))

/** The journal's record of who logged in to the portal and what was done to its accounts. */
export class PortalNotes extends Context.Service<
  PortalNotes,
  { readonly write: (userId: string, event: PortalEvent) => Effect.Effect<void, JournalUnavailable> }
>()("tandem/layers/storage/PortalNotes") {
  static readonly layer: Layer.Layer<PortalNotes, never, Journal | SqlClient.SqlClient> = Layer.effect(
    PortalNotes,
    Effect.gen(function* () {
      const journal = yield* Journal
      const sql = yield* SqlClient.SqlClient

      // Somebody who logs in every day has a long history; its end is enough.
      const end = (userId: string) =>
        sql<{ readonly version: number; readonly hash: string }>`SELECT version, hash FROM journal_entities
          WHERE entity_type = ${entityType} AND entity_id = ${userId}`.pipe(
          Effect.map(([row]) => row ?? { version: 0, hash: "" }),
          orUnavailable
        )

      return PortalNotes.of({
        write: (userId, event) =>
          Effect.gen(function* () {
            const { hash, version } = yield* end(userId)
            yield* journal.append({
              entityType,
              entityId: userId,
              expectedVersion: version,
              previousHash: hash,
              events: [{ type: event._tag, payload: Schema.encodeSync(PortalEvent)(event) }]
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
