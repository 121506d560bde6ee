import { NodeHttpServer } from "@effect/platform-node"
import { Config, Effect, Layer, Schema } from "effect"
import { HttpRouter, HttpServer, UrlParams } from "effect/http"
import { createServer } from "node:http"
import type { Server as NodeServer } from "node:http"
import { Admission } from "./Admission.ts"
import { Draining, layerBeginAtClose } from "./Draining.ts"
import * as EdgeMiddleware from "./EdgeMiddleware.ts"
import * as RouteTable from "./RouteTable.ts"
import * as Limits from "./ServerLimits.ts"

export interface ServerAddress {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

/** 0: any free port. */
const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))

const settings = Config.all({
  host: Config.NonEmptyString("TANDEM_HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.schema(Port, "TANDEM_PORT").pipe(Config.withDefault(8080))
})

const makeNodeServer = (): NodeServer => {
  const server = createServer({
    maxHeaderSize: Limits.maxHeaderBytes,
    headersTimeout: Limits.headersTimeoutMillis,
    requestTimeout: Limits.receiveTimeoutMillis,
    keepAliveTimeout: Limits.keepAliveTimeoutMillis
  })
  server.maxHeadersCount = Limits.maxHeaders
  // The socket listens a little before the routes are there; without this, whoever comes then would never be answered.
  server.on("request", (_, response) => {
    if (server.listenerCount("request") > 1) return
    response.writeHead(503, { "retry-after": String(Limits.busyRetryAfterSeconds) }).end()
  })
  return server
}

/** Closed after the routes and before the socket: a client that never goes away cannot keep the process from ending. */
const cutAtClose = (server: NodeServer) =>
  Layer.effectDiscard(
    Effect.flatMap(HttpServer.HttpServer, () =>
      Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
    )
  )

const listener = ({ host, port }: ServerAddress) =>
  Layer.unwrap(
    Effect.sync(() => {
      const server = makeNodeServer()
      return Layer.provideMerge(
        cutAtClose(server),
        NodeHttpServer.layer(() => server, {
          host,
          port,
          backlog: Limits.acceptBacklog,
          gracefulShutdownTimeout: Limits.drainTimeoutMillis
        })
      )
    })
  )

/** Traces are kept longer than requests: what is searched for in the portal may be somebody's number. */
const redacted = Layer.effect(
  UrlParams.CurrentRedactedNames,
  Effect.map(UrlParams.CurrentRedactedNames, (usual) => [...usual, "search"])
)

const edge = (admission: Layer.Layer<Admission>) =>
  Layer.provideMerge(EdgeMiddleware.layer, [RouteTable.RouteTable.layer, admission, Draining.layer])

/**
 * Serves the routes at an address. Fails with `ServeError` when the address is taken or not ours. When it closes, no more
 * connections are taken, and requests under way have `drainTimeoutMillis` to end.
 */
export const layerAt =
  (address: ServerAddress, admission = Admission.layer) =>
  <A, E, R>(routes: Layer.Layer<A, E, R>) =>
    HttpRouter.serve(routes.pipe(Layer.provide(RouteTable.layerNoting), Layer.provideMerge(edge(admission))), {
      disableLogger: true,
      // Without a middleware there would be no span, and so no trace id to call the request by.
      middleware: (app) => app
    }).pipe(
      (serving) => Layer.provideMerge(layerBeginAtClose, serving),
      Layer.provide(redacted),
      Layer.provideMerge(listener(address))
    )

/** Serves the routes at `TANDEM_HOST` (127.0.0.1) and `TANDEM_PORT` (8080). */
export const layer = <A, E, R>(routes: Layer.Layer<A, E, R>) =>
  Layer.unwrap(Effect.map(settings, (address) => layerAt(address)(routes)))
