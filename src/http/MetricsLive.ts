import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Metrics } from "../layers/observability/Metrics.ts"

/** `/metrics` in Prometheus' text format. It is open: it holds counts, and no names of customers, numbers or keys. */
export const MetricsLive = HttpRouter.use((router) =>
  Effect.flatMap(Metrics, ({ render }) =>
    router.add(
      "GET",
      "/metrics",
      Effect.map(render, ({ body, contentType }) => HttpServerResponse.text(body, { contentType }))
    )
  )
)
