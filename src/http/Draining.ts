import { Context, Deferred, Effect, Layer, Stream } from "effect"
import { HttpBody, HttpServerResponse } from "effect/http"

/**
 * Says when the server has begun to stop. Event streams have no end of their own: they end then, at once, and their
 * clients come back to another node with `Last-Event-ID`. All other answers are given whole, and close their connection.
 */
export class Draining extends Context.Service<
  Draining,
  {
    readonly begin: Effect.Effect<void>
    readonly ending: (
      response: HttpServerResponse.HttpServerResponse
    ) => Effect.Effect<HttpServerResponse.HttpServerResponse>
  }
>()("tandem/http/Draining") {
  static readonly layer = Layer.effect(
    Draining,
    Effect.map(Deferred.make<void>(), (begun) =>
      Draining.of({
        begin: Effect.asVoid(Deferred.succeed(begun, undefined)),
        ending: (response) =>
          Effect.map(Deferred.isDone(begun), (stopping) => {
            const last = stopping ? HttpServerResponse.setHeader(response, "connection", "close") : response
            return endingEvents(last, Deferred.await(begun))
          })
      })
    )
  )
}

const endingEvents = (response: HttpServerResponse.HttpServerResponse, end: Effect.Effect<void>) =>
  response.body._tag === "Stream" && response.body.contentType.startsWith("text/event-stream")
    ? HttpServerResponse.setBody(
        response,
        HttpBody.stream(Stream.interruptWhen(response.body.stream, end), response.body.contentType)
      )
    : response

/** Built after the server, and so closed before it. */
export const layerBeginAtClose = Layer.effectDiscard(
  Effect.flatMap(Draining, ({ begin }) => Effect.addFinalizer(() => begin))
)
