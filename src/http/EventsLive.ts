import { Effect, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { JournalEvent } from "../domain/journal/JournalEvent.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { EventFeed } from "./EventFeed.ts"
import { problemOf } from "./ProblemDetails.ts"

/** A silent connection is dropped by proxies; a comment keeps it. The first one comes at once. */
export const heartbeatSeconds = 15
const heartbeat = ":\n\n"

/** The contract states the events; the handler writes the stream itself, for the contract knows no comments. */
export const EventsLive = HttpApiBuilder.group(
  TandemApi,
  "events",
  Effect.fnUntraced(function* (handlers) {
    const feed = yield* EventFeed
    return handlers.handle(
      "follow",
      Effect.fnUntraced(function* ({ headers, query }) {
        const events = yield* feed
          .follow(headers["last-event-id"] ?? query.after)
          .pipe(Effect.mapError((error) => (error._tag === "JournalUnavailable" ? problemOf(error) : error)))
        const wanted = ({ entityId, entityType }: JournalEvent) =>
          entityType === (query.entityType ?? entityType) && entityId === (query.entityId ?? entityId)
        return HttpServerResponse.stream(eventStreamText(Stream.filter(events, wanted)), {
          contentType: "text/event-stream",
          headers: { "cache-control": "no-store", "x-accel-buffering": "no" }
        })
      })
    )
  })
)

/**
 * Server-Sent Events (WHATWG HTML, 9.2). When the journal cannot be read the stream ends, and the client comes back with
 * its Last-Event-ID.
 */
export const eventStreamText = <E>(events: Stream.Stream<JournalEvent, E>): Stream.Stream<Uint8Array> =>
  Stream.merge(
    Stream.map(events, (event) => `id: ${event.position}\ndata: ${JSON.stringify(event)}\n\n`),
    Stream.tick(`${heartbeatSeconds} seconds`).pipe(Stream.map(() => heartbeat)),
    { haltStrategy: "left" }
  ).pipe(
    Stream.catch(() => Stream.empty),
    Stream.encodeText
  )
