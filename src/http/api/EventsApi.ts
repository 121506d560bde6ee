import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { JournalEvent } from "../../domain/journal/JournalEvent.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { EntityName } from "./Parameters.ts"
import { TooManySubscribers } from "./ServiceProblems.ts"

/** A global position of the journal; 0 is before the first event. */
const Position = Schema.String.check(Schema.isPattern(/^\d{1,15}$/, { expected: "a position of the journal" })).pipe(
  Schema.decodeTo(Schema.FiniteFromString)
)

export class EventsApi extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.get("follow", "/events", {
      query: {
        after: Schema.optionalKey(Position),
        entityType: Schema.optionalKey(EntityName),
        entityId: Schema.optionalKey(EntityName)
      },
      headers: { "last-event-id": Schema.optionalKey(Position) },
      success: HttpApiSchema.StreamSse({ data: JournalEvent }),
      error: TooManySubscribers
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "Events as they are committed (Server-Sent Events)")
      .annotate(
        OpenApi.Description,
        "Begins after Last-Event-ID or `after`, else with the next event. Each event's id is its position in the journal. " +
          "A comment comes every 15 seconds when nothing else does."
      )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The journal, live.") {}
