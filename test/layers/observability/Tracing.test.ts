import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Ref } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import * as Tracing from "../../../src/layers/observability/Tracing.ts"

interface Received {
  readonly url: string
  readonly authorization: string | undefined
  readonly body: string
}

const collector = Effect.gen(function* () {
  const received = yield* Ref.make<ReadonlyArray<Received>>([])
  const answer = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const body = yield* request.text
    const authorization = request.headers["authorization"]
    yield* Ref.update(received, (all) => [...all, { url: request.url, authorization, body }])
    return HttpServerResponse.jsonUnsafe({})
  })
  const server = yield* Layer.build(
    HttpServer.serve(answer).pipe(Layer.provideMerge(NodeHttpServer.layerServer(createServer, { port: 0 })))
  )
  const { address } = yield* HttpServer.HttpServer.pipe(Effect.provide(server))
  const port = "port" in address ? address.port : 0
  return { received, endpoint: `http://127.0.0.1:${port}` }
})

const traced = (settings: Record<string, string>) =>
  Effect.logInfo("inside").pipe(
    Effect.withSpan("order numbers"),
    Effect.provide(Tracing.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(settings)))))
  )

describe("Tracing", () => {
  it.live("sends spans as service tandem to the collector when the endpoint is set", () =>
    Effect.gen(function* () {
      const { received, endpoint } = yield* collector
      yield* traced({
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x"
      })
      const requests = yield* Ref.get(received)
      const traces = requests.filter((each) => each.url === "/v1/traces")
      assert.include(traces.map((each) => each.body).join(), "order numbers")
      assert.include(traces[0]?.body ?? "", '{"key":"service.name","value":{"stringValue":"tandem"}}')
      assert.strictEqual(traces[0]?.authorization, "Bearer x")
      assert.include(
        requests
          .filter((each) => each.url === "/v1/logs")
          .map((each) => each.body)
          .join(),
        "inside"
      )
    }).pipe(Effect.scoped)
  )

  it.live("sends nothing without an endpoint", () =>
    Effect.gen(function* () {
      const { received } = yield* collector
      yield* traced({})
      assert.deepStrictEqual(yield* Ref.get(received), [])
    }).pipe(Effect.scoped)
  )
})
