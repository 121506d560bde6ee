import { Config, Effect, Layer, Option, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp } from "effect/observability"

const settings = Config.all({
  endpoint: Config.option(Config.URL("OTEL_EXPORTER_OTLP_ENDPOINT")),
  headers: Config.option(
    Config.Record(Schema.String, Schema.StringFromUriComponent, "OTEL_EXPORTER_OTLP_HEADERS").pipe(
      Config.map((headers) => headers as Record<string, string>)
    )
  )
})

/**
 * Spans, metrics and logs over OTLP/HTTP (JSON) to `OTEL_EXPORTER_OTLP_ENDPOINT`, with `OTEL_EXPORTER_OTLP_HEADERS`
 * (`name=value,…`), as service `tandem`; without an endpoint nothing is exported. What still waits is sent when the layer
 * closes. Source: OpenTelemetry, "OTLP Exporter Configuration".
 */
export const layer = Layer.unwrap(
  Effect.map(settings, ({ endpoint, headers }) =>
    Option.match(endpoint, {
      onNone: () => Layer.empty,
      onSome: (url) =>
        Otlp.layerJson({
          baseUrl: url.href,
          headers: Option.getOrUndefined(headers),
          resource: { serviceName: "tandem" },
          loggerMergeWithExisting: true
        }).pipe(Layer.provide(FetchHttpClient.layer))
    })
  )
)
